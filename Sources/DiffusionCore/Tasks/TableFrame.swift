import Tables
import Tensors

/// The columns of a learned table, parted into those that a method learns and those that no method can: identifiers, which
/// are made anew, constants, and columns of free text or without a value, which are left empty.
///
/// A method that keeps a frame with its model has to think of the learned columns alone. See ``sample(_:method:deliver:make:)``.
public struct TableFrame: Codable, Sendable {
  /// A column that is learned: whole numbers, decimals, dates, date-times, booleans or categories.
  public struct LearnedColumn: Sendable {
    /// What the column is.
    public let schema: ColumnSchema
    /// The levels that its indices count, of booleans and categories.
    public let levels: [String]

    /// Describes a column.
    public init(schema: ColumnSchema, levels: [String] = []) {
      self.schema = schema
      self.levels = levels
    }
  }

  private enum Source: Codable, Sendable {
    case learned(levels: [String])
    case identifier(IdentifierGenerator)
    case constant(String)
    case empty(levels: [String])
  }

  /// What each column is.
  public let schema: Schema
  private let sources: [Source]

  /// Parts the columns of a table.
  ///
  /// - Precondition: the table has the schema's columns in order, held as their kinds say.
  public init(_ table: Table, schema: Schema) {
    self.schema = schema
    sources = zip(table.columns, schema.columns).map { column, known in
      let levels: [String] = if case .categories(_, let levels) = column.values { levels } else { [] }
      switch known.kind {
      case .integer, .decimal, .boolean, .category, .date, .dateTime:
        return column.missingCount == column.count ? .empty(levels: levels) : .learned(levels: levels)
      case .constant(let value): return .constant(value)
      case .identifier(let pattern):
        let texts: [String?] = if case .texts(let texts) = column.values { texts } else { [] }
        return .identifier(IdentifierGenerator(pattern: pattern, avoiding: texts))
      case .text: return .empty(levels: [])
      }
    }
  }

  /// The columns that are learned, in the table's order. Each has at least one value.
  public var learned: [LearnedColumn] {
    zip(schema.columns, sources).compactMap { column, source in
      if case .learned(let levels) = source { LearnedColumn(schema: column, levels: levels) } else { nil }
    }
  }

  /// Whether a condition holds in every row, on a column that is not learned.
  func alwaysMeets(_ condition: CellCondition) -> Bool {
    switch schema.columns.firstIndex(where: { $0.name == condition.column }).map({ sources[$0] }) {
    case .constant(let value)?: condition.allowed == .levels([value])
    case .empty?: condition.allowed == .missing
    default: false
    }
  }

  private func decodingState(random: RandomStream) -> DecodingState {
    var state = DecodingState(random: random)
    for (index, source) in sources.enumerated() {
      if case .identifier(let generator) = source { state.identifiers[index] = generator }
    }
    return state
  }

  /// The learned columns, with the others between them.
  private func table(_ made: [Column], rows: Int, _ state: inout DecodingState) -> Table {
    var made = made[...]
    return Table(
      columns: zip(schema.columns, sources).enumerated().map { index, pair in
        let values: Column.Values
        switch pair.1 {
        case .learned: values = made.removeFirst().values
        case .identifier: values = .texts(state.identifiers(of: index, count: rows))
        case .constant(let value): values = .categories(indices: Array(repeating: 0, count: rows), levels: [value])
        case .empty(let levels):
          values =
            pair.0.kind.isNumeric
            ? .numbers(Array(repeating: .nan, count: rows))
            : pair.0.kind.isCategorical
              ? .categories(indices: Array(repeating: -1, count: rows), levels: levels)
              : .texts(Array(repeating: nil, count: rows))
        }
        return Column(name: pair.0.name, values: values)
      })
  }
}

extension TableFrame: StoredContents {
  /// Checks that each column is what its kind says.
  public func check(_ field: StoredField) throws(ArchiveError) {
    try schema.check(field("schema"))
    try field("sources").count(sources.count, schema.columns.count)
    for (place, column) in schema.columns.enumerated() {
      let own = field("sources")[place]
      func kind(_ isFitting: Bool) throws(ArchiveError) {
        try own.require(isFitting, "another source", "one for a column of kind \(column.kind.name)")
      }
      switch sources[place] {
      case .learned(let levels):
        try kind(column.kind.isNumeric ? levels.isEmpty : column.kind.isCategorical && !levels.isEmpty)
        try own("levels").distinct(levels)
      case .identifier(let generator):
        guard case .identifier(let pattern) = column.kind else { return try kind(false) }
        try own("pattern").require(generator.pattern == pattern, "another pattern", "that of the schema")
      case .constant(let value):
        guard case .constant(value) = column.kind else { return try kind(false) }
      case .empty(let levels):
        // A column with values has some that were seen.
        try kind(column.minimum == nil || column.missingCount > 0)
        try own("levels").distinct(levels)
      }
    }
    try field("sources").require(!learned.isEmpty, "nothing that is learned", "at least one column")
  }
}

// MARK: Sampling

extension TableFrame {
  /// Rows that are asked for at once.
  private static let piece = 8192
  /// Rows of which one must meet the conditions before more are made.
  private static let patience = 100_000

  /// Makes the rows of a request with a method that makes learned columns and knows of no conditions: rows that do not meet
  /// them, or have holes where none may be, are thrown away, and more are made.
  ///
  /// - Parameters:
  ///   - method: the method's id, for messages.
  ///   - deliver: gets the rows in pieces.
  ///   - make: makes so many rows of the ``learned`` columns, from the stream alone.
  /// - Throws: ``ConditionError`` where fewer than one row in 100,000 meets the conditions, and what the closures throw.
  public func sample(
    _ request: SampleRequest, method: String, deliver: (Table) throws -> Void,
    make: (_ rows: Int, _ random: RandomStream) throws -> [Column]
  ) throws {
    let filter = try ConditionFilter(request, frame: self)
    var state = decodingState(random: RandomStream(seed: request.seed).child(1))
    var left = request.rows, tried = 0
    while left > 0 {
      let share = Double(request.rows - left + 1) / Double(tried + 1)
      let wanted = filter.isOpen ? left : Int(min(Double(left) / share * 1.1, 1e9)) + 16
      let count = min(Self.piece, wanted)
      var columns = try make(count, RandomStream(seed: request.seed, stream: UInt64(tried)).child(2))
      tried += count
      var kept = count
      if !filter.isOpen {
        let passing = filter.passing(columns).prefix(left)
        columns = columns.map { $0.rows(passing) }
        kept = passing.count
      }
      left -= kept
      if kept > 0 { try deliver(table(columns, rows: kept, &state)) }
      if left > 0, tried >= Self.patience, request.rows - left < tried / Self.patience {
        throw ConditionError.unsupported(
          "make the rows that are wanted: \(request.rows - left) of \(tried) met the conditions",
          method: method)
      }
    }
  }
}
