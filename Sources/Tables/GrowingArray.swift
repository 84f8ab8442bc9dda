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
  private(set) var count = 0
  private(set) var base: UnsafeMutablePointer<Element>
  private var capacity = 256

  init() {
    base = malloc(capacity * MemoryLayout<Element>.stride).assumingMemoryBound(to: Element.self)
  }

  func deallocate() { free(base) }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow() }
    base[count] = element
    count &+= 1
  }

  // realloc moves large blocks by their page tables, so that growing costs neither a copy nor double memory.
  @inline(never)
  private mutating func grow() {
    capacity *= 2
    base = realloc(base, capacity * MemoryLayout<Element>.stride).assumingMemoryBound(to: Element.self)
  }

  subscript(_ index: Int) -> Element { base[index] }
}
