/// What is known of one column: its kind, its missing values, how its numbers are written and the range they span.
public struct ColumnSchema: Sendable, Equatable {
  /// The column's name.
  public var name: String
  /// What its values are.
  public var kind: ColumnKind
  /// Texts that stand for missing beside the empty field, such as `?` or `NA`.
  public var missingMarkers: [String]
  /// The text written for a missing cell: the commonest in the file; empty by default.
  public var missingText: String
  /// The number of missing cells in the file the schema was inferred from.
  public var missingCount: Int
  /// The smallest number, in the unit of the kind (days for dates, seconds for date-times); nil for other kinds.
  public var minimum: Double?
  /// The greatest number, in the unit of the kind; nil for other kinds.
  public var maximum: Double?
  /// How numbers of an integer or decimal column are written.
  public var notation: NumberNotation
  /// The levels of a category or boolean in order of first appearance; empty for other kinds.
  public var levels: [String]

  /// How numbers are written.
  public struct NumberNotation: Sendable, Equatable, Codable {
    /// Zeros that only pad are left out down to this many digits after the mark; the same as the kind's `digits`
    /// where every value was written with exactly that many.
    public var minimumDigits: Int
    /// Written by the shortest text that gives back the same Double: for columns in scientific notation or with more
    /// than 15 significant digits. The kind's digits then have no effect.
    public var isShortest: Bool

    /// Makes a notation.
    public init(minimumDigits: Int = 0, isShortest: Bool = false) {
      self.minimumDigits = minimumDigits
      self.isShortest = isShortest
    }
  }

  /// Makes a column's schema; all but name and kind have plain defaults.
  public init(
    name: String, kind: ColumnKind, missingMarkers: [String] = [], missingText: String = "", missingCount: Int = 0,
    minimum: Double? = nil, maximum: Double? = nil, notation: NumberNotation = .init(), levels: [String] = []
  ) {
    self.name = name
    self.kind = kind
    self.missingMarkers = missingMarkers
    self.missingText = missingText
    self.missingCount = missingCount
    self.minimum = minimum
    self.maximum = maximum
    self.notation = notation
    self.levels = levels
  }
}

extension ColumnSchema: Codable {
  private enum Key: String, CodingKey {
    case name, missingMarkers, missingText, missingCount, minimum, maximum, minimumDigits, isShortest, levels
  }

  /// Reads a column; only `name` and `kind` (with its details) must be there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let name = try container.decode(String.self, forKey: .name)
    do {
      kind = try ColumnKind(from: decoder)
    } catch var error as TableError {
      error.column = name
      throw error
    }
    self.name = name
    missingMarkers = try container.decodeIfPresent([String].self, forKey: .missingMarkers) ?? []
    missingText = try container.decodeIfPresent(String.self, forKey: .missingText) ?? ""
    missingCount = try container.decodeIfPresent(Int.self, forKey: .missingCount) ?? 0
    minimum = try container.decodeIfPresent(Double.self, forKey: .minimum)
    maximum = try container.decodeIfPresent(Double.self, forKey: .maximum)
    notation = NumberNotation(
      minimumDigits: try container.decodeIfPresent(Int.self, forKey: .minimumDigits) ?? 0,
      isShortest: try container.decodeIfPresent(Bool.self, forKey: .isShortest) ?? false)
    levels = try container.decodeIfPresent([String].self, forKey: .levels) ?? []
  }

  /// Writes a column as one flat object; what is empty or without effect is left out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try kind.encode(to: encoder)
    if !missingMarkers.isEmpty { try container.encode(missingMarkers, forKey: .missingMarkers) }
    if !missingText.isEmpty { try container.encode(missingText, forKey: .missingText) }
    if missingCount > 0 { try container.encode(missingCount, forKey: .missingCount) }
    try container.encodeIfPresent(minimum, forKey: .minimum)
    try container.encodeIfPresent(maximum, forKey: .maximum)
    if notation.minimumDigits > 0 { try container.encode(notation.minimumDigits, forKey: .minimumDigits) }
    if notation.isShortest { try container.encode(true, forKey: .isShortest) }
    if !levels.isEmpty { try container.encode(levels, forKey: .levels) }
  }
}
