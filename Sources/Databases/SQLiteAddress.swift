import Foundation

/// Where a table lies in an SQLite database, as a command takes it in the place of a file: `sqlite:FILE?table=NAME`.
/// With `&replace` a table that is there already may be written over.
///
/// FILE and NAME may be percent-encoded, as `%3F` for a question mark.
public struct SQLiteAddress: Sendable, Equatable {
  /// The database's file.
  public let file: String
  /// The name of the table, or of a view that is only read.
  public let table: String
  /// Whether writing may replace a table of that name.
  public let replaces: Bool

  private static let scheme = "sqlite:"

  /// Whether a text is meant as an address, right or wrong.
  public static func isMeant(by text: String) -> Bool { text.hasPrefix(scheme) }

  /// Reads an address.
  /// - Throws: ``DatabaseError`` with problem `address`.
  public init(_ text: String) throws(DatabaseError) {
    func fault(_ problem: String) -> DatabaseError {
      DatabaseError(.address, text, problem, cure: "write sqlite:people.db?table=customers")
    }
    guard Self.isMeant(by: text) else { throw fault("this does not begin with 'sqlite:'") }
    let parts = text.dropFirst(Self.scheme.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    func decoded(_ text: some StringProtocol) -> String { String(text).removingPercentEncoding ?? String(text) }
    let file = decoded(parts[0])
    guard !file.isEmpty else { throw fault("the file of the database is missing") }
    var table: String?, replaces = false
    for item in parts.count > 1 ? parts[1].split(separator: "&", omittingEmptySubsequences: false) : [] {
      let pair = item.split(separator: "=", maxSplits: 1).map(decoded)
      switch (pair.first ?? "", pair.count) {
      case ("table", 2) where table == nil && !pair[1].contains("\0"): table = pair[1]
      case ("replace", 1): replaces = true
      default: throw fault("'\(item)' is not understood")
      }
    }
    guard let table else { throw fault("the name of the table is missing") }
    self.init(file: file, table: table, replaces: replaces)
  }

  init(file: String, table: String, replaces: Bool) {
    self.file = file
    self.table = table
    self.replaces = replaces
  }

  /// The address with leave to replace the table.
  public var replacing: SQLiteAddress { SQLiteAddress(file: file, table: table, replaces: true) }

  /// The table's name as a part of the name of a file.
  public var fileName: String { table.replacingOccurrences(of: "/", with: "_") }
}

extension SQLiteAddress: CustomStringConvertible {
  /// As it is typed, percent-encoded where it must be.
  public var description: String {
    func encoded(_ text: String) -> String {
      text.addingPercentEncoding(withAllowedCharacters: CharacterSet(charactersIn: "?&%=\"'#").inverted) ?? text
    }
    return "\(Self.scheme)\(encoded(file))?table=\(encoded(table))\(replaces ? "&replace" : "")"
  }
}
