/// The outward form of a CSV file.
public struct CSVFormat: Sendable, Equatable {
  /// The character between fields.
  public var delimiter: Delimiter
  /// Whether the first row holds the names of the columns.
  public var hasHeader: Bool
  /// Whether numbers are written 1,5 in place of 1.5.
  public var decimalComma: Bool
  /// The end of a row, for writing; reading takes any.
  public var lineEnding: LineEnding
  /// Whether spaces around fields belong to the layout (`39, State-gov, 77516`) and not to the text. Kept otherwise.
  public var trimsSpaces: Bool
  /// Whether `""` is missing, as in files that quote every field. Else it is the empty text in columns of text; in
  /// columns of numbers and dates it is missing always.
  public var quotedEmptyIsMissing: Bool

  /// A character between fields.
  public enum Delimiter: String, Sendable, Codable, CaseIterable {
    case comma = ","
    case semicolon = ";"
    case tab = "\t"
    case pipe = "|"

    /// The delimiter a user names by itself or by its name: `;`, `tab`, `\t`.
    /// - Throws: `TableError` with reason `invalidOption`.
    public init(named text: String) throws(TableError) {
      switch text.lowercased() {
      case ",", "comma": self = .comma
      case ";", "semicolon": self = .semicolon
      case "\t", "\\t", "tab": self = .tab
      case "|", "pipe", "bar": self = .pipe
      default:
        throw TableError(
          .invalidOption, found: text, expected: "comma, semicolon, tab or pipe", problem: "this is not a delimiter",
          cure: "Give one of these by its name.")
      }
    }

    var byte: UInt8 { rawValue.utf8.first! }
  }

  /// The end of a row.
  public enum LineEnding: String, Sendable, Codable {
    case lineFeed = "\n"
    case carriageReturnLineFeed = "\r\n"
  }

  /// Makes a format; the defaults are RFC 4180 with line feeds.
  public init(
    delimiter: Delimiter = .comma, hasHeader: Bool = true, decimalComma: Bool = false,
    lineEnding: LineEnding = .lineFeed, trimsSpaces: Bool = false, quotedEmptyIsMissing: Bool = false
  ) {
    self.delimiter = delimiter
    self.hasHeader = hasHeader
    self.decimalComma = decimalComma
    self.lineEnding = lineEnding
    self.trimsSpaces = trimsSpaces
    self.quotedEmptyIsMissing = quotedEmptyIsMissing
  }
}

extension CSVFormat: Codable {
  private enum Key: String, CodingKey {
    case delimiter, hasHeader, decimalComma, lineEnding, trimsSpaces, quotedEmptyIsMissing
  }

  /// Reads a format; what is left out has its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    delimiter = try container.decodeIfPresent(Delimiter.self, forKey: .delimiter) ?? .comma
    hasHeader = try container.decodeIfPresent(Bool.self, forKey: .hasHeader) ?? true
    decimalComma = try container.decodeIfPresent(Bool.self, forKey: .decimalComma) ?? false
    lineEnding = try container.decodeIfPresent(LineEnding.self, forKey: .lineEnding) ?? .lineFeed
    trimsSpaces = try container.decodeIfPresent(Bool.self, forKey: .trimsSpaces) ?? false
    quotedEmptyIsMissing = try container.decodeIfPresent(Bool.self, forKey: .quotedEmptyIsMissing) ?? false
  }
}
