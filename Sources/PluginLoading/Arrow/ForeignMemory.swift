import CPluginProbe

/// What a plugin's pointers point at. A pointer is not believed: what does not lie in memory of this process is not read.
/// Whether memory that is there is as long as its owner says cannot be known.
enum ForeignMemory {
  /// The most bytes of a text that a plugin gives: a name, a message.
  static let mostText = 1 << 16

  /// A text that ends with a zero byte, repaired where it is not UTF-8; nil where there is none, or where it does not end.
  static func text(_ pointer: UnsafePointer<CChar>?, most: Int = mostText) -> String? {
    guard let pointer else { return nil }
    let length = langevin_probe_text_length(pointer, UInt64(most))
    guard length >= 0 else { return nil }
    return pointer.withMemoryRebound(to: UInt8.self, capacity: Int(length)) {
      String(decoding: UnsafeBufferPointer(start: $0, count: Int(length)), as: UTF8.self)
    }
  }

  /// Whether so many values lie in memory; false where their size overflows.
  static func holds<Value>(_ pointer: UnsafeRawPointer?, _ count: Int, of _: Value.Type) -> Bool {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
    guard let pointer, !overflow, bytes >= 0 else { return false }
    return langevin_probe_is_readable(pointer, UInt64(bytes)) != 0
  }

  /// The struct that an array of pointers names at a place; nil where one of them does not lie in memory.
  static func part<Part>(_ parts: UnsafeMutablePointer<UnsafeMutablePointer<Part>?>?, at place: Int) -> Part? {
    guard let parts, holds(parts + place, 1, of: UnsafeMutablePointer<Part>?.self) else { return nil }
    return part(parts[place])
  }

  /// The struct that a pointer names; nil where it does not lie in memory.
  static func part<Part>(_ pointer: UnsafeMutablePointer<Part>?) -> Part? {
    guard let pointer, holds(pointer, 1, of: Part.self) else { return nil }
    return UnsafeRawPointer(pointer).loadUnaligned(as: Copy<Part>.self).value
  }

  /// Structs of C are copied bit by bit.
  private struct Copy<Part>: @unchecked Sendable { let value: Part }
}
