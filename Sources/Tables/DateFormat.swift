/// How dates or date-times of a column are written, as a pattern such as `yyyy-MM-dd` or `dd.MM.yyyy HH:mm:ss.SSS`.
///
/// `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss` are digits padded with zeros, `M`, `d` and `H` are not padded, one to six `S`
/// are digits of a second's fraction; all else stands for itself (`T`, `Z`, an offset such as `+02:00`).
public struct DateFormat: Sendable, Equatable, Hashable {
  /// The pattern.
  public let pattern: String
  /// Whether the pattern has a time of day: values are then seconds, else days, since 1970-01-01.
  public let hasTime: Bool
  let fields: [Field]

  enum Field: Sendable, Equatable, Hashable {
    case year, month(padded: Bool), day(padded: Bool), hour(padded: Bool), minute, second
    case fraction(digits: Int)
    case literal(UInt8)
  }

  /// Makes a format from its pattern.
  /// - Throws: `TableError` with reason `unknownFormat` unless year, month and day stand in it once each.
  public init(pattern: String) throws(TableError) {
    let bytes = Array(pattern.utf8)
    var fields: [Field] = []
    var index = 0
    while index < bytes.count {
      var length = 1
      while index + length < bytes.count, bytes[index + length] == bytes[index] { length += 1 }
      switch (bytes[index], length) {
      case (UInt8(ascii: "y"), 4): fields.append(.year)
      case (UInt8(ascii: "M"), 1...2): fields.append(.month(padded: length == 2))
      case (UInt8(ascii: "d"), 1...2): fields.append(.day(padded: length == 2))
      case (UInt8(ascii: "H"), 1...2): fields.append(.hour(padded: length == 2))
      case (UInt8(ascii: "m"), 2): fields.append(.minute)
      case (UInt8(ascii: "s"), 2): fields.append(.second)
      case (UInt8(ascii: "S"), 1...6): fields.append(.fraction(digits: length))
      case (let byte, _) where "yMdHmsS".utf8.contains(byte): throw DateFormat.unknown(pattern)
      default: fields += repeatElement(.literal(bytes[index]), count: length)
      }
      index += length
    }
    let time = fields.contains { if case .hour = $0 { true } else { false } }
    let wanted = fields.filter { if case .literal = $0 { false } else { true } }
    func count(_ matches: (Field) -> Bool) -> Int { wanted.count(where: matches) }
    guard count({ $0 == .year }) == 1, count({ if case .month = $0 { true } else { false } }) == 1,
      count({ if case .day = $0 { true } else { false } }) == 1, count({ $0 == .minute }) == (time ? 1 : 0),
      time || wanted.count == 3
    else { throw DateFormat.unknown(pattern) }
    self.pattern = pattern
    self.fields = fields
    hasTime = time
  }

  private static func unknown(_ pattern: String) -> TableError {
    TableError(
      .unknownFormat, found: pattern, expected: "a pattern such as yyyy-MM-dd or dd.MM.yyyy HH:mm:ss",
      problem: "this is not a date format", cure: "Write year, month and day once each as yyyy, MM (or M), dd (or d).")
  }

  /// The value of a text in this format: days, or seconds where the format has a time; nil where it does not fit.
  public func value(of text: String) -> Double? {
    var copy = text
    return copy.withUTF8 { value(of: $0) }
  }

  func value(of bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    var position = 0
    func digits(_ least: Int, _ most: Int) -> Int? {
      var number = 0
      var count = 0
      while count < most, position < bytes.count, bytes[position] &- 48 < 10 {
        number = number * 10 + Int(bytes[position] &- 48)
        position += 1
        count += 1
      }
      return count >= least ? number : nil
    }
    var (year, month, day, hour, minute, second) = (0, 0, 0, 0, 0, 0)
    var fraction = 0.0
    for field in fields {
      switch field {
      case .year:
        guard let number = digits(4, 4) else { return nil }
        year = number
      case .month(let padded):
        guard let number = digits(padded ? 2 : 1, 2) else { return nil }
        month = number
      case .day(let padded):
        guard let number = digits(padded ? 2 : 1, 2) else { return nil }
        day = number
      case .hour(let padded):
        guard let number = digits(padded ? 2 : 1, 2), number < 24 else { return nil }
        hour = number
      case .minute:
        guard let number = digits(2, 2), number < 60 else { return nil }
        minute = number
      case .second:
        guard let number = digits(2, 2), number < 60 else { return nil }
        second = number
      case .fraction(let count):
        guard let number = digits(count, count) else { return nil }
        fraction = Double(number) / NumberText.powersOfTen[count]
      case .literal(let byte):
        guard position < bytes.count, bytes[position] == byte else { return nil }
        position += 1
      }
    }
    guard position == bytes.count, let date = CivilDate(year: year, month: month, day: day) else { return nil }
    guard hasTime else { return Double(date.daysSince1970) }
    return Double(date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second) + fraction
  }

  /// A value written in this format. Values between two days, or finer than the format shows, are rounded to the
  /// nearest; the year is kept within 0 to 9999. The value must not be missing.
  public func text(of value: Double) -> String {
    var buffer = ByteBuffer()
    append(value, to: &buffer)
    return buffer.string
  }

  func append(_ value: Double, to buffer: inout ByteBuffer) {
    let fractionDigits = fields.reduce(0) { if case .fraction(let digits) = $1 { digits } else { $0 } }
    let showsSeconds = fields.contains(.second)
    let unit: Double = !hasTime ? 1 : showsSeconds ? NumberText.powersOfTen[fractionDigits] : 1 / 60
    // 0000-01-01 and the end of 9999, in days.
    let (first, last) = (-719_528.0, 2_932_896.0)
    let dayLength = hasTime ? 86_400.0 : 1
    let ticks = Int(clamping: (min(max(value, first * dayLength), (last + 1) * dayLength - 1 / unit) * unit).rounded())
    let ticksInDay = Int(dayLength * unit)
    let days = ticks >= 0 ? ticks / ticksInDay : (ticks - ticksInDay + 1) / ticksInDay
    let date = CivilDate(daysSince1970: days)
    let rest = ticks - days * ticksInDay
    let ticksInSecond = showsSeconds ? Int(unit) : 1
    let second = showsSeconds ? rest / ticksInSecond : rest * 60
    for field in fields {
      switch field {
      case .year: buffer.append(date.year, width: 4)
      case .month(let padded): buffer.append(date.month, width: padded ? 2 : 1)
      case .day(let padded): buffer.append(date.day, width: padded ? 2 : 1)
      case .hour(let padded): buffer.append(second / 3600, width: padded ? 2 : 1)
      case .minute: buffer.append(second / 60 % 60, width: 2)
      case .second: buffer.append(second % 60, width: 2)
      case .fraction(let digits): buffer.append(rest % ticksInSecond, width: digits)
      case .literal(let byte): buffer.append(byte)
      }
    }
  }
}

extension DateFormat: Codable {
  /// Reads the pattern.
  public init(from decoder: any Decoder) throws {
    try self.init(pattern: decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the pattern.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(pattern)
  }
}
