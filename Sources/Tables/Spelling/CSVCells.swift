/// The cells of CSV text as texts, without a schema: what another store of tables takes over.
public struct CSVCells: Sendable {
  /// The names of the columns.
  public let names: [String]
  private let index: CSVRowIndex
  private let rows: [[Range<Int>]]

  fileprivate init(_ text: CSVText, format: CSVFormat) {
    let index = CSVRowIndex(text, format: format)
    rows = index.rows.map(index.fields)
    self.index = index
    if let header = index.header {
      names = index.fields(of: header).map(index.text)
    } else {
      names = (rows.first ?? []).indices.map { "column\($0 + 1)" }
    }
  }

  /// The number of rows without the header.
  public var rowCount: Int { rows.count }

  /// A cell; nil where the field is empty and without quotes.
  public subscript(row: Int, column: Int) -> String? {
    let field = rows[row][column]
    return field.isEmpty ? nil : index.text(of: field)
  }
}

extension CSVText {
  /// The cells as texts.
  ///
  /// - Parameter format: the form of the text, which must have been read or written as a table before.
  public func cells(format: CSVFormat) -> CSVCells { CSVCells(self, format: format) }
}
