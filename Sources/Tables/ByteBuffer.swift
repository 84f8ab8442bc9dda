#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A growing run of bytes with the few appends that writing a table needs, each without an allocation of its own.
struct ByteBuffer: ~Copyable {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 64) {
    self.capacity = max(capacity, 64)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }
  var string: String { String(decoding: bytes, as: UTF8.self) }

  mutating func removeAll() { count = 0 }

  /// For one who has written into reserved space.
  mutating func setCount(_ newCount: Int) { count = newCount }

  @inline(__always)
  mutating func reserve(_ extra: Int) {
    if count + extra > capacity { grow(extra) }
  }

  @inline(never)
  private mutating func grow(_ extra: Int) {
    let larger = max(capacity * 2, count + extra)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    moved.update(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = larger
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count += 1
  }

  @inline(__always)
  mutating func append(_ source: UnsafeBufferPointer<UInt8>) {
    guard let start = source.baseAddress else { return }
    reserve(source.count)
    memcpy(base + count, start, source.count)
    count += source.count
  }

  mutating func append(_ source: [UInt8]) {
    if !source.isEmpty { source.withUnsafeBufferPointer { append($0) } }
  }

  mutating func append(_ text: String) {
    var copy = text
    copy.withUTF8 { append($0) }
  }

  /// A non-negative integer in decimal, padded with zeros to a width.
  @inline(__always)
  mutating func append(_ number: Int, width: Int) {
    reserve(20 + width)
    var digits = 1
    var rest = number
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    let total = max(digits, width)
    rest = number
    var position = count + total
    while position > count {
      position -= 1
      base[position] = 48 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count += total
  }
}
