import Tables
import Tensors

/// The cells of new rows in columns that no method draws: identifiers are made anew, free text stays missing.
struct NewTexts {
  let table: Table, schema: Schema

  /// The cells of a column of the table.
  func cells(_ column: Int, count: Int, seed: UInt64) -> Column.Values {
    guard case .identifier(let pattern) = schema.columns[column].kind,
      case .texts(let existing) = table.columns[column].values
    else { return .texts(Array(repeating: nil, count: count)) }
    var generator = IdentifierGenerator(pattern: pattern, avoiding: existing)
    var random = RandomStream(seed: seed).child(UInt64(column))
    return .texts((0..<count).map { _ in generator.next(using: &random) })
  }
}
