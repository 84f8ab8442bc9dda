#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The cells of a block of rows as text, column after column.
final class RenderedBlock {
  private var text = ByteBuffer(capacity: 1 << 16)
  /// Where each cell ends in `text`: those of the first column, then those of the second, ….
  private var ends = GrowingArray<Int>()
  private var rowCount = 0
  private let columnCount: Int

  init(columnCount: Int) { self.columnCount = columnCount }

  deinit { ends.deallocate() }

  func render(_ cells: [CellWriter], _ rows: Range<Int>) {
    text.removeAll()
    ends.removeAll()
    rowCount = rows.count
    for cell in cells { cell.append(rows, to: &text, ends: &ends) }
    // The weaving copies 16 bytes at a time.
    text.reserve(16)
  }

  /// Appends the rows: a cell of each column, delimiters between, the ending after.
  func weave(into buffer: inout ByteBuffer, delimiter: UInt8, ending: [UInt8]) {
    buffer.reserve(text.count + rowCount * (columnCount + ending.count) + 16)
    let source = UnsafeRawPointer(text.base)
    let ends = self.ends.base
    let target = UnsafeMutableRawPointer(buffer.base)
    var written = buffer.count
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        let cell = column &* rowCount &+ row
        let begin = cell == 0 ? 0 : ends[cell &- 1]
        let length = ends[cell] &- begin
        if length <= 16 {
          (target + written).storeBytes(
            of: (source + begin).loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
        } else {
          memcpy(target + written, source + begin, length)
        }
        written &+= length
        (target + written).storeBytes(of: delimiter, as: UInt8.self)
        written &+= 1
      }
      // The last delimiter gives way to the ending.
      written &-= 1
      for byte in ending {
        (target + written).storeBytes(of: byte, as: UInt8.self)
        written &+= 1
      }
    }
    buffer.setCount(written)
  }
}
