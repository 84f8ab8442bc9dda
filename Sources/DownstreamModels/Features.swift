/// The columns that a model of this module learns from, all of one length.
public struct Features: Sendable, Equatable {
  /// The columns' names, in order.
  public var names: [String]
  /// The columns' cells, in the same order.
  public var columns: [FeatureColumn]
  /// The number of rows.
  public let rowCount: Int

  /// Makes features. All columns must have `rowCount` rows.
  public init(names: [String], columns: [FeatureColumn], rowCount: Int) {
    precondition(names.count == columns.count, "\(names.count) names for \(columns.count) columns")
    precondition(
      columns.allSatisfy { $0.count == rowCount }, "the columns of features must have the same number of rows")
    self.names = names
    self.columns = columns
    self.rowCount = rowCount
  }

  /// The features of the given rows, in the given order.
  public func rows(_ indices: [Int]) -> Features {
    Features(names: names, columns: columns.map { $0.rows(indices) }, rowCount: indices.count)
  }

  /// The features without one column.
  public func removing(column: Int) -> Features {
    var copy = self
    copy.names.remove(at: column)
    copy.columns.remove(at: column)
    return copy
  }

  /// The rows of these features, then those of others with the same columns and as many levels.
  public func appending(_ others: Features) -> Features {
    precondition(names == others.names, "the columns of features to join must agree")
    return Features(
      names: names, columns: zip(columns, others.columns).map { $0.appending($1) },
      rowCount: rowCount + others.rowCount)
  }
}

/// The cells of one column of ``Features``.
public enum FeatureColumn: Sendable, Equatable {
  /// Numbers; a missing one is NaN.
  case numbers([Double])
  /// Codes from 0 up to `levels`; a missing one is -1, or has a level of its own where the caller gave it one.
  case categories(codes: [Int32], levels: Int)

  /// The number of rows.
  public var count: Int {
    switch self {
    case .numbers(let numbers): numbers.count
    case .categories(let codes, _): codes.count
    }
  }

  /// The cells of the given rows, in the given order.
  public func rows(_ indices: [Int]) -> FeatureColumn {
    switch self {
    case .numbers(let numbers): .numbers(indices.map { numbers[$0] })
    case .categories(let codes, let levels): .categories(codes: indices.map { codes[$0] }, levels: levels)
    }
  }

  /// These cells, then others of the same kind.
  public func appending(_ other: FeatureColumn) -> FeatureColumn {
    switch (self, other) {
    case (.numbers(let a), .numbers(let b)): return .numbers(a + b)
    case (.categories(let a, let levels), .categories(let b, let more)):
      return .categories(codes: a + b, levels: max(levels, more))
    default: preconditionFailure("numbers and categories cannot be joined")
    }
  }
}

/// What a model is to predict, one for each row.
public enum Outcome: Sendable, Equatable {
  /// Classes from 0 up to `count`.
  case classes([Int], count: Int)
  /// Numbers.
  case numbers([Double])

  /// The number of rows.
  public var rowCount: Int {
    switch self {
    case .classes(let classes, _): classes.count
    case .numbers(let numbers): numbers.count
    }
  }

  /// The outcomes of the given rows, in the given order.
  public func rows(_ indices: [Int]) -> Outcome {
    switch self {
    case .classes(let classes, let count): .classes(indices.map { classes[$0] }, count: count)
    case .numbers(let numbers): .numbers(indices.map { numbers[$0] })
    }
  }
}
