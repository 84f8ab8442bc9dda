import Foundation

/// A value in universal binary JSON, the format in which XGBoost writes its trees.
///
/// It is read without belief in what it says: every length is held against the bytes that are left.
///
/// Source: the UBJSON specification, draft 12 (ubjson.org).
enum UniversalBinaryJSON {
  case object([String: UniversalBinaryJSON])
  case list([UniversalBinaryJSON])
  case integers([Int])
  case numbers([Float])
  case integer(Int)
  case number(Double)
  case text(String)
  case nothing

  /// Bytes that do not form such a value.
  struct Flaw: Error { let place: Int }

  /// Reads a value that ends with the bytes.
  init(_ bytes: [UInt8]) throws(Flaw) {
    let result = bytes.withUnsafeBytes { raw -> Result<UniversalBinaryJSON, Flaw> in
      var reader = Reader(bytes: raw)
      return Result { () throws(Flaw) in try reader.value(depth: 0) }
    }
    self = try result.get()
  }

  subscript(_ name: String) -> UniversalBinaryJSON? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  /// The elements of a list of whole numbers.
  var wholeNumbers: [Int]? {
    switch self {
    case .integers(let values): return values
    case .list(let values):
      let integers = values.compactMap { if case .integer(let value) = $0 { value } else { nil } }
      return integers.count == values.count ? integers : nil
    default: return nil
    }
  }

  /// The elements of a list of numbers.
  var singles: [Float]? {
    switch self {
    case .numbers(let values): values
    case .integers(let values): values.map { Float($0) }
    case .list(let values) where values.isEmpty: []
    default: nil
    }
  }

  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    var place = 0

    private static let deepest = 32

    private var flaw: Flaw { Flaw(place: place) }

    private mutating func byte() throws(Flaw) -> UInt8 {
      guard place < bytes.count else { throw flaw }
      place += 1
      return bytes[place - 1]
    }

    private mutating func raw<Value: FixedWidthInteger>(_: Value.Type) throws(Flaw) -> Value {
      let size = MemoryLayout<Value>.size
      guard bytes.count - place >= size else { throw flaw }
      defer { place += size }
      return Value(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: Value.self))
    }

    private mutating func integer(_ type: UInt8) throws(Flaw) -> Int {
      switch Unicode.Scalar(type) {
      case "i": Int(try raw(Int8.self))
      case "U": Int(try raw(UInt8.self))
      case "I": Int(try raw(Int16.self))
      case "l": Int(try raw(Int32.self))
      case "L": Int(try raw(Int64.self))
      default: throw flaw
      }
    }

    private mutating func length() throws(Flaw) -> Int {
      let length = try integer(byte())
      guard length >= 0, length <= bytes.count - place else { throw flaw }
      return length
    }

    private mutating func text() throws(Flaw) -> String {
      let length = try length()
      defer { place += length }
      return String(decoding: bytes[place..<place + length], as: UTF8.self)
    }

    mutating func value(depth: Int) throws(Flaw) -> UniversalBinaryJSON { try value(byte(), depth: depth) }

    private mutating func value(_ type: UInt8, depth: Int) throws(Flaw) -> UniversalBinaryJSON {
      guard depth < Self.deepest else { throw flaw }
      switch Unicode.Scalar(type) {
      case "i", "U", "I", "l", "L": return .integer(try integer(type))
      case "d": return .number(Double(Float(bitPattern: try raw(UInt32.self))))
      case "D": return .number(Double(bitPattern: try raw(UInt64.self)))
      case "S": return .text(try text())
      case "C": return .text(String(UnicodeScalar(try byte())))
      case "T": return .integer(1)
      case "F": return .integer(0)
      case "Z", "N": return .nothing
      case "{": return try object(depth: depth)
      case "[": return try list(depth: depth)
      default: throw flaw
      }
    }

    private func isNext(_ mark: Unicode.Scalar) -> Bool { place < bytes.count && bytes[place] == UInt8(ascii: mark) }

    private mutating func object(depth: Int) throws(Flaw) -> UniversalBinaryJSON {
      var members: [String: UniversalBinaryJSON] = [:]
      guard !isNext("$") else { throw flaw }
      if isNext("#") {
        place += 1
        for _ in 0..<(try length()) {
          let name = try text()
          members[name] = try value(depth: depth + 1)
        }
        return .object(members)
      }
      while !isNext("}") {
        let name = try text()
        members[name] = try value(depth: depth + 1)
      }
      place += 1
      return .object(members)
    }

    private mutating func list(depth: Int) throws(Flaw) -> UniversalBinaryJSON {
      if isNext("$") {
        place += 1
        let type = try byte()
        guard isNext("#") else { throw flaw }
        place += 1
        return try typed(type)
      }
      var values: [UniversalBinaryJSON] = []
      if isNext("#") {
        place += 1
        let count = try length()
        for _ in 0..<count { values.append(try value(depth: depth + 1)) }
      } else {
        while !isNext("]") { values.append(try value(depth: depth + 1)) }
        place += 1
      }
      return .list(values)
    }

    /// Elements of one type, whose size is not 0: so many cannot be claimed that are not there.
    private mutating func typed(_ type: UInt8) throws(Flaw) -> UniversalBinaryJSON {
      let count = try length()
      var integers: [Int] = [], numbers: [Float] = []
      switch Unicode.Scalar(type) {
      case "d":
        numbers.reserveCapacity(count)
        for _ in 0..<count { numbers.append(Float(bitPattern: try raw(UInt32.self))) }
        return .numbers(numbers)
      case "D":
        for _ in 0..<count { numbers.append(Float(Double(bitPattern: try raw(UInt64.self)))) }
        return .numbers(numbers)
      default:
        integers.reserveCapacity(count)
        for _ in 0..<count { integers.append(try integer(type)) }
        return .integers(integers)
      }
    }
  }
}
