import DownstreamModels
import Tables

/// The tables of an evaluation as they were read, and what is to be predicted.
public struct ComparisonTables: Sendable {
  /// What each column of the real table is.
  public var schema: Schema
  /// The tables, each with the schema's columns, numbers as numbers and categories as categories.
  public var real: Table, synthetic: Table, holdout: Table?
  /// The column that downstream models predict.
  public var target: String?
  /// Whether classes or numbers are predicted; nil: classes where the target is a category or has at most
  /// ``mostClasses`` whole numbers.
  public var task: UtilityDetails.Task?

  /// A target of whole numbers with at most so many values is predicted as classes.
  public static let mostClasses = 10

  /// Makes tables to be compared.
  public init(
    schema: Schema, real: Table, synthetic: Table, holdout: Table?, target: String? = nil,
    task: UtilityDetails.Task? = nil
  ) {
    self.schema = schema
    self.real = real
    self.synthetic = synthetic
    self.holdout = holdout
    self.target = target
    self.task = task
  }

  /// The schema to read a table by that is to be compared with a real one of the given schema: it takes decimals where
  /// the real column has integers, and new texts where it has a constant or two levels, so that these can be counted.
  public static func readingSchema(for real: Schema) -> Schema {
    var schema = real
    for index in schema.columns.indices {
      switch schema.columns[index].kind {
      case .integer: schema.columns[index].kind = .decimal(digits: 0)
      case .constant(let value):
        schema.columns[index].kind = .category
        schema.columns[index].levels = [value]
      case .boolean: schema.columns[index].kind = .category
      default: break
      }
    }
    return schema
  }

  /// A comparison, with the columns that are left out and why.
  public struct Prepared: Sendable {
    /// The comparison.
    public var comparison: Comparison
    /// The position of the target among its columns, and what is predicted.
    public var target: Int?, task: UtilityDetails.Task
    /// Columns that are not judged, with the reason.
    public var leftOut: [String: String]
  }

  /// Brings the tables to one form.
  ///
  /// - Throws: ``EvaluationError``.
  public func prepared() throws(EvaluationError) -> Prepared {
    for (name, table) in [("the real table", real), ("the synthetic table", synthetic)] where table.rowCount == 0 {
      throw .empty(name)
    }
    if let holdout, holdout.rowCount == 0 { throw .empty("the hold-out") }
    let task = try chosenTask()
    var columns: [Comparison.Column] = []
    var leftOut: [String: String] = [:]
    var sides: [[FeatureColumn]] = [[], [], []]
    let tables = [real, synthetic] + (holdout.map { [$0] } ?? [])
    for column in schema.columns {
      let values = tables.map { $0[column.name]?.values ?? .texts([]) }
      if let reason = reasonToLeaveOut(column, values[0]) {
        leftOut[column.name] = reason
        continue
      }
      let isTarget = column.name == target
      let (described, cells) = aligned(column, values, asClasses: isTarget && task == .classification)
      columns.append(described)
      for (side, cell) in cells.enumerated() { sides[side].append(cell) }
    }
    guard !columns.isEmpty else { throw .noColumns }
    if let target, let why = leftOut[target] { throw .unfitTarget(target, why: why) }
    let names = columns.map(\.name)
    let features = tables.indices.map {
      Features(names: names, columns: sides[$0], rowCount: tables[$0].rowCount)
    }
    return Prepared(
      comparison: Comparison(
        columns: columns, real: features[0], synthetic: features[1], holdout: features.count > 2 ? features[2] : nil),
      target: target.flatMap { names.firstIndex(of: $0) }, task: task, leftOut: leftOut)
  }

  private func chosenTask() throws(EvaluationError) -> UtilityDetails.Task {
    guard let target else { return .classification }
    guard let column = schema[target], let values = real[target]?.values else {
      throw .unknownTarget(target, near: nearest(to: target, in: schema.columns.map(\.name)))
    }
    switch values {
    case .texts: throw .unfitTarget(target, why: "it holds \(column.kind.name.rawValue)s")
    case .categories:
      if task == .regression { throw .unfitTarget(target, why: "its values are no numbers") }
      return .classification
    case .numbers(let numbers):
      if let task { return task }
      guard column.kind == .integer else { return .regression }
      var distinct: Set<Double> = []
      for number in numbers where !number.isNaN {
        distinct.insert(number)
        if distinct.count > Self.mostClasses { return .regression }
      }
      return .classification
    }
  }

  private func reasonToLeaveOut(_ column: ColumnSchema, _ values: Tables.Column.Values) -> String? {
    switch column.kind {
    case .identifier: return "identifiers are made anew, so there is nothing to compare"
    case .text: return "free text is not compared"
    default: break
    }
    let isEmpty =
      switch values {
      case .numbers(let numbers): numbers.allSatisfy(\.isNaN)
      case .categories(let indices, _): indices.allSatisfy { $0 < 0 }
      case .texts: true
      }
    return isEmpty ? "it has no values in the real table" : nil
  }

  private func aligned(
    _ column: ColumnSchema, _ values: [Tables.Column.Values], asClasses: Bool
  ) -> (Comparison.Column, [FeatureColumn]) {
    var numbers: [[Double]] = []
    for case .numbers(let list) in values { numbers.append(list) }
    if numbers.count == values.count, !asClasses {
      let digits: Int? =
        switch column.kind {
        case .integer: 0
        case .decimal(let digits): column.notation.isShortest ? nil : digits
        default: nil
        }
      let dateFormat: DateFormat? =
        switch column.kind {
        case .date(let format), .dateTime(let format): format
        default: nil
        }
      return (
        Comparison.Column(name: column.name, digits: digits, dateFormat: dateFormat), numbers.map { .numbers($0) }
      )
    }
    var levels: [String] = []
    var positions: [String: Int32] = [:]
    func code(_ level: String) -> Int32 {
      if let known = positions[level] { return known }
      let new = Int32(levels.count)
      positions[level] = new
      levels.append(level)
      return new
    }
    if asClasses, numbers.count == values.count {
      // Classes in the order of their numbers, so that the second of two is the greater: the positive one.
      for number in Set(numbers.joined().filter { !$0.isNaN }).sorted() { _ = code(Self.text(number)) }
    }
    var sides: [[Int32]] = []
    for side in values {
      switch side {
      case .categories(let indices, let own):
        // Only levels that occur: a schema may know more.
        var mapped = [Int32?](repeating: nil, count: own.count)
        sides.append(
          indices.map { index in
            guard index >= 0 else { return -1 }
            if let known = mapped[Int(index)] { return known }
            let new = code(own[Int(index)])
            mapped[Int(index)] = new
            return new
          })
      case .numbers(let list): sides.append(list.map { $0.isNaN ? -1 : code(Self.text($0)) })
      case .texts(let list): sides.append(list.map { $0.map(code) ?? -1 })
      }
    }
    var missing: Int32?
    if sides.contains(where: { $0.contains(-1) }) {
      let level = Int32(levels.count)
      missing = level
      levels.append("(missing)")
      for side in sides.indices {
        for row in sides[side].indices where sides[side][row] < 0 { sides[side][row] = level }
      }
    }
    return (
      Comparison.Column(name: column.name, levels: levels, missingLevel: missing),
      sides.map { .categories(codes: $0, levels: levels.count) }
    )
  }

  private static func text(_ number: Double) -> String { number.plainText }
}
