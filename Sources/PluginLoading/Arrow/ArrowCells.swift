import CPluginABI
import Tables

/// The cells of one Arrow array: its buffers, each checked to lie in memory before it is read.
struct ArrowCells {
  let format: String
  private let buffers: UnsafeMutablePointer<UnsafeRawPointer?>?
  private let bufferCount: Int
  /// The first cell, and how many are read from it on.
  let first: Int, count: Int
  /// Which cells are there, a bit each; nil where all are.
  private let valid: UnsafeRawPointer?

  /// - Parameters:
  ///   - skipping: cells that the table around it leaves out.
  ///   - count: of cells to read; nil for all.
  init(_ kind: ArrowSchema, _ array: ArrowArray, skipping: Int64 = 0, count: Int? = nil) throws(ArrowFlaw) {
    let count = count ?? Int(array.length)
    guard array.length >= 0, array.offset >= 0, skipping >= 0 else {
      throw ArrowFlaw(problem: "has \(array.length) cells from \(array.offset) on, and \(skipping) are left out")
    }
    let (last, isTooFar) = skipping.addingReportingOverflow(Int64(count))
    guard !isTooFar, array.length >= last else {
      throw ArrowFlaw(
        problem: "has \(array.length) cells in a table of \(count) rows\(skipping > 0 ? " after \(skipping)" : "")")
    }
    let (first, isOver) = array.offset.addingReportingOverflow(skipping)
    // Room for one more: texts have an offset after the last.
    guard !isOver, first < Int64.max / 16 - Int64(count) else {
      throw ArrowFlaw(problem: "has \(array.length) cells from cell \(array.offset) on, which are too many")
    }
    guard let format = ForeignMemory.text(kind.format), !format.isEmpty else {
      throw ArrowFlaw(problem: "has no format")
    }
    self.format = format
    self.first = Int(first)
    self.count = count
    bufferCount = Int(array.n_buffers)
    let wanted = ["u", "U"].contains(format) ? 3 : 2
    guard bufferCount == wanted else {
      throw ArrowFlaw(problem: "has \(bufferCount) buffers where format '\(format)' has \(wanted)")
    }
    buffers = array.buffers
    guard ForeignMemory.holds(buffers, wanted, of: UnsafeRawPointer?.self) else {
      throw ArrowFlaw(problem: "has no buffers")
    }
    guard kind.n_children == 0, array.n_children == 0 else {
      throw ArrowFlaw(problem: "has \(max(kind.n_children, array.n_children)) columns within it")
    }
    guard (-1...array.length).contains(array.null_count) else {
      throw ArrowFlaw(problem: "says that \(array.null_count) of its \(array.length) cells are missing")
    }
    valid = try Self.validity(array, first: self.first, count: count)
  }

  /// The bits that say which cells are there, whose count is what the array says.
  private static func validity(_ array: ArrowArray, first: Int, count: Int) throws(ArrowFlaw) -> UnsafeRawPointer? {
    guard count > 0, let buffers = array.buffers, let bits = buffers[0] else {
      guard array.null_count <= 0 || count == 0 else {
        throw ArrowFlaw(problem: "says that \(array.null_count) cells are missing, and not which")
      }
      return nil
    }
    guard array.null_count != 0 else { return nil }
    guard ForeignMemory.holds(bits, (first + count + 7) / 8, of: UInt8.self) else {
      throw ArrowFlaw(problem: "says which cells are missing in a place that is not in memory")
    }
    // Of a part of an array the number cannot be told.
    guard array.null_count > 0, array.length == Int64(count) else { return bits }
    let missing = (first..<first + count).count { !isSet(bits, $0) }
    guard missing == array.null_count else {
      throw ArrowFlaw(problem: "says that \(array.null_count) cells are missing, and \(missing) are")
    }
    return bits
  }

  private static func isSet(_ bits: UnsafeRawPointer, _ place: Int) -> Bool {
    bits.load(fromByteOffset: place / 8, as: UInt8.self) >> UInt8(place % 8) & 1 == 1
  }

