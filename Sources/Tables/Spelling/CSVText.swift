/// A CSV file as it stands: its bytes, decompressed, in memory. It can be read as a table any number of times, standard
/// input too, and written anew in its own spelling by ``RevisedCSVWriter``.
public struct CSVText: Sendable {
  /// The file as the caller named it; `-` is standard input.
  public let path: String
  /// The form of the text, where that is known and need not be found in it.
  public let format: CSVFormat?
  let bytes: [UInt8]

  /// Reads a file, decompressed where it begins with gzip's magic.
  ///
  /// - Parameter limits: what it may take; the text may take half of the memory, the other half is the table's.
  /// - Throws: `TableError` of category `inputOutput`, or `corruptGzip`, `truncatedGzip`, `gzipExpansion`,
  ///   `tooMuchMemory`, `rowTooLong`.
  public init(path: String, limits: ReadingLimits = .init()) throws(TableError) {
    self.path = path
    format = nil
    let source = try ByteSource(path: path, limits: limits)
    let size = 1 << 20
    let block = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
    defer { block.deallocate() }
    var bytes: [UInt8] = []
    var lines = 1, lineStart = 0
    while true {
      let count: Int
      do throws(TableError) {
        count = try source.read(into: block)
      } catch {
        throw error.inFile(path)
      }
      bytes.append(contentsOf: block[..<count])
      let read = UnsafeBufferPointer(rebasing: block[..<count])
      lines += TextCheck.lineBreaks(read)
      if let last = read.lastIndex(where: { $0 == 10 || $0 == 13 }) { lineStart = bytes.count - count + last }
      if bytes.count - lineStart > limits.row { throw limits.rowTooLong(line: lines).inFile(path) }
      if bytes.count > limits.memory / 2 { throw limits.tooMuchMemory(line: lines, rows: lines - 1).inFile(path) }
      if count < size { break }
    }
    self.bytes = bytes
  }

  /// Takes text that is in memory already.
  public init(_ text: String, named path: String) { self.init(utf8: Array(text.utf8), named: path) }

  /// Takes the bytes of a text that is in memory already.
  ///
  /// - Parameter format: the form of the text, where it is known, whatever a reader's options say; nil: to be found.
  public init(utf8 bytes: [UInt8], named path: String, format: CSVFormat? = nil) {
    self.path = path
    self.format = format
    self.bytes = bytes
  }

  /// The physical lines, from 1, on which rows of data begin.
  ///
  /// - Parameters:
  ///   - rows: places of rows, from 0, in any order.
  ///   - format: the form of the file, as it was read.
  public func lines(ofRows rows: [Int], format: CSVFormat) -> [Int] {
    let index = CSVRowIndex(self, format: format)
    var lines: [Int: Int] = [:]
    var line = 1, position = 0
    for row in rows.sorted() where index.rows.indices.contains(row) {
      let start = index.rows[row].lowerBound
      bytes.withUnsafeBufferPointer {
        line += TextCheck.lineBreaks(UnsafeBufferPointer(rebasing: $0[position..<start]))
      }
      position = start
      lines[row] = line
    }
    return rows.map { lines[$0] ?? 0 }
  }

  /// Writes the file as it stands.
  /// - Throws: `TableError` of category `inputOutput`.
  public func write(to path: String) throws(TableError) {
    let sink = try ByteSink(path: path)
    do throws(TableError) {
      try bytes.withUnsafeBufferPointer { (buffer) throws(TableError) in try sink.write(buffer) }
      try sink.finish()
    } catch {
      sink.abandon()
      throw error
    }
  }
}
