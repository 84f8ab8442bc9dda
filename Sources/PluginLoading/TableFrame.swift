import DiffusionCore
import Tables
import Tensors

/// The columns of a learned table, of which a plugin sees those that can be learned; the rest are made here.
struct TableFrame: Codable, Sendable {
  private enum Source: Codable, Sendable {
    /// By the plugin; the levels of a categorical column.
    case learned(levels: [String])
    /// Made anew.
    case identifier(IdentifierGenerator)
    /// The same text in every row.
    case constant(String)
    /// Never a value; the levels of a categorical column.
    case empty(levels: [String])
  }

  /// What each column is.
  let schema: Schema
  private let sources: [Source]

  /// Parts the columns of a table.
  ///
  /// - Precondition: the table has the schema's columns, held as their kinds say.
  init(_ table: Table, schema: Schema) {
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

  /// The columns that a plugin sees, in order.
  var learned: [ArrowImport.Wanted] {
    zip(schema.columns, sources).compactMap { column, source in
      if case .learned(let levels) = source { ArrowImport.Wanted(schema: column, levels: levels) } else { nil }
    }
  }

  /// What a plugin is told of its columns.
  var descriptions: [ColumnDescription] {
    learned.map { ColumnDescription($0.schema, levels: $0.schema.kind.isCategorical ? $0.levels : nil) }
  }

  /// Whether a condition on a column that no plugin makes holds in every row.
  func alwaysMeets(_ condition: CellCondition) -> Bool {
    switch schema.columns.firstIndex(where: { $0.name == condition.column }).map({ sources[$0] }) {
    case .constant(let value)?: condition.allowed == .levels([value])
    case .empty?: condition.allowed == .missing
    default: false
    }
  }

  /// A state at the start of sampling.
  func decodingState(random: RandomStream) -> DecodingState {
    var state = DecodingState(random: random)
    for (index, source) in sources.enumerated() {
      if case .identifier(let generator) = source { state.identifiers[index] = generator }
    }
    return state
  }

  /// The learned columns of a plugin, with the others between them.
  func table(_ made: [Column], rows: Int, _ state: inout DecodingState) -> Table {
    var made = made[...]
    return Table(
      columns: zip(schema.columns, sources).enumerated().map { index, pair in
        let values: Column.Values
        switch pair.1 {
        case .learned: values = made.removeFirst().values
        case .identifier: values = .texts(state.identifiers(of: index, count: rows))
        case .constant(let value):
          values = .categories(indices: Array(repeating: 0, count: rows), levels: [value])
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
