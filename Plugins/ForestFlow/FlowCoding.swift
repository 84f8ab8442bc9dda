import ChainedImputation
import DiffusionCore
import Errors
import Tables

/// How a table becomes rows of numbers that flow, and back.
///
/// Columns that follow from another one are derived and do not flow, so that they are always consistent. Constants are
/// repeated, identifiers made anew, free texts left empty.
struct FlowCoding: Sendable, Codable, Equatable {
  /// The table's columns.
  let cells: CellCoding
  /// How each column of the table is held.
  let kinds: [Held]
  /// The columns that flow, in the table's order.
  let columns: [FlowColumn]
  /// The column whose levels have trees of their own.
  let label: Label?
  /// Columns that are set by what they follow from, in the order in which they are.
  let derived: [FunctionalDependency]
  /// What makes identifiers, by column.
  let identifiers: [Int: IdentifierGenerator]
  /// Which cells are missing together.
  let patterns: MissingPatterns

  enum Held: String, Sendable, Codable { case numbers, categories, texts }

  /// A category by whose levels the rows are parted.
  struct Label: Sendable, Codable, Equatable {
    var column: Int
    var levels: [String]
    /// The rows of each.
    var counts: [Int]
  }

  /// The numbers of a row.
  var width: Int { columns.reduce(0) { $0 + $1.width } }
  /// The number of parts that have trees of their own: the label's levels, or one.
  var parts: Int { label?.levels.count ?? 1 }
  /// For each number of a row, the place of its column among `columns`.
  var columnOfNumber: [Int] {
    columns.enumerated().flatMap { Array(repeating: $0, count: $1.width) }
  }

  /// Learns how to code a table.
  ///
  /// - Parameters:
  ///   - label: a column by name, or nil for none.
  ///   - derives: whether columns that follow from another one are left out.
  /// - Throws: ``FlowError`` where the label is no category, ``ImputationError`` where a number is infinite.
  init(fitting table: Table, schema: Schema, label: String?, derives: Bool) throws {
    cells = try CellCoding(fitting: table, schema: schema)
    kinds = table.columns.map { column in
      switch column.values {
      case .numbers: .numbers
      case .categories: .categories
      case .texts: .texts
      }
    }
    self.label = try label.map { try Self.label($0, table) }
    let fixed = self.label?.column
    let coded = cells.modelled.compactMap { [cells] in FlowColumn($0, of: cells, in: table) }
    // Only of columns that are always written as one of the values that were seen.
    let sources = Set(coded.filter(\.isClosed).map(\.column) + [fixed].compactMap(\.self))
    derived =
      derives
      ? cells.dependencies.filter { sources.contains($0.source) && $0.target != fixed }.derivations() : []
    let complete = table.columns.map { $0.missingCount == 0 }
    // Where either may be missing the column flows too, and is corrected where both are there.
    let left = Set(derived.filter { complete[$0.source] && complete[$0.target] }.map(\.target))
    columns = coded.filter { $0.column != fixed && !left.contains($0.column) }
    var generators: [Int: IdentifierGenerator] = [:]
    for (place, column) in schema.columns.enumerated() {
      if case .identifier(let pattern) = column.kind, case .texts(let texts) = table.columns[place].values {
        generators[place] = IdentifierGenerator(pattern: pattern, avoiding: texts)
      }
    }
    identifiers = generators
    patterns = MissingPatterns(
      of: table, columns: columns.map(\.column), labels: Self.labels(of: table, self.label),
      labelCount: self.label?.levels.count ?? 1)
  }

  private static func label(_ name: String, _ table: Table) throws -> Label {
    guard let place = table.columnNames.firstIndex(of: name) else {
      throw FlowError.unknownLabel(name, known: table.columnNames)
    }
    guard case .categories(let indices, let levels) = table.columns[place].values else {
      throw FlowError.unsuitedLabel(name, reason: "it is no category")
    }
    guard !indices.contains(where: { $0 < 0 }) else {
      throw FlowError.unsuitedLabel(name, reason: "it is missing in some rows")
    }
    var counts = [Int](repeating: 0, count: levels.count)
    for index in indices { counts[Int(index)] += 1 }
    let used = levels.indices.filter { counts[$0] > 0 }
    return Label(column: place, levels: used.map { levels[$0] }, counts: used.map { counts[$0] })
  }

