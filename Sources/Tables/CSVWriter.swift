/// Writes a table to a CSV file, chunk by chunk, in the form and the columns of a schema.
///
/// A file appears under its name only when `finish()` has returned; until then, and after any error, nothing is there
/// but what was there before. `-` is standard output; it, devices and pipes are written straight. A name that ends in
/// `.gz` is compressed. What is written reads back as the same table.
public final class CSVWriter {
  private let schema: Schema
  private let sink: ByteSink
  private var buffer = ByteBuffer(capacity: 2 * CSVWriter.flushSize)
  private let file: String
  private let ending: [UInt8]
  private static let flushSize = 1 << 17
  private static let blockRows = 256

  /// Opens the file and writes the header, if the schema's format has one.
  /// - Throws: `TableError` of category `inputOutput`, or `invalidSchema`.
  public init(path: String, schema: Schema) throws(TableError) {
    do {
      try schema.validate()
    } catch {
      throw error.inFile(path)
    }
    self.schema = schema
    file = path
    ending = Array(schema.format.lineEnding.rawValue.utf8)
    sink = try ByteSink(path: path)
    guard schema.format.hasHeader else { return }
    for (index, column) in schema.columns.enumerated() {
      if index > 0 { buffer.append(schema.format.delimiter.byte) }
      appendText(column.name)
    }
    buffer.append(ending)
  }

  /// Appends the rows of a table. Its columns are matched to the schema's by name; others are left out. Numbers are
  /// rounded to their column's digits.
  /// - Throws: `TableError`: `missingColumn`, `tablesDiffer` where values do not suit the kind, `ambiguousMissing` for
  ///   a text that would read back as missing, `infiniteNumber`, or one of category `inputOutput`.
  public func append(_ table: Table) throws(TableError) {
    do throws(TableError) {
      var cells: [CellWriter] = []
      for column in schema.columns {
        guard let found = table[column.name] else {
          throw TableError(
            .missingColumn, column: column.name, problem: "the table lacks a column of the schema",
            cure: "Add it to the table, or drop it from the schema.")
        }
        cells.append(try CellWriter(found.values, column, schema.format))
      }
      // A block of rows is written column by column, then woven into rows: a tight loop for each kind of cell.
      let block = RenderedBlock(columnCount: cells.count)
      var first = 0
      while first < table.rowCount {
        let rows = first..<min(first + CSVWriter.blockRows, table.rowCount)
        block.render(cells, rows)
        block.weave(into: &buffer, delimiter: schema.format.delimiter.byte, ending: ending)
        if buffer.count >= CSVWriter.flushSize { try flush() }
        first = rows.upperBound
      }
    } catch {
      sink.abandon()
      throw error.inFile(file)
    }
  }

  /// Completes the file. Without it nothing is left behind.
  /// - Throws: `TableError` of category `inputOutput`.
  public func finish() throws(TableError) {
    do throws(TableError) {
      try flush()
      try sink.finish()
    } catch {
      sink.abandon()
      throw error
    }
  }

  private func flush() throws(TableError) {
    try sink.write(buffer.bytes)
    buffer.removeAll()
  }

  private func appendText(_ text: String) {
    buffer.append(CSVQuoting.field(text, delimiter: schema.format.delimiter.byte))
  }
}

extension Table {
  /// Writes the table to a CSV file at once; see `CSVWriter`.
  /// - Throws: `TableError`.
  public func write(to path: String, schema: Schema) throws(TableError) {
    let writer = try CSVWriter(path: path, schema: schema)
    try writer.append(self)
    try writer.finish()
  }
}

/// RFC 4180 quoting.
enum CSVQuoting {
  /// The text as a field: in quotes where it must be, to read back as it is and not as missing.
  static func field(_ text: String, delimiter: UInt8) -> [UInt8] {
    let quote = UInt8(ascii: "\"")
    let bytes = Array(text.utf8)
    let isPlain =
      !bytes.isEmpty && bytes.first != 32 && bytes.last != 32 && !bytes.starts(with: TextCheck.byteOrderMark)
      && !bytes.contains { $0 == delimiter || $0 == quote || $0 == 10 || $0 == 13 }
    if isPlain { return bytes }
    var quoted: [UInt8] = [quote]
    for byte in bytes {
      if byte == quote { quoted.append(quote) }
      quoted.append(byte)
    }
    quoted.append(quote)
    return quoted
  }
}
