/// Rows to be written in the spelling of the file they came from.
public struct TableRevision: Sendable {
  /// The values: columns of the file's schema, and those that the writer adds, found by name.
  public var table: Table
  /// For each row of the table, the row of the file whose spelling it keeps, from 0; nil for a row that is new.
  public var sources: [Int?]
  /// By column name, a mark for each row: whether the cell is written from the table, not as it stands in the file.
  public var rewritten: [String: [Bool]]
  /// Cells that take their spelling from another row of the file than the rest of their row, by column name and row.
  public var moved: [String: [Int: Int]]

  /// Puts a revision together.
  public init(
    table: Table, sources: [Int?], rewritten: [String: [Bool]] = [:], moved: [String: [Int: Int]] = [:]
  ) {
    precondition(table.rowCount == sources.count, "a revision has a source for each row")
    self.table = table
    self.sources = sources
    self.rewritten = rewritten
    self.moved = moved
  }
}

/// Writes a CSV file anew: some cells rewritten, rows and columns added, and all else byte for byte as it stood, the
/// quotes, the order of the columns and the line endings included. As with ``CSVWriter`` a file appears whole or not
/// at all, `-` is standard output, and a name that ends in `.gz` is compressed.
public final class RevisedCSVWriter {
  private let text: CSVText
  private let index: CSVRowIndex
  private let schema: Schema
  /// For each column of the file that is written: its schema and its place in a row.
  private let kept: [(column: ColumnSchema, field: Int)]
  private let leading: [ColumnSchema], trailing: [ColumnSchema]
  private let sink: ByteSink
  private var buffer = ByteBuffer(capacity: 2 * RevisedCSVWriter.flushSize)
  private var scratch = ByteBuffer()
  private var ends = GrowingArray<Int>()
  /// Whether the last row that was written has no ending yet.
  private var isOpen = false
  private static let flushSize = 1 << 17

  /// Opens the file and writes the header, if the text has one.
  ///
  /// - Parameters:
  ///   - text: the file whose spelling is kept.
  ///   - schema: as it was read by; columns of the text that it lacks are left out.
  ///   - leading: columns to add before all others.
  ///   - trailing: columns to add after all others.
  /// - Throws: `TableError` of category `inputOutput`.
  public init(
    path: String, text: CSVText, schema: Schema, leading: [ColumnSchema] = [], trailing: [ColumnSchema] = []
  ) throws(TableError) {
    self.text = text
    self.schema = schema
    self.leading = leading
    self.trailing = trailing
    index = CSVRowIndex(text, format: schema.format)
    let first = (index.header ?? index.rows.first).map { [index] in index.fields(of: $0) } ?? []
    let names: [String]
    if index.header != nil {
      names = first.map { [index] in index.text(of: $0) }
    } else if schema.columns.count == first.count {
      names = schema.columns.map(\.name)
    } else {
      // Some were left out.
      names = first.indices.map { "column\($0 + 1)" }
    }
    kept = names.enumerated().compactMap { position, name in
      schema.columns.first { sameBytes($0.name, name) }.map { ($0, position) }
    }
    sink = try ByteSink(path: path)
    buffer.append(Array(text.bytes[index.opening]))
    guard let header = index.header else { return }
    for column in leading { append(name: column.name) }
    for (_, field) in kept { append(raw: first[field]) }
    for column in trailing { append(name: column.name) }
    endRow(index.ending(of: header))
  }

  deinit { ends.deallocate() }

