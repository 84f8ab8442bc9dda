import CPluginABI

/// The memory of one exported Arrow struct. It goes when the struct is released.
final class ArrowMemory {
  private var blocks: [UnsafeMutableRawPointer] = []
  /// Releases the children and the dictionary. Who was given the struct may have changed its counts.
  private var releaseParts: () -> Void = {}

  /// Memory for plain values, aligned as Arrow recommends.
  func allocate<Value>(_ count: Int, of _: Value.Type) -> UnsafeMutablePointer<Value> {
    let bytes = max(count * MemoryLayout<Value>.stride, 64)
    let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    block.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    blocks.append(block)
    return block.bindMemory(to: Value.self, capacity: count)
  }

  /// A copy of an array of plain values.
  func copy<Value>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
    let place = allocate(values.count, of: Value.self)
    values.withUnsafeBufferPointer { if let start = $0.baseAddress { place.update(from: start, count: values.count) } }
    return place
  }

  /// A copy of a text as C writes it.
  func text(_ text: String) -> UnsafePointer<CChar> { UnsafePointer(copy(Array(text.utf8CString))) }

  /// Copies the parts of a struct, to be released with it.
  func hold<Part>(
    _ children: [Part], _ dictionary: Part?, release: @escaping (UnsafeMutablePointer<Part>) -> Void
  ) -> (children: UnsafeMutablePointer<UnsafeMutablePointer<Part>?>, dictionary: UnsafeMutablePointer<Part>?) {
    let own = children.map { copy([$0]) }, ownDictionary = dictionary.map { copy([$0]) }
    releaseParts = { for part in own + [ownDictionary].compactMap({ $0 }) { release(part) } }
    return (copy(own.map { Optional($0) }), ownDictionary)
  }

  /// Releases the parts, and with the last reference the memory.
  static func release(_ memory: UnsafeMutableRawPointer) {
    let memory = Unmanaged<ArrowMemory>.fromOpaque(memory)
    memory.takeUnretainedValue().releaseParts()
    memory.release()
  }

  deinit { for block in blocks { block.deallocate() } }
}

extension ArrowSchema {
  /// A schema that owns its memory.
  init(
    format: String, name: String = "", children: [ArrowSchema] = [], dictionary: ArrowSchema? = nil,
    isOrdered: Bool = false
  ) {
    let memory = ArrowMemory()
    self.init()
    self.format = memory.text(format)
    self.name = memory.text(name)
    flags = Int64(ARROW_FLAG_NULLABLE) | (isOrdered ? Int64(ARROW_FLAG_DICTIONARY_ORDERED) : 0)
    n_children = Int64(children.count)
    (self.children, self.dictionary) = memory.hold(children, dictionary) { $0.pointee.release?($0) }
    private_data = Unmanaged.passRetained(memory).toOpaque()
    release = { pointer in
      guard let pointer, let memory = pointer.pointee.private_data else { return }
      pointer.pointee.release = nil
      pointer.pointee.private_data = nil
      ArrowMemory.release(memory)
    }
  }
}

extension ArrowArray {
  /// An array that owns its memory.
  ///
  /// - Parameters:
  ///   - memory: what holds the buffers.
  ///   - buffers: in the order of the format; nil where every value is valid.
  init(
    length: Int, nullCount: Int = 0, in memory: ArrowMemory, buffers: [UnsafeRawPointer?], children: [ArrowArray] = [],
    dictionary: ArrowArray? = nil
  ) {
    self.init()
    self.length = Int64(length)
    null_count = Int64(nullCount)
    n_buffers = Int64(buffers.count)
    self.buffers = memory.copy(buffers)
    n_children = Int64(children.count)
    (self.children, self.dictionary) = memory.hold(children, dictionary) { $0.pointee.release?($0) }
    private_data = Unmanaged.passRetained(memory).toOpaque()
    release = { pointer in
      guard let pointer, let memory = pointer.pointee.private_data else { return }
      pointer.pointee.release = nil
      pointer.pointee.private_data = nil
      ArrowMemory.release(memory)
    }
  }
}
