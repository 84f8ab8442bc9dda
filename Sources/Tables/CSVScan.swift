import CLibCSV

/// One pass over a file: bytes checked, rows parsed by libcsv, cells taken by a builder for each column.
final class CSVScan {
  /// Gives the plans of the columns once their names, and the line they stand on, are known.
  typealias Planner = ([String], Int) throws(TableError) -> [ColumnPlan]

  private static let blockSize = 1 << 18

  private let options: CSVReadOptions
  private(set) var format = CSVFormat()
  private(set) var notes: [TableNote] = []
  private var builders: UnsafeMutablePointer<ColumnBuilder>?
  private var released: Set<Int> = []
  private(set) var columnCount = 0
  private let powers: UnsafeMutablePointer<Double>

  init(options: CSVReadOptions) {
    self.options = options
    powers = .allocate(capacity: NumberText.powersOfTen.count)
    powers.initialize(from: NumberText.powersOfTen, count: NumberText.powersOfTen.count)
  }

  deinit {
    for position in 0..<columnCount { release(position) }
    builders?.deinitialize(count: columnCount)
    builders?.deallocate()
    powers.deallocate()
  }

  subscript(_ position: Int) -> ColumnBuilder { builders![position] }

  /// Frees what the reading of a column needed, as soon as its final values stand.
  func release(_ position: Int) {
    if released.insert(position).inserted { builders![position].deallocate() }
  }

  func run(_ source: ByteSource, plan: @escaping Planner) throws(TableError) {
    let block = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: CSVScan.blockSize)
    defer { block.deallocate() }
    var filled = try source.read(into: block)
    var start = try checkOpening(UnsafeBufferPointer(rebasing: block[..<filled]))
    let sniffer = FormatSniffer(
      sample: UnsafeBufferPointer(rebasing: block[start..<filled]), isWhole: filled < block.count)
    format = sniffer.format(
      delimiter: options.delimiter, decimalComma: options.decimalComma, hasHeader: options.header)

