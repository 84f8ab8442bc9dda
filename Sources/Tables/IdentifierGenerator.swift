/// Makes new identifiers of a pattern: never one of the training data's, never one twice.
///
/// Codable, to travel with a model: of the training data it keeps only 64-bit hashes, and none for counters, which go
/// on after the greatest. The same calls with the same random words give the same identifiers.
public struct IdentifierGenerator: Sendable, Codable, Equatable {
  /// The shape of the identifiers.
  public let pattern: IdentifierPattern
  private let taken: Set<UInt64>
  private var made: Set<UInt64> = []
  private var index = 0

  private enum CodingKeys: String, CodingKey { case pattern, taken }

  /// Makes a generator that avoids the values of a column.
  public init(pattern: IdentifierPattern, avoiding existing: [String?]) {
    self.pattern = pattern
    switch pattern {
    case .sequence, .counter: taken = []
    default: taken = Set(existing.lazy.compactMap { $0.map(IdentifierGenerator.hash) })
    }
  }

  /// Reads a generator, at its start. The pattern may be of an edited file: ``IdentifierPattern/flaw`` tells whether
  /// identifiers can be made by it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    pattern = try container.decode(IdentifierPattern.self, forKey: .pattern)
    taken = Set(try container.decode([UInt64].self, forKey: .taken))
  }

  /// Writes the pattern and the hashes, in order, so that equal generators give equal bytes.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(pattern, forKey: .pattern)
    try container.encode(taken.sorted(), forKey: .taken)
  }

  /// The next identifier. Counters need no random words; other shapes take theirs from `random`.
  public mutating func next(using random: inout some RandomNumberGenerator) -> String {
    var attempts = 0
    while true {
      // A template with too few free values left would go round for ever: append a counter instead.
      let candidate = candidate(using: &random, crowded: attempts > 1000)
      index += 1
      attempts += 1
      let hash = IdentifierGenerator.hash(candidate)
      if !taken.contains(hash), made.insert(hash).inserted { return candidate }
    }
  }

  private func candidate(using random: inout some RandomNumberGenerator, crowded: Bool) -> String {
    switch pattern {
    case .sequence(let last, let step): return String(last &+ step &* (index + 1))
    case .counter(let prefix, let width, let suffix, let last):
      return prefix + padded(last + index + 1, width: width) + suffix
    case .uuid(let uppercase):
      var hex = ""
      for position in 0..<32 {
        if [8, 12, 16, 20].contains(position) { hex += "-" }
        let word = Int(random.next(upperBound: 16 as UInt64))
        let digit = position == 12 ? 4 : position == 16 ? 8 + word % 4 : word
        hex += String(digit, radix: 16, uppercase: uppercase)
      }
      return hex
    case .email:
      let letters = Array("abcdefghijklmnopqrstuvwxyz")
      let name = (0..<8).map { _ in letters[Int(random.next(upperBound: 26 as UInt64))] }
      return String(name) + "@example.com"
    case .template(let segments):
      var text = ""
      for segment in segments {
        switch segment {
        case .literal(let literal): text += literal
        case .random(let alphabet, let count):
          let characters = Array(alphabet)
          for _ in 0..<count { text.append(characters[Int(random.next(upperBound: UInt64(characters.count)))]) }
        }
      }
      return crowded ? text + "-\(index)" : text
    case .numbered(let prefix): return "\(prefix)-\(index + 1)"
    }
  }

  private func padded(_ number: Int, width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  // FNV-1a with a final mix: the same on every run and machine, which Swift's own Hasher is not.
  private static func hash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash ^= hash >> 32
    return hash &* 0xd6e8_feb8_6659_fd93
  }
}
