import Tables

/// One column in figures, and what will be done with it.
struct ColumnSummary: Encodable, Sendable, Equatable {
  let name: String
  let kind: String
  /// Missing cells, and their share.
  let missing: Int, missingShare: Double
  /// The number of different values.
  let distinct: Int
  /// A range or example levels.
  let values: String
  /// What a method does with the column.
  let treatment: String

  init(_ schema: ColumnSchema, _ column: Column) {
    name = schema.name
    kind = schema.kind.name.rawValue
    missing = column.missingCount
    missingShare = column.count == 0 ? 0 : Double(missing) / Double(column.count)
    distinct = column.values.distinctCount
    values = Self.values(schema, column)
    treatment = Self.treatment(schema, distinct: distinct)
  }

  private static func values(_ schema: ColumnSchema, _ column: Column) -> String {
    switch (schema.kind, column.values) {
    case (.date(let format), .numbers(let numbers)), (.dateTime(let format), .numbers(let numbers)):
      guard let range = finiteRange(numbers) else { return "" }
      return "\(format.text(of: range.lowerBound)) … \(format.text(of: range.upperBound))"
    case (_, .numbers(let numbers)):
      guard let range = finiteRange(numbers) else { return "" }
      return "\(shortest(range.lowerBound)) … \(shortest(range.upperBound))"
    case (_, .categories(let indices, let levels)):
      var counts = [Int](repeating: 0, count: levels.count)
      for index in indices where index >= 0 { counts[Int(index)] += 1 }
      let order = levels.indices.filter { counts[$0] > 0 }.sorted { (counts[$1], $0) < (counts[$0], $1) }
      return examples(order.prefix(4).map { levels[$0] }, of: order.count)
    case (_, .texts(let texts)):
      return examples(Array(texts.lazy.compactMap { $0 }.prefix(2)), of: column.values.distinctCount)
    }
  }

  private static func examples(_ texts: [String], of count: Int) -> String {
    texts.map { text in
      let plain = text.shortened(to: 200).map { $0.isNewline ? "⏎" : String($0) }.joined()
      return plain.count > 24 ? plain.prefix(23) + "…" : plain.isEmpty ? "\"\"" : plain
    }.joined(separator: ", ") + (count > texts.count ? ", …" : "")
  }

  private static func treatment(_ schema: ColumnSchema, distinct: Int) -> String {
    switch schema.kind {
    case .integer:
      distinct <= 100 ? "modelled, \(Wording.count(distinct, "whole number"))" : "modelled as a number, kept whole"
    case .decimal where schema.notation.isShortest: "modelled as a number, with its own digits"
    case .decimal(let digits): "modelled as a number, \(Wording.count(digits, "decimal"))"
    case .date(let format), .dateTime(let format): "modelled as a number, written \(format.pattern)"
    case .boolean: "modelled, 2 levels"
    case .category: "modelled, \(Wording.count(distinct, "level"))"
    case .identifier: "made anew, never copied"
    case .constant: "repeated"
    case .text: "left empty: free text is not made"
    }
  }

  private static func finiteRange(_ numbers: [Double]) -> ClosedRange<Double>? {
    var least = Double.infinity, most = -Double.infinity
    for number in numbers where !number.isNaN {
      least = min(least, number)
      most = max(most, number)
    }
    return least <= most ? least...most : nil
  }

  private static func shortest(_ value: Double) -> String { value.plainText }
}

extension Column.Values {
  /// The number of different values, missing aside.
  var distinctCount: Int {
    switch self {
    case .numbers(let numbers): return Set(numbers.lazy.filter { !$0.isNaN }).count
    case .categories(let indices, let levels):
      var seen = [Bool](repeating: false, count: levels.count)
      for index in indices where index >= 0 { seen[Int(index)] = true }
      return seen.count { $0 }
    case .texts(let texts): return Set(texts.lazy.compactMap { $0 }).count
    }
  }
}
