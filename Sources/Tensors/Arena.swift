/// Memory for the intermediate values of one pass: handed out front to back, taken back all at once.
///
/// After the first pass the arena holds one block as large as a pass needs, and a step allocates nothing.
final class Arena {
  private var blocks: [UnsafeMutableRawBufferPointer] = []
  private var offset = 0
  private var used = 0

  static let alignment = 64

  /// Memory for `count` elements, aligned to a cache line, with undefined content.
  func allocate<Element: BitwiseCopyable>(_ type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
    let bytes = (max(count, 1) * MemoryLayout<Element>.stride + Self.alignment - 1) & ~(Self.alignment - 1)
    if blocks.isEmpty || offset + bytes > blocks[blocks.count - 1].count { addBlock(atLeast: bytes) }
    let block = blocks[blocks.count - 1]
    let start = block.baseAddress! + offset
    offset += bytes
    used += bytes
    return start.bindMemory(to: Element.self, capacity: count)
  }

  /// Takes everything back. Pointers from before are dead.
  func reset() {
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
