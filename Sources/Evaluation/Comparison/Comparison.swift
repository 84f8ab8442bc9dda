import DownstreamModels
import Tables

/// Two or three tables with the same columns, brought to one form: what every figure is measured on.
///
/// Levels of a category are shared by all tables, so that a code means the same everywhere. A missing category has a
/// level of its own (as the field's judges count it), the last; a missing number is NaN.
public struct Comparison: Sendable {
  /// The columns that are judged.
  public var columns: [Column]
  /// The real rows that the generator learned.
  public var real: Features
  /// The synthetic rows.
  public var synthetic: Features
  /// Real rows that the generator has not seen; nil without them.
  public var holdout: Features?

  /// What is known of a column.
  public struct Column: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The levels by code; nil for a column of numbers.
    public var levels: [String]?
    /// The code of missing cells among the levels; nil where none is missing, and for numbers.
    public var missingLevel: Int32?
    /// The digits after the decimal mark of the real numbers: 0 for integers; nil where they have no grid, and for categories.
    public var digits: Int?
    /// How numbers that are dates are written; nil for all others.
    public var dateFormat: DateFormat?

    /// Whether the column holds numbers.
    public var isNumeric: Bool { levels == nil }

    /// Makes a column.
    public init(
      name: String, levels: [String]? = nil, missingLevel: Int32? = nil, digits: Int? = nil,
      dateFormat: DateFormat? = nil
    ) {
      self.name = name
      self.levels = levels
      self.missingLevel = missingLevel
      self.digits = digits
      self.dateFormat = dateFormat
    }
  }

  /// Makes a comparison. All tables must have these columns.
  public init(columns: [Column], real: Features, synthetic: Features, holdout: Features?) {
    precondition(real.columns.count == columns.count && synthetic.columns.count == columns.count)
    precondition(holdout.map { $0.columns.count == columns.count } ?? true)
    self.columns = columns
    self.real = real
    self.synthetic = synthetic
    self.holdout = holdout
  }

  /// The hold-out in the place of the synthetic table: what a perfect generator would score. Nil without a hold-out.
  public var floor: Comparison? {
    holdout.map { Comparison(columns: columns, real: real, synthetic: $0, holdout: nil) }
  }

  /// The comparison without the columns that have no values in the synthetic table: a copied row with a column emptied is
  /// a copied row. All columns where none has values.
  var withoutEmptied: Comparison {
    let kept = columns.indices.filter { !isEmptied($0) }
    guard kept.count < columns.count, !kept.isEmpty else { return self }
    func part(_ features: Features) -> Features {
      Features(
        names: kept.map { features.names[$0] }, columns: kept.map { features.columns[$0] },
        rowCount: features.rowCount)
    }
    return Comparison(
      columns: kept.map { columns[$0] }, real: part(real), synthetic: part(synthetic), holdout: holdout.map(part))
  }

  /// Whether a column has values in the real table and none in the synthetic one.
  func isEmptied(_ column: Int) -> Bool {
    func hasValues(_ cells: FeatureColumn) -> Bool {
      switch cells {
      case .numbers(let numbers): numbers.contains { !$0.isNaN }
      case .categories(let codes, _): codes.contains { $0 >= 0 && $0 != columns[column].missingLevel }
      }
    }
    return hasValues(real.columns[column]) && !hasValues(synthetic.columns[column])
  }
}
