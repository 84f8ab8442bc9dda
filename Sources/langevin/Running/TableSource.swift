import Databases
import Tables

extension CSVReader {
  /// A reader of what a user named: a CSV file, `-`, or a table of a database.
  init(at place: String, options: CSVReadOptions) throws {
    if SQLiteAddress.isMeant(by: place) {
      self.init(try CSVText(at: place, limits: options.limits), options: options)
    } else {
      self.init(path: place, options: options)
    }
  }
}

extension CSVText {
  /// The text of what a user named: a CSV file, `-`, or a table of a database.
  init(at place: String, limits: ReadingLimits) throws {
    if SQLiteAddress.isMeant(by: place) {
      self = try SQLiteTable(SQLiteAddress(place)).text(atMost: limits.memory / 2)
    } else {
      try self.init(path: place, limits: limits)
    }
  }
}
