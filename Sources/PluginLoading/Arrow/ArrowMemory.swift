import CPluginABI

/// The memory of one exported Arrow struct. It goes when the struct is released.
final class ArrowMemory {
  private var blocks: [UnsafeMutableRawPointer] = []

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

  /// Goes through the children of a struct, and its dictionary.
  static func eachPart<Part>(
    _ children: UnsafeMutablePointer<UnsafeMutablePointer<Part>?>?, _ count: Int64,
    _ dictionary: UnsafeMutablePointer<Part>?, _ body: (UnsafeMutablePointer<Part>) -> Void
  ) {
    for child in UnsafeBufferPointer(start: children, count: Int(count)) { if let child { body(child) } }
    if let dictionary { body(dictionary) }
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
    self.children = memory.copy(children.map { Optional(memory.copy([$0])) })
    self.dictionary = dictionary.map { memory.copy([$0]) }
    private_data = Unmanaged.passRetained(memory).toOpaque()
    release = { pointer in
      guard let pointer, let memory = pointer.pointee.private_data else { return }
      ArrowMemory.eachPart(pointer.pointee.children, pointer.pointee.n_children, pointer.pointee.dictionary) {
        $0.pointee.release?($0)
      }
      pointer.pointee.release = nil
      pointer.pointee.private_data = nil
      Unmanaged<ArrowMemory>.fromOpaque(memory).release()
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
    self.children = memory.copy(children.map { Optional(memory.copy([$0])) })
    self.dictionary = dictionary.map { memory.copy([$0]) }
    private_data = Unmanaged.passRetained(memory).toOpaque()
    release = { pointer in
      guard let pointer, let memory = pointer.pointee.private_data else { return }
      ArrowMemory.eachPart(pointer.pointee.children, pointer.pointee.n_children, pointer.pointee.dictionary) {
        $0.pointee.release?($0)
      }
      pointer.pointee.release = nil
      pointer.pointee.private_data = nil
      Unmanaged<ArrowMemory>.fromOpaque(memory).release()
    }
  }
}
