import Tables

/// Whether a table can be learned at all, asked before the work begins.
enum Trainable {
  /// The smallest table: with fewer rows any model could only repeat them.
  static let leastRows = 10

  static func check(_ data: CSVReader.Result, path: String) throws(Failure) {
    let name = path == "-" ? "standard input" : path
    let rows = data.table.rowCount
    guard rows >= leastRows else {
      throw Failure(
        .badData, "\(name): \(Wording.count(rows, "row")): at least \(leastRows) are needed to learn from",
        cure: "give more rows; a model of so few could only repeat them")
    }
    guard data.schema.columns.contains(where: \.isModelled) else {
      throw Failure(
        .badData, "\(name): no column can be modelled: all are identifiers, free text or constants",
        cure: "see what was found with langevin inspect, and name a column's kind with --kind COLUMN=category")
    }
  }
}

extension ColumnSchema {
  /// Whether a method learns the column; others are made anew, repeated or left empty.
  var isModelled: Bool {
    switch kind {
    case .integer, .decimal, .boolean, .category, .date, .dateTime: true
    case .identifier, .constant, .text: false
    }
  }
}