  /// Each row's part.
  static func labels(of table: Table, _ label: Label?) -> [Int] {
    guard let label, case .categories(let indices, let levels) = table.columns[label.column].values else {
      return Array(repeating: 0, count: table.rowCount)
    }
    let places = levels.map { level in label.levels.firstIndex(of: level) ?? 0 }
    return indices.map { places[Int($0)] }
  }

  /// The numbers of a table's rows, `[rows, width]`; NaN where missing.
  ///
  /// - Precondition: the table is the one that was learned.
  func encode(_ table: Table) -> [Float] {
    let width = width
    var rows = [Float](repeating: .nan, count: table.rowCount * width)
    var first = 0
    for column in columns where column.width > 0 {
      column.encode(table, into: &rows, first: first, stride: width)
      first += column.width
    }
    return rows
  }

  /// Made rows as they are on the way to a table.
  struct Made: Sendable {
    /// `[rows, width]`.
    var numbers: [Float]
    /// Each row's part.
    var labels: [Int]
    /// Each row's pattern among ``MissingPatterns/patterns``; below 0 for one without missing cells.
    var patterns: [Int]

    var count: Int { labels.count }

    /// The given rows.
    func rows(_ places: [Int], width: Int) -> Made {
      Made(
        numbers: places.flatMap { numbers[$0 * width..<($0 + 1) * width] }, labels: places.map { labels[$0] },
        patterns: places.map { patterns[$0] })
    }
  }

  /// The table that made rows say.
  func table(_ made: Made, _ state: inout DecodingState) -> Table {
    let width = width, count = made.count
    func isMissing(_ column: Int) -> (Int) -> Bool {
      guard let place = patterns.place(of: column) else { return { _ in false } }
      return { row in made.patterns[row] >= 0 && patterns.patterns[made.patterns[row]][place] }
    }
    var values = kinds.enumerated().map { column, held -> Column.Values in
      switch held {
      case .numbers:
        // A number that all rows share and nothing else says; derived columns are set below.
        .numbers(Array(repeating: .nan, count: count))
      case .categories: .categories(indices: Array(repeating: -1, count: count), levels: [])
      case .texts:
        .texts(
          identifiers[column] == nil ? Array(repeating: nil, count: count) : state.identifiers(of: column, count: count)
        )
      }
    }
    var first = 0
    for column in columns {
      values[column.column] = column.decode(
        made.numbers, first: first, stride: width, count: count, isMissing: isMissing(column.column))
      first += column.width
    }
    if let label { values[label.column] = .categories(indices: made.labels.map { Int32($0) }, levels: label.levels) }
    var table = Table(columns: zip(cells.names, values).map { Column(name: $0, values: $1) })
    guard !derived.isEmpty else { return table }
    derived.enforce(on: &table)
    for column in columns where patterns.place(of: column.column) != nil {
      let isMissing = isMissing(column.column)
      table.columns[column.column].values = table.columns[column.column].values.keeping { !isMissing($0) }
    }
    return table
  }
}

/// A label that this method cannot part the rows by.
enum FlowError: DiagnosedError, Equatable {
  case unknownLabel(String, known: [String])
  case unsuitedLabel(String, reason: String)

  var diagnosis: Diagnosis {
    switch self {
    case .unknownLabel(let name, let known):
      Diagnosis("there is no column '\(name)' to be the label", cure: nearOrKnown(name, known))
    case .unsuitedLabel(let name, let reason):
      Diagnosis(
        "column '\(name)' cannot be the label: \(reason)",
        cure: "give a category without missing cells, or --set label=none")
    }
  }
}
