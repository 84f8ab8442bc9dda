#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Checks that bytes are text, before any of them is taken for a table.
enum TextCheck {
  /// A place where bytes stop being text.
  enum Fault: Equatable {
    case invalidUTF8(offset: Int)
    case nul(offset: Int)

    var offset: Int {
      switch self {
      case .invalidUTF8(let offset), .nul(let offset): offset
      }
    }
  }

  /// Looks for the first fault. `complete` is the number of bytes that form whole characters: fewer than all where the
  /// last character is cut, to be looked at again with what follows.
  static func check(_ bytes: UnsafeBufferPointer<UInt8>) -> (complete: Int, fault: Fault?) {
    guard let base = bytes.baseAddress else { return (0, nil) }
    let count = bytes.count
    let nul = memchr(base, 0, count).map { base.distance(to: $0.assumingMemoryBound(to: UInt8.self)) }
    let limit = nul ?? count
    var position = 0
    let raw = UnsafeRawPointer(base)
    while position < limit {
      // 32 ASCII bytes at a time.
      while position + 32 <= limit {
        let a = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        let b = raw.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self)
        let c = raw.loadUnaligned(fromByteOffset: position + 16, as: UInt64.self)
        let d = raw.loadUnaligned(fromByteOffset: position + 24, as: UInt64.self)
        if (a | b | c | d) & 0x8080_8080_8080_8080 != 0 { break }
        position += 32
      }
      let stop = min(position + 32, limit)
      while position < stop {
        if base[position] < 0x80 {
          position += 1
          continue
        }
        let length = sequenceLength(base + position, available: limit - position)
        if length > 0 {
          position += length
        } else if length == 0 && nul == nil {
          return (position, nil)
        } else {
          return (position, .invalidUTF8(offset: position))
        }
      }
    }
    return (limit, nul.map { .nul(offset: $0) })
  }

  /// The length of the character that begins here; 0 where it is cut off by the end; -1 where it is not UTF-8.
  private static func sequenceLength(_ bytes: UnsafePointer<UInt8>, available: Int) -> Int {
    let lead = bytes[0]
    let length: Int
    // The second byte's range shuts out overlong forms, surrogates and what lies beyond U+10FFFF (RFC 3629).
    var least: UInt8 = 0x80
    var most: UInt8 = 0xbf
    switch lead {
    case 0xc2...0xdf: length = 2
    case 0xe0...0xef:
      length = 3
      if lead == 0xe0 { least = 0xa0 }
      if lead == 0xed { most = 0x9f }
    case 0xf0...0xf4:
      length = 4
      if lead == 0xf0 { least = 0x90 }
      if lead == 0xf4 { most = 0x8f }
    default: return -1
    }
    if available < 2 { return 0 }
    guard bytes[1] >= least, bytes[1] <= most else { return -1 }
    for index in 2..<max(length, 2) {
      if index >= available { return 0 }
      guard bytes[index] & 0xc0 == 0x80 else { return -1 }
    }
    return length
  }

  /// What a file that is not CSV is, by its first bytes; nil if it may be CSV.
  static func foreignFormat(_ bytes: UnsafeBufferPointer<UInt8>) -> (what: String, cure: String)? {
    func begins(_ magic: [UInt8]) -> Bool {
      bytes.count >= magic.count && bytes.prefix(magic.count).elementsEqual(magic)
    }
    let save = "Save it as CSV (UTF-8) and give that."
    if begins([0x50, 0x4b, 3, 4]) { return ("a zip file or an Excel or OpenDocument workbook", save) }
    if begins([0xd0, 0xcf, 0x11, 0xe0]) { return ("an old Excel workbook", save) }
    if begins(Array("%PDF".utf8)) { return ("a PDF", "Give the table behind it as CSV.") }
    if begins(Array("PAR1".utf8)) { return ("a Parquet file", save) }
    if begins(Array("SQLite format 3".utf8)) { return ("a SQLite database", "Export its table as CSV.") }
    if begins([0x89, 0x50, 0x4e, 0x47]) || begins([0xff, 0xd8, 0xff]) { return ("an image", "Give a CSV file.") }
    if begins([0x28, 0xb5, 0x2f, 0xfd]) { return ("a zstd archive", "Decompress it with zstd -d.") }
    if begins([0xfd, 0x37, 0x7a, 0x58, 0x5a]) { return ("an xz archive", "Decompress it with xz -d.") }
    if begins(Array("BZh".utf8)), bytes.count > 4, bytes[4] == 0x31 {
      return ("a bzip2 archive", "Decompress it with bzip2 -d.")
    }
    if begins([0x7f, 0x45, 0x4c, 0x46]) { return ("a program", "Give a CSV file.") }
    return nil
  }

  static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

  /// Whether the bytes begin as UTF-16 or UTF-32 with a byte order mark do.
  static func isWideText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count >= 2 else { return false }
    return (bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff)
  }

  /// Whether a space or tab stands next to a delimiter, quote or line break, or at either end: where trimming would
  /// change a field.
  static func hasSpaceAtEdge(_ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8) -> Bool {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return false }
    func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
    func isEdge(_ byte: UInt8) -> Bool { byte == delimiter || byte == 10 || byte == 13 || byte == 34 }
    if isSpace(bytes[0]) || isSpace(bytes[bytes.count - 1]) { return true }
    typealias Lanes = SIMD16<UInt8>
    let raw = UnsafeRawPointer(base)
    var position = 0
    while position &+ 17 <= bytes.count {
      let a = raw.loadUnaligned(fromByteOffset: position, as: Lanes.self)
      let b = raw.loadUnaligned(fromByteOffset: position &+ 1, as: Lanes.self)
      let spaceA = (a .== Lanes(repeating: 32)) .| (a .== Lanes(repeating: 9))
      let spaceB = (b .== Lanes(repeating: 32)) .| (b .== Lanes(repeating: 9))
      if any(spaceA .| spaceB) {
        for index in position..<(position &+ 16)
        where (isSpace(base[index]) && isEdge(base[index &+ 1])) || (isEdge(base[index]) && isSpace(base[index &+ 1])) {
          return true
        }
      }
      position &+= 16
    }
    while position &+ 1 < bytes.count {
      if (isSpace(base[position]) && isEdge(base[position &+ 1]))
        || (isEdge(base[position]) && isSpace(base[position &+ 1]))
      {
        return true
      }
      position &+= 1
    }
    return false
  }

  /// The number of line breaks: \n, \r\n or a lone \r.
  static func lineBreaks(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 0
    for (index, byte) in bytes.enumerated() {
      if byte == 10 || (byte == 13 && (index + 1 == bytes.count || bytes[index + 1] != 10)) { count += 1 }
    }
    return count
  }
}
