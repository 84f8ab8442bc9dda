import Foundation

/// Reads the JSON of a safetensors header in one pass: an object of texts and small objects, and nothing else.
///
/// A general decoder takes seconds for a million keys, and memory on the word of the file. This one takes what the format
/// has: it is linear, and keys are few.
struct HeaderScanner {
  /// What is wrong, in a few words.
  struct Flaw: Error { let reason: String }

  /// A tensor as the header tells of it.
  struct Entry {
    var type = ""
    var shape: [UInt64] = []
    var offsets: [UInt64] = []
  }

  /// The most keys of the metadata, tensors, and axes of a tensor.
  static let mostTexts = 1000, mostTensors = 500_000, mostAxes = 16

  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Reads a whole header.
  static func read(_ header: Data) throws(Flaw) -> (metadata: [String: String], tensors: [(name: String, Entry)]) {
    let result = header.withUnsafeBytes { raw -> Result<([String: String], [(String, Entry)]), Flaw> in
      var scanner = HeaderScanner(raw.bindMemory(to: UInt8.self))
      return Result { () throws(Flaw) in try scanner.header() }
    }
    return try result.get()
  }

  private mutating func header() throws(Flaw) -> ([String: String], [(String, Entry)]) {
    var metadata: [String: String] = [:], tensors: [(String, Entry)] = [], names: Set<String> = []
    try object { scanner, name throws(Flaw) in
      guard names.insert(name).inserted else { throw Flaw(reason: "'\(name.prefix(100))' stands there twice") }
      guard name == "__metadata__" else {
        guard tensors.count < HeaderScanner.mostTensors else {
          throw Flaw(reason: "it has more than \(HeaderScanner.mostTensors) tensors")
        }
        return tensors.append((name, try scanner.entry(name)))
      }
      try scanner.object { scanner, key throws(Flaw) in
        guard metadata.count < HeaderScanner.mostTexts else {
          throw Flaw(reason: "it has more than \(HeaderScanner.mostTexts) texts")
        }
        guard metadata.updateValue(try scanner.text(), forKey: key) == nil else {
          throw Flaw(reason: "'\(key.prefix(100))' stands there twice")
        }
      }
    }
    skipSpace()
    guard place == bytes.count else { throw Flaw(reason: "something follows it") }
    return (metadata, tensors)
  }

  private mutating func entry(_ name: String) throws(Flaw) -> Entry {
    var entry = Entry(), seen: Set<String> = []
    try object { scanner, key throws(Flaw) in
      guard seen.insert(key).inserted else {
        throw Flaw(reason: "'\(key.prefix(100))' of '\(name.prefix(100))' stands there twice")
      }
      switch key {
      case "dtype": entry.type = try scanner.text()
      case "shape": entry.shape = try scanner.numbers()
      case "data_offsets": entry.offsets = try scanner.numbers()
      default: throw Flaw(reason: "the tensor '\(name.prefix(100))' has a field '\(key.prefix(100))'")
      }
    }
    guard seen.count == 3 else { throw Flaw(reason: "the tensor '\(name.prefix(100))' lacks a field") }
    return entry
  }

  // MARK: JSON

  private mutating func skipSpace() {
    while place < bytes.count, [32, 9, 10, 13].contains(bytes[place]) { place += 1 }
  }

  /// Takes a byte that must come next, after space.
  private mutating func take(_ byte: Unicode.Scalar) throws(Flaw) {
    guard takes(byte) else { throw Flaw(reason: "at byte \(place) there is no '\(byte)'") }
  }

  private mutating func takes(_ byte: Unicode.Scalar) -> Bool {
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(ascii: byte) else { return false }
    place += 1
    return true
  }

  private mutating func object(
    _ member: (inout HeaderScanner, String) throws(Flaw) -> Void
  ) throws(Flaw) {
    try take("{")
    if takes("}") { return }
    repeat {
      let name = try text()
      try take(":")
      try member(&self, name)
    } while takes(",")
    try take("}")
  }

  private mutating func numbers() throws(Flaw) -> [UInt64] {
    try take("[")
    if takes("]") { return [] }
    var numbers: [UInt64] = []
    repeat {
      skipSpace()
      let start = place
      var number: UInt64 = 0
      while place < bytes.count, bytes[place] &- 48 < 10 {
        let (tens, isOver) = number.multipliedReportingOverflow(by: 10)
        let (sum, isMore) = tens.addingReportingOverflow(UInt64(bytes[place] &- 48))
        guard !isOver, !isMore else { throw Flaw(reason: "at byte \(start) there is a number that is too large") }
        number = sum
        place += 1
      }
      guard place > start else { throw Flaw(reason: "at byte \(place) there is no whole number from 0 on") }
      guard numbers.count < Self.mostAxes else { throw Flaw(reason: "at byte \(place) there are too many numbers") }
      numbers.append(number)
    } while takes(",")
    try take("]")
    return numbers
  }

  private mutating func text() throws(Flaw) -> String {
    try take("\"")
    let start = place
    var hasEscapes = false
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      guard bytes[place] >= 32 else { throw Flaw(reason: "at byte \(place) there is a control character in a text") }
      if bytes[place] == UInt8(ascii: "\\") {
        hasEscapes = true
        place += 1
      }
      place += 1
    }
    guard place < bytes.count else { throw Flaw(reason: "the text at byte \(start) does not end") }
    let raw = bytes[start..<place]
    place += 1
    let unescaped = hasEscapes ? try Self.unescaped(raw, at: start) : Array(raw)
    let text = String(decoding: unescaped, as: UTF8.self)
    guard text.utf8.elementsEqual(unescaped) else { throw Flaw(reason: "the text at byte \(start) is not UTF-8") }
    return text
  }

  private static func unescaped(_ raw: Slice<UnsafeBufferPointer<UInt8>>, at start: Int) throws(Flaw) -> [UInt8] {
    var result: [UInt8] = [], place = raw.startIndex
    result.reserveCapacity(raw.count)
    func unit(_ place: Int) throws(Flaw) -> UInt32 {
      guard place + 4 <= raw.endIndex,
        let unit = UInt32(String(decoding: raw[place..<place + 4], as: UTF8.self), radix: 16)
      else { throw Flaw(reason: "the text at byte \(start) has an escape that is none") }
      return unit
    }
    while place < raw.endIndex {
      guard raw[place] == UInt8(ascii: "\\") else {
        result.append(raw[place])
        place += 1
        continue
      }
      let kind = place + 1 < raw.endIndex ? raw[place + 1] : 0
      place += 2
      switch Unicode.Scalar(kind) {
      case "\"", "\\", "/": result.append(kind)
      case "b": result.append(8)
      case "f": result.append(12)
      case "n": result.append(10)
      case "r": result.append(13)
      case "t": result.append(9)
      case "u":
        var code = try unit(place)
        place += 4
        if (0xD800..<0xDC00).contains(code), place + 6 <= raw.endIndex, raw[place] == UInt8(ascii: "\\") {
          let low = try unit(place + 2)
          guard (0xDC00..<0xE000).contains(low) else { throw Flaw(reason: "the text at byte \(start) is not Unicode") }
          code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
          place += 6
        }
        guard let scalar = Unicode.Scalar(code) else { throw Flaw(reason: "the text at byte \(start) is not Unicode") }
        result += Array(String(Character(scalar)).utf8)
      default: throw Flaw(reason: "the text at byte \(start) has an escape that is none")
      }
    }
    return result
  }
}
