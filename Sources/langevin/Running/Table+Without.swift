import Tables

extension Table {
  /// The table without a column; the same where none is named.
  func without(_ column: String?) -> Table { Table(columns: columns.filter { $0.name != column }) }
}

extension Schema {
  /// The schema without a column; the same where none is named.
  func without(_ column: String?) -> Schema {
    var copy = self
    copy.columns.removeAll { $0.name == column }
    return copy
  }
}
