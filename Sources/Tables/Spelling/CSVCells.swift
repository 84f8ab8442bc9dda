/// The cells of CSV text as texts: what another store of tables takes over.
public struct CSVCells: Sendable {
  /// The names of the columns.
  public let names: [String]
  /// Texts that stand for missing, by column.
  private let markers: [Set<String>]
  private let format: CSVFormat
  private let index: CSVRowIndex

  fileprivate init(_ text: CSVText, schema: Schema) {
    let index = CSVRowIndex(text, format: schema.format)
    let names = index.header.map { index.fields(of: $0).map(index.text) } ?? schema.columns.map(\.name)
    markers = names.map { name in
      var texts = Set(schema[name].map { $0.missingMarkers + [$0.missingText] } ?? [])
      texts.remove("")
      return texts
    }
    self.names = names
    self.index = index
    format = schema.format
  }

  /// The number of rows without the header.
  public var rowCount: Int { index.rows.count }

  /// The cells of a row; nil where one is missing.
  public subscript(row: Int) -> [String?] {
    zip(index.fields(of: index.rows[row]), markers).map { field, markers in
      if index.isBlank(field) { return nil }
      let text = index.text(of: field)
      return markers.contains(text) || (text.isEmpty && format.quotedEmptyIsMissing) ? nil : text
    }
  }
}

extension CSVText {
  /// The cells as texts.
  ///
  /// - Parameter schema: the form of the text, which must have been read or written as a table before, and its columns;
  ///   their names count where the text has none.
  public func cells(schema: Schema) -> CSVCells { CSVCells(self, schema: schema) }
}
