/// A CSV file as it stands: its bytes, decompressed, in memory. It can be read as a table any number of times, standard
/// input too, and written anew in its own spelling by ``RevisedCSVWriter``.
public struct CSVText: Sendable {
  /// The file as the caller named it; `-` is standard input.
  public let path: String
  /// The form of the text, where that is known and need not be found in it.
  public let format: CSVFormat?
  let bytes: [UInt8]

  /// Reads a file, decompressed where it begins with gzip's magic.
  /// - Throws: `TableError` of category `inputOutput`, or `corruptGzip`, `truncatedGzip`.
  public init(path: String) throws(TableError) {
    self.path = path
    format = nil
    let source = try ByteSource(path: path)
    let size = 1 << 20
    let block = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
    defer { block.deallocate() }
    var bytes: [UInt8] = []
    while true {
      let count: Int
      do throws(TableError) {
        count = try source.read(into: block)
      } catch {
        throw error.inFile(path)
      }
      bytes.append(contentsOf: block[..<count])
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
