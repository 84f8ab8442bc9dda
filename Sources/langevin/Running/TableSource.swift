import Databases
import Tables

extension CSVReader {
  /// A reader of what a user named: a CSV file, `-`, or a table of a database.
  init(at place: String, options: CSVReadOptions) throws {
    guard SQLiteAddress.isMeant(by: place) else {
      self.init(path: place, options: options)
      return
    }
    // The form of the text is known, whatever its first rows look like.
    var options = options
    let format = SQLiteTable.format
    options.delimiter = format.delimiter
    options.header = format.hasHeader
    options.decimalComma = format.decimalComma
    self.init(try CSVText(at: place), options: options)
  }
}

extension CSVText {
  /// The text of what a user named: a CSV file, `-`, or a table of a database.
  init(at place: String) throws {
    if SQLiteAddress.isMeant(by: place) {
      self = try SQLiteTable(SQLiteAddress(place)).text()
    } else {
      try self.init(path: place)
    }
  }
}