  /// Appends rows.
  /// - Throws: `TableError`: `missingColumn`, `tablesDiffer`, `ambiguousMissing`, or one of category `inputOutput`.
  public func append(_ revision: TableRevision) throws(TableError) {
    do throws(TableError) {
      let before = try cells(leading, revision.table), after = try cells(trailing, revision.table)
      let inner = try cells(kept.map(\.column), revision.table)
      let rewritten = kept.map { revision.rewritten[$0.column.name] }
      let moved = kept.map { revision.moved[$0.column.name] ?? [:] }
      for row in 0..<revision.table.rowCount {
        beginRow()
        let source = revision.sources[row].map { index.rows[$0] }
        let fields = source.map { index.fields(of: $0) }
        for cell in before { append(cell, row) }
        for (position, (_, field)) in kept.enumerated() {
          if let place = moved[position][row] {
            append(raw: index.fields(of: index.rows[place])[field])
          } else if let fields, rewritten[position]?[row] != true {
            append(raw: fields[field])
          } else {
            append(inner[position], row, layout: fields?[field])
          }
        }
        for cell in after { append(cell, row) }
        endRow(source.map { index.ending(of: $0) } ?? 0..<0)
        if buffer.count >= Self.flushSize { try flush() }
      }
    } catch {
      sink.abandon()
      throw error.inFile(text.path)
    }
  }

  /// Completes the file. Without it nothing is left behind.
  /// - Throws: `TableError` of category `inputOutput`.
  public func finish() throws(TableError) {
    // A new last row ends as that of the file does.
    if isOpen, let last = text.bytes.last, last == 10 || last == 13 { beginRow() }
    do throws(TableError) {
      try flush()
      try sink.finish()
    } catch {
      sink.abandon()
      throw error
    }
  }

  // MARK: Rows

  private var needsDelimiter = false

  private func beginRow() {
    if isOpen { buffer.append(schema.format.lineEnding.rawValue) }
    isOpen = false
    needsDelimiter = false
  }

  private func endRow(_ ending: Range<Int>) {
    // The last row of a file may have no ending: it gets one only if another row follows.
    isOpen = ending.isEmpty
    buffer.append(Array(text.bytes[ending]))
    needsDelimiter = false
  }

  private func delimit() {
    if needsDelimiter { buffer.append(schema.format.delimiter.byte) }
    needsDelimiter = true
  }

  private func append(raw field: Range<Int>) {
    delimit()
    text.bytes.withUnsafeBufferPointer { buffer.append(UnsafeBufferPointer(rebasing: $0[field])) }
  }

  private func append(name: String) {
    appendField(CSVQuoting.field(name, delimiter: schema.format.delimiter.byte))
  }

  /// - Parameter layout: the field in whose place the cell stands; its spaces before the text are kept.
  private func append(_ cell: CellWriter, _ row: Int, layout: Range<Int>? = nil) {
    scratch.removeAll()
    ends.removeAll()
    cell.append(row..<row + 1, to: &scratch, ends: &ends)
    appendField(Array(scratch.bytes), layout: layout)
  }

  private func appendField(_ field: [UInt8], layout: Range<Int>? = nil) {
    let isFirst = !needsDelimiter
    delimit()
    if schema.format.trimsSpaces {
      var spaces = isFirst ? 0 : 1
      if let layout { spaces = text.bytes[layout].prefix(while: { $0 == 32 }).count }
      for _ in 0..<spaces { buffer.append(32) }
    }
    // Where every field of the file is in quotes, new ones are too.
    let quote = UInt8(ascii: "\"")
    let isBare = schema.format.quotedEmptyIsMissing && field.first != quote
    if isBare { buffer.append(quote) }
    buffer.append(field)
    if isBare { buffer.append(quote) }
  }

  private func cells(_ columns: [ColumnSchema], _ table: Table) throws(TableError) -> [CellWriter] {
    var cells: [CellWriter] = []
    for column in columns {
      guard let found = table[column.name] else {
        throw TableError(
          .missingColumn, column: column.name, problem: "the table lacks a column of the schema",
          cure: "Add it to the table, or drop it from the schema.")
      }
      cells.append(try CellWriter(found.values, column, schema.format))
    }
    return cells
  }

  private func flush() throws(TableError) {
    try sink.write(buffer.bytes)
    buffer.removeAll()
  }
}
