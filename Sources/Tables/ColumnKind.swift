/// What the values of a column are, and so how they are held, generated and written.
public enum ColumnKind: Sendable, Equatable {
  /// Whole numbers smaller than 2^53 in magnitude. Held as numbers.
  case integer
  /// Decimal numbers with at most so many digits after the mark. Held as numbers.
  case decimal(digits: Int)
  /// Two levels such as true and false, yes and no, spelt as in the file. Held as categories.
  case boolean
  /// Levels that recur. Held as categories.
  case category
  /// Calendar days. Held as numbers: days since 1970-01-01.
  case date(format: DateFormat)
  /// Days with a time. Held as numbers: seconds since 1970-01-01 00:00 by the local clock as written.
  case dateTime(format: DateFormat)
  /// A name for the row, to be made anew and never copied. Held as texts.
  case identifier(pattern: IdentifierPattern)
  /// The same text in every row. Held as categories with one level.
  case constant(value: String)
  /// Free text, which cannot be synthesised. Held as texts.
  case text

  /// The kind's name without its details.
  public enum Name: String, Sendable, Codable, CaseIterable {
    case integer, decimal, boolean, category, date, dateTime, identifier, constant, text

    /// The kind of that name.
    /// - Throws: `TableError` with reason `unknownKind`, naming the nearest kind.
    public init(named name: String) throws(TableError) {
      let lowered = name.lowercased().filter { $0 != "-" && $0 != "_" }
      let all = Name.allCases
      guard let kind = all.first(where: { $0.rawValue.lowercased() == lowered }) else {
        let names = all.map(\.rawValue)
        let near = nearest(to: name, in: names).first.map { "Did you mean \($0)?" } ?? "Choose one of these."
        throw TableError(
          .unknownKind, found: name, expected: "one of " + names.joined(separator: ", "),
          problem: "there is no such kind of column", cure: near)
      }
      self = kind
    }
  }

  /// The kind's name.
  public var name: Name {
    switch self {
    case .integer: .integer
    case .decimal: .decimal
    case .boolean: .boolean
    case .category: .category
    case .date: .date
    case .dateTime: .dateTime
    case .identifier: .identifier
    case .constant: .constant
    case .text: .text
    }
  }

  /// Whether the values are held as `Column.Values.numbers`.
  public var isNumeric: Bool {
    switch self {
    case .integer, .decimal, .date, .dateTime: true
    default: false
    }
  }

  /// Whether the values are held as `Column.Values.categories`.
  public var isCategorical: Bool {
    switch self {
    case .boolean, .category, .constant: true
    default: false
    }
  }
}

extension ColumnKind: Codable {
  private enum Key: String, CodingKey { case kind, digits, format, pattern, value }

  /// Reads `kind` and what belongs to it: `digits`, `format`, `pattern` or `value`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func detail<T: Decodable>(_ key: Key, of kind: Name, _ example: String) throws -> T {
      guard let value = try container.decodeIfPresent(T.self, forKey: key) else {
        throw TableError(
          .invalidSchema, expected: "\"\(key.rawValue)\": \(example)",
          problem: "a column of kind \(kind.rawValue) lacks its \(key.rawValue)", cure: "Add it beside \"kind\".")
      }
      return value
    }
    let name = try Name(named: container.decode(String.self, forKey: .kind))
    switch name {
    case .integer: self = .integer
    case .decimal:
      let digits: Int = try detail(.digits, of: name, "2")
      guard (0...400).contains(digits) else {
        throw TableError(
          .invalidSchema, found: "\(digits)", expected: "0 to 400", problem: "digits are out of range",
          cure: "Give the number of digits after the decimal mark.")
      }
      self = .decimal(digits: digits)
    case .boolean: self = .boolean
    case .category: self = .category
    case .date, .dateTime:
      let format: DateFormat = try detail(.format, of: name, "\"yyyy-MM-dd\"")
      guard format.hasTime == (name == .dateTime) else {
        throw TableError(
          .invalidSchema, found: format.pattern,
          expected: name == .dateTime ? "a format with a time, such as yyyy-MM-dd HH:mm:ss" : "a format without a time",
          problem: "the format does not fit the kind \(name.rawValue)", cure: "Change the format or the kind.")
      }
      self = name == .date ? .date(format: format) : .dateTime(format: format)
    case .identifier: self = .identifier(pattern: try detail(.pattern, of: name, "{ … }"))
    case .constant: self = .constant(value: try detail(.value, of: name, "\"…\""))
    case .text: self = .text
    }
  }

  /// Writes `kind` and what belongs to it into one flat object.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .kind)
    switch self {
    case .decimal(let digits): try container.encode(digits, forKey: .digits)
    case .date(let format), .dateTime(let format): try container.encode(format, forKey: .format)
    case .identifier(let pattern): try container.encode(pattern, forKey: .pattern)
    case .constant(let value): try container.encode(value, forKey: .value)
    case .integer, .boolean, .category, .text: break
    }
  }
}