  var unknownFormat: ArrowFlaw { ArrowFlaw(problem: "is of format '\(format)', which is not for its kind") }

  // MARK: Values

  /// Whole numbers, whatever their size, nil where one is missing; nil where the format is another.
  func integers() throws(ArrowFlaw) -> [Int?]? {
    switch format {
    case "c": try read(Int8.self) { Int($0) }
    case "C": try read(UInt8.self) { Int($0) }
    case "s": try read(Int16.self) { Int($0) }
    case "S": try read(UInt16.self) { Int($0) }
    case "i": try read(Int32.self) { Int($0) }
    case "I": try read(UInt32.self) { Int($0) }
    case "l": try read(Int64.self) { Int($0) }
    case "L": try read(UInt64.self) { Int(clamping: $0) }
    default: nil
    }
  }

  /// Bits; nil where the format is another.
  func flags() throws(ArrowFlaw) -> [Bool?]? {
    guard format == "b" else { return nil }
    guard count > 0 else { return [] }
    let bits = try buffer(1, (first + count + 7) / 8, of: UInt8.self)
    return cells { Self.isSet(bits, $0) }
  }

  /// Texts as bytes; nil where the format is another.
  func texts() throws(ArrowFlaw) -> [[UInt8]?]? {
    switch format {
    case "u": try texts(offsets: Int32.self)
    case "U": try texts(offsets: Int64.self)
    default: nil
    }
  }

  private func texts<Offset: FixedWidthInteger & BitwiseCopyable>(
    offsets _: Offset.Type
  ) throws(ArrowFlaw) -> [[UInt8]?] {
    guard count > 0 else { return [] }
    let offsets = try buffer(1, first + count + 1, of: Offset.self)
    func end(_ place: Int) -> Int {
      Int(offsets.loadUnaligned(fromByteOffset: place * MemoryLayout<Offset>.stride, as: Offset.self))
    }
    guard end(first) >= 0 else { throw ArrowFlaw(problem: "has a text that begins at byte \(end(first))") }
    for place in first..<first + count where end(place + 1) < end(place) {
      throw ArrowFlaw(problem: "has a text that ends before it begins")
    }
    let bytes = end(first) == end(first + count) ? nil : try buffer(2, end(first + count), of: UInt8.self)
    let found = cells { place -> [UInt8] in
      bytes.map { Array(UnsafeRawBufferPointer(start: $0 + end(place), count: end(place + 1) - end(place))) } ?? []
    }
    if let bad = found.first(where: { $0.map { !String(decoding: $0, as: UTF8.self).utf8.elementsEqual($0) } ?? false })
    {
      let start = String(decoding: (bad ?? []).prefix(40), as: UTF8.self)
      throw ArrowFlaw(problem: "has the text '\(start)', which is not UTF-8")
    }
    return found
  }

  /// Values of a fixed size, changed.
  func read<Value: BitwiseCopyable, Result>(
    _: Value.Type, _ change: (Value) -> Result
  ) throws(ArrowFlaw) -> [Result?] {
    guard count > 0 else { return [] }
    let values = try buffer(1, first + count, of: Value.self)
    return cells {
      change(values.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Value>.stride, as: Value.self))
    }
  }

  private func cells<Result>(_ value: (Int) -> Result) -> [Result?] {
    (first..<first + count).map { place in
      if let valid, !Self.isSet(valid, place) { return nil }
      return value(place)
    }
  }

  /// A buffer of at least so many values.
  private func buffer<Value>(_ index: Int, _ needed: Int, of _: Value.Type) throws(ArrowFlaw) -> UnsafeRawPointer {
    guard let start = buffers?[index] else { throw ArrowFlaw(problem: "has no buffer \(index)") }
    guard ForeignMemory.holds(start, needed, of: Value.self) else {
      throw ArrowFlaw(problem: "has a buffer \(index) that does not lie in memory up to cell \(first + count)")
    }
    return start
  }
}
