/// The 64-bit cyclic redundancy check CRC-64/XZ: polynomial 42F0E1EBA9EA3693 reflected, initial and final value all
/// ones; the check of the text `123456789` is 995DC9BBDF1939FA. It finds accidents, not forgery.
///
/// Source: ECMA-182, annex B (polynomial); the .xz file format 1.1.0, section 6 (parameters).
public struct CRC64: Sendable, Equatable {
  private static let table: [UInt64] = (0..<256).map { byte in
    (0..<8).reduce(UInt64(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xC96C_5795_D787_0F42 : value >> 1 }
  }

  private var state = UInt64.max

  /// Starts a check of no bytes.
  public init() {}

  /// Takes in more bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var value = state
    Self.table.withUnsafeBufferPointer { table in
      for byte in bytes { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
    }
    state = value
  }

  /// Takes in the UTF-8 bytes of a text and a zero byte, so that neighbours cannot run together.
  mutating func update(_ text: String) {
    var bytes = Array(text.utf8)
    bytes.append(0)
    bytes.withUnsafeBytes { update($0) }
  }

  /// The check of all bytes so far.
  public var value: UInt64 { ~state }

  /// The check as 16 hexadecimal digits.
  public var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
