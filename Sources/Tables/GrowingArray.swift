#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A growing run of plain values without reference counts or uniqueness checks, for the innermost loop of reading.
/// Freed by `deallocate()`; copies share the memory.
struct GrowingArray<Element: BitwiseCopyable> {
  fileprivate(set) var count = 0
  private(set) var base: UnsafeMutablePointer<Element>
  private var capacity = 256

  init() {
    base = malloc(capacity * MemoryLayout<Element>.stride).assumingMemoryBound(to: Element.self)
  }

  func deallocate() { free(base) }

  /// The bytes that it takes.
  var memory: Int { capacity * MemoryLayout<Element>.stride }

  @inline(__always)
  mutating func append(_ element: Element) {
    reserve(1)
    base[count] = element
    count &+= 1
  }

  mutating func removeAll() { count = 0 }

  // realloc moves large blocks by their page tables, so that growing costs neither a copy nor double memory.
  @inline(__always)
  mutating func reserve(_ extra: Int) {
    if count &+ extra > capacity { grow(extra) }
  }

  @inline(never)
  private mutating func grow(_ extra: Int) {
    capacity = max(capacity * 2, count + extra)
    base = realloc(base, capacity * MemoryLayout<Element>.stride).assumingMemoryBound(to: Element.self)
  }

  subscript(_ index: Int) -> Element { base[index] }
}

extension GrowingArray<UInt8> {
  /// Appends so many bytes. 16 bytes must be readable from where they begin, and may be copied with them.
  @inline(__always)
  mutating func append(_ bytes: UnsafeRawPointer, _ length: Int) {
    reserve(length &+ 16)
    let target = UnsafeMutableRawPointer(base + count)
    // Most fields have a few bytes: copying 16 of them always is cheaper than a call of memcpy.
    if length <= 16 {
      target.storeBytes(of: bytes.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
    } else {
      memcpy(target, bytes, length)
    }
    count &+= length
  }
}