    let state = UnsafeMutablePointer<RowState>.allocate(capacity: 1)
    state.initialize(
      to: RowState(hasHeader: options.header) { [unowned self] names, line throws(TableError) in
        try self.makeBuilders(plan(names, line))
      })
    defer {
      state.deinitialize(count: 1)
      state.deallocate()
    }
    var parser = csv_parser()
    let flags = CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL | CSV_APPEND_NULL | CSV_REPALL_NL
    guard csv_init(&parser, UInt8(flags)) == 0 else { fatalError("libcsv could not start") }
    defer { csv_free(&parser) }
    csv_set_delim(&parser, format.delimiter.byte)
    if format.trimsSpaces {
      csv_set_space_func(&parser) { $0 == CSV_SPACE ? 1 : 0 }
    } else {
      csv_set_space_func(&parser) { _ in 0 }
    }
    var offset = 0
    var carried = 0
    while true {
      let bytes = UnsafeBufferPointer(rebasing: block[start..<filled])
      let isLast = filled < block.count
      let (complete, fault) = TextCheck.check(bytes)
      let cut = isLast && complete < bytes.count && fault == nil ? TextCheck.Fault.invalidUTF8(offset: complete) : fault
      let usable = cut == nil ? complete : 0
      if let cut { try report(cut, bytes, offset: offset + start, state, &parser) }
      let parsed = csv_parse(&parser, bytes.baseAddress, usable, takeField, takeRow, state)
      if let error = state.pointee.failure { throw error }
      if parsed < usable { throw strayQuote(state, &parser, bytes, parsed) }
      offset += start + complete
      carried = bytes.count - complete
      if isLast { break }
      // A character cut by the end of the block goes before the next one.
      for index in 0..<carried { block[index] = bytes[complete + index] }
      start = 0
      filled = carried + (try source.read(into: UnsafeMutableBufferPointer(rebasing: block[carried...])))
    }
    if csv_fini(&parser, takeField, takeRow, state) != 0 { throw unterminatedQuote(state, &parser) }
    if let error = state.pointee.failure { throw error }
    try checkEnd(state)
  }

  private func makeBuilders(_ plans: [ColumnPlan]) -> UnsafeMutablePointer<ColumnBuilder> {
    let mark = UInt8(ascii: format.decimalComma ? "," : ".")
    let builders = UnsafeMutablePointer<ColumnBuilder>.allocate(capacity: plans.count)
    for (index, plan) in plans.enumerated() {
      (builders + index).initialize(to: ColumnBuilder(plan: plan, mark: mark, powers: powers))
    }
    self.builders = builders
    columnCount = plans.count
    return builders
  }

  /// Looks at the first bytes; returns where the text begins.
  private func checkOpening(_ bytes: UnsafeBufferPointer<UInt8>) throws(TableError) -> Int {
    guard !bytes.isEmpty else {
      throw TableError(.emptyFile, problem: "the file is empty", cure: "Give a CSV file with a header and rows.")
    }
    if TextCheck.isWideText(bytes) {
      throw TableError(
        .utf16, found: bytes[0] == 0xff ? "a UTF-16 byte order mark, little-endian" : "a UTF-16 byte order mark",
        expected: "UTF-8", problem: "the file is not in UTF-8", cure: "Convert it: iconv -f UTF-16 -t UTF-8.")
    }
    if let foreign = TextCheck.foreignFormat(bytes) {
      throw TableError(.notCSV, problem: "this is \(foreign.what), not CSV", cure: foreign.cure)
    }
    return bytes.starts(with: TextCheck.byteOrderMark) ? 3 : 0
  }

  private func report(
    _ fault: TextCheck.Fault, _ bytes: UnsafeBufferPointer<UInt8>, offset: Int,
    _ state: UnsafeMutablePointer<RowState>, _ parser: inout csv_parser
  ) throws(TableError) -> Never {
    switch fault {
    case .nul(let position):
      let line = currentLine(state, &parser, bytes, position)
      throw TableError(
        .nulByte, line: line, byteOffset: offset + position, problem: "a NUL byte stands in the text",
        cure: "The file is not plain text, or damaged; UTF-16 must be converted: iconv -f UTF-16 -t UTF-8.")
    case .invalidUTF8(let position):
      let line = currentLine(state, &parser, bytes, position)
      let hex = String(bytes[position], radix: 16)
      throw TableError(
        .invalidUTF8, line: line, byteOffset: offset + position, found: "byte 0x\(hex)", expected: "UTF-8",
        problem: "the text is not valid UTF-8", cure: "Convert it, if it is Latin-1: iconv -f LATIN1 -t UTF-8.")
    }
  }

  // libcsv tells rows, not places: the line is that of the current field, and what of it is parsed, and what follows.
  private func currentLine(
    _ state: UnsafeMutablePointer<RowState>, _ parser: inout csv_parser, _ bytes: UnsafeBufferPointer<UInt8>, _ end: Int
  ) -> Int {
    // The parser has not seen this block; count from its start.
    let inField = parser.entry_buf.map { UnsafeBufferPointer(start: $0, count: parser.entry_pos) }
    return state.pointee.line + (inField.map(TextCheck.lineBreaks) ?? 0)
      + TextCheck.lineBreaks(UnsafeBufferPointer(rebasing: bytes[..<end]))
  }

  private func strayQuote(
    _ state: UnsafeMutablePointer<RowState>, _ parser: inout csv_parser, _ bytes: UnsafeBufferPointer<UInt8>, _ end: Int
  ) -> TableError {
    let field = parser.entry_buf.map { UnsafeBufferPointer(start: $0, count: parser.entry_pos) }
    let text = field.map { String(decoding: $0, as: UTF8.self) } ?? ""
    let isQuoted = parser.quoted != 0
    return TableError(
      .strayQuote, line: state.pointee.line, column: state.pointee.currentName, found: String(text.suffix(60)),
      expected: isQuoted ? "a delimiter or the end of the row after the closing quote" : "no quote in a plain field",
      problem: isQuoted
        ? "text follows the closing quote of a field that begins on this line"
        : "a quote stands inside a field that does not begin with one",
      cure: "Put the whole field in quotes and double each quote inside it: \"say \"\"so\"\"\".")
  }

  private func unterminatedQuote(_ state: UnsafeMutablePointer<RowState>, _ parser: inout csv_parser) -> TableError {
    let field = parser.entry_buf.map { UnsafeBufferPointer(start: $0, count: min(parser.entry_pos, 240)) }
    return TableError(
      .unterminatedQuote, line: state.pointee.line, column: state.pointee.currentName,
      found: field.map { String(decoding: $0, as: UTF8.self) }, expected: "a closing quote",
      problem: "the quoted field that begins on this line is never closed", cure: "Add the closing quote.")
  }

  private func checkEnd(_ state: UnsafeMutablePointer<RowState>) throws(TableError) {
    guard columnCount > 0 else {
      throw TableError(.emptyFile, problem: "the file holds blank lines only", cure: "Give a header and rows.")
    }
    guard state.pointee.rowCount > 0 else {
      throw TableError(
        .headerOnly, line: 1, problem: "the file holds a header and no rows",
        cure: "Add rows; if the first row is data, say that there is no header (--no-header).")
    }
    if format.trimsSpaces {
      notes.append(
        TableNote(
          what: "Spaces around fields are trimmed.", why: "Nearly every field begins with one after the delimiter."))
    }
    if state.pointee.blankLines > 0 {
      notes.append(TableNote(what: "\(state.pointee.blankLines) blank lines are skipped."))
    }
    if options.header, columnCount > 1, state.pointee.names.allSatisfy({ NumberText($0) != nil }) {
      notes.append(
        TableNote(
          .warning, what: "The first row looks like data.", why: "All its fields are numbers.", option: "--no-header"))
    }
  }
}

private func takeField(_ bytes: UnsafeMutableRawPointer?, _ length: Int, _ context: UnsafeMutableRawPointer?) {
  context!.assumingMemoryBound(to: RowState.self).pointee
    .field(bytes?.assumingMemoryBound(to: UInt8.self), length)
}

private func takeRow(_ terminator: Int32, _ context: UnsafeMutableRawPointer?) {
  context!.assumingMemoryBound(to: RowState.self).pointee.endRow(terminator)
}
