/// Memory for the intermediate values of one pass: handed out front to back, taken back all at once.
///
/// After the first pass the arena holds one block as large as a pass needs, and a step allocates nothing.
final class Arena {
  private var blocks: [UnsafeMutableRawBufferPointer] = []
  private var offset = 0
  private var used = 0
  private var returned: [(bytes: Int, memory: UnsafeMutableRawPointer)] = []

  static let alignment = 64

  /// Memory for `count` elements, aligned to a cache line, with undefined content.
  func allocate<Element: BitwiseCopyable>(_ type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
    let bytes = size(of: type, count: count)
    // Last in, first out: what was returned last is most likely still in cache.
    if let slot = returned.lastIndex(where: { $0.bytes == bytes }) {
      return returned.remove(at: slot).memory.bindMemory(to: Element.self, capacity: count)
    }
    if blocks.isEmpty || offset + bytes > blocks[blocks.count - 1].count { addBlock(atLeast: bytes) }
    let block = blocks[blocks.count - 1]
    let start = block.baseAddress! + offset
    offset += bytes
    used += bytes
    return start.bindMemory(to: Element.self, capacity: count)
  }

  /// Takes memory back before the rest, for the next request of the same size.
  func giveBack<Element: BitwiseCopyable>(_ memory: UnsafeMutablePointer<Element>, count: Int) {
    returned.append((size(of: Element.self, count: count), UnsafeMutableRawPointer(memory)))
  }

  private func size<Element>(of type: Element.Type, count: Int) -> Int {
    (max(count, 1) * MemoryLayout<Element>.stride + Self.alignment - 1) & ~(Self.alignment - 1)
  }

  /// Takes everything back. Pointers from before are dead.
  func reset() {
    returned.removeAll(keepingCapacity: true)
    if blocks.count > 1 {
      let needed = used
      free()
      addBlock(atLeast: needed)
    }
    offset = 0
    used = 0
  }

  private func addBlock(atLeast bytes: Int) {
    let size = max(bytes, 1 << 20, (blocks.last?.count ?? 0) * 2)
    blocks.append(.allocate(byteCount: size, alignment: Self.alignment))
    offset = 0
  }

  private func free() {
    for block in blocks { block.deallocate() }
    blocks = []
  }

  deinit { free() }
}
