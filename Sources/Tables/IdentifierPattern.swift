/// The shape of a column's identifiers, learnt from its values, from which new ones are made.
public enum IdentifierPattern: Sendable, Equatable, Codable {
  /// Whole numbers; new ones go on after `last` by `step`.
  case sequence(last: Int, step: Int)
  /// A counter between two texts (ID00017): padded with zeros to `width`; new ones go on after `last`.
  case counter(prefix: String, width: Int, suffix: String, last: Int)
  /// Version-4 UUIDs.
  case uuid(uppercase: Bool)
  /// E-mail addresses; new ones are at example.com, which belongs to nobody.
  case email
  /// Texts of one length, each position with its own alphabet.
  case template([Segment])
  /// Anything else; new ones are `prefix` and a counter.
  case numbered(prefix: String)

  /// A run of positions of a template.
  public enum Segment: Sendable, Equatable, Codable {
    /// A text that all values share here.
    case literal(String)
    /// So many random characters of an alphabet.
    case random(alphabet: String, count: Int)
  }

  /// Learns the shape from distinct values. `column` names the fall-back's prefix.
  public static func learn(from values: [String], column: String) -> IdentifierPattern {
    guard !values.isEmpty else { return .numbered(prefix: column) }
    if values.allSatisfy(isUUID) {
      return .uuid(uppercase: values.contains { $0.contains { "ABCDEF".contains($0) } })
    }
    if values.allSatisfy(isEmail) { return .email }
    return learnSequence(values) ?? learnCounter(values) ?? learnTemplate(values) ?? .numbered(prefix: column)
  }

  /// What keeps new identifiers from being made of the shape, which may come from an edited file; nil where nothing does.
  public var flaw: String? {
    let most = 1 << 62, longest = 10_000
    switch self {
    case .sequence(let last, let step):
      if !(-most...most).contains(last) { return "the last number \(last)" }
      return step != 0 && (-(1 << 20)...1 << 20).contains(step) ? nil : "the step \(step)"
    case .counter(_, let width, _, let last):
      if !(0...most).contains(last) { return "the last number \(last)" }
      return (0...longest).contains(width) ? nil : "the width \(width)"
    case .template(let segments):
      var length = 0
      for case .random(let alphabet, let count) in segments {
        if alphabet.isEmpty { return "an alphabet without characters" }
        guard (0...longest).contains(count) else { return "\(count) random characters" }
        length += count
        if length > longest { return "more than \(longest) random characters" }
      }
      return nil
    case .uuid, .email, .numbered: return nil
    }
  }

  /// Whether the shape is one that identifiers have and words have not.
  var isDistinctive: Bool {
    switch self {
    case .sequence, .counter, .uuid, .email: true
    case .numbered: false
    case .template(let segments):
      segments.contains { if case .random(let alphabet, _) = $0 { alphabet.contains("0") } else { false } }
    }
  }

  private static func learnSequence(_ values: [String]) -> IdentifierPattern? {
    var last = Int.min
    var first = Int.max
    for value in values {
      guard let number = Int(value), String(number) == value else { return nil }
      last = max(last, number)
      first = min(first, number)
    }
    guard last < Int.max / 2 else { return nil }
    return .sequence(last: last, step: 1)
  }

  private static func learnCounter(_ values: [String]) -> IdentifierPattern? {
    let shape = values[0].utf8
    guard let start = values[0].utf8.firstIndex(where: isDigit) else { return nil }
    // The counter is the last run of digits: in 2024-INV-0017 the 17.
    let end = shape.lastIndex(where: isDigit)!
    var begin = end
    while begin > start, isDigit(shape[shape.index(before: begin)]) { begin = shape.index(before: begin) }
    let prefix = String(values[0][..<begin])
    let suffix = String(values[0][shape.index(after: end)...])
    var last = 0
    var widths: Set<Int> = []
    var padded = false
    for value in values {
      // By bytes: comparing Strings would weigh Unicode's equivalences.
      guard value.utf8.starts(with: prefix.utf8), value.utf8.reversed().starts(with: suffix.utf8.reversed()),
        value.utf8.count > prefix.utf8.count + suffix.utf8.count
      else { return nil }
      let digits = value.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
      guard digits.count <= 15, digits.allSatisfy(isDigit) else { return nil }
      let number = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
      widths.insert(digits.count)
      padded = padded || digits.first == 48 && digits.count > 1
      last = max(last, number)
    }
    // With padding of several widths there is no telling which numbers are taken by which spelling.
    if padded && widths.count > 1 { return nil }
    return .counter(prefix: prefix, width: padded || widths.count == 1 ? widths.max()! : 1, suffix: suffix, last: last)
  }

  private static func learnTemplate(_ values: [String]) -> IdentifierPattern? {
    let length = values[0].utf8.count
    guard length <= 64, values.allSatisfy({ $0.utf8.count == length && $0.utf8.allSatisfy { $0 > 32 && $0 < 127 } })
    else { return nil }
    var classes = [UInt8](repeating: 0, count: length)
    var constant = [Bool](repeating: true, count: length)
    let first = Array(values[0].utf8)
    for value in values {
      for (position, byte) in value.utf8.enumerated() {
        if byte != first[position] { constant[position] = false }
        switch byte {
        case 48...57: classes[position] |= 1
        case 65...70: classes[position] |= 2
        case 71...90: classes[position] |= 4
        case 97...102: classes[position] |= 8
        case 103...122: classes[position] |= 16
        default: classes[position] |= 32
        }
      }
    }
    // Hexadecimal texts use all their digits somewhere; a single position of a short column may not.
    let union = zip(classes, constant).reduce(UInt8(0)) { $1.1 ? $0 : $0 | $1.0 }
    var segments: [Segment] = []
    for position in 0..<length {
      if constant[position] {
        let character = String(UnicodeScalar(first[position]))
        if case .literal(let text)? = segments.last {
          segments[segments.count - 1] = .literal(text + character)
        } else {
          segments.append(.literal(character))
        }
        continue
      }
      if classes[position] & 32 != 0 { return nil }
      let isHexadecimal = union == 9 || union == 3
      let alphabet = alphabet(isHexadecimal ? union : classes[position])
      if case .random(alphabet, let count)? = segments.last {
        segments[segments.count - 1] = .random(alphabet: alphabet, count: count + 1)
      } else {
        segments.append(.random(alphabet: alphabet, count: 1))
      }
    }
    return .template(segments)
  }

  private static func alphabet(_ classes: UInt8) -> String {
    (classes & 1 != 0 ? "0123456789" : "") + (classes & 6 != 0 ? "ABCDEF" : "")
      + (classes & 4 != 0 ? "GHIJKLMNOPQRSTUVWXYZ" : "") + (classes & 24 != 0 ? "abcdef" : "")
      + (classes & 16 != 0 ? "ghijklmnopqrstuvwxyz" : "")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

  private static func isUUID(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return false }
    return bytes.enumerated().allSatisfy { position, byte in
      [8, 13, 18, 23].contains(position)
        ? byte == UInt8(ascii: "-") : isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6
    }
  }

  private static func isEmail(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && parts[1].dropFirst().dropLast().contains(".")
      && !text.utf8.contains { $0 <= 32 }
  }
}
