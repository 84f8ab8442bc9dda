import Dispatch

/// One pass over a file: parsed on another thread, its cells taken by a builder for each column.
final class CSVScan {
  /// Gives the plans of the columns once their names, and the line they stand on, are known.
  typealias Planner = ([String], Int) throws(TableError) -> [ColumnPlan]

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
    let parser = try CSVParsing(source: source, options: options)
    format = parser.format
    var state = RowState(hasHeader: options.header, limits: options.limits) {
      [unowned self] names, line throws(TableError) in
      try self.makeBuilders(plan(names, line))
    }
    // Parsing and taking cells cost about the same: each has a core of its own.
    let ring = BatchRing()
    let work = DispatchGroup()
    // A queue of its own gets a thread even where all of the shared ones wait for a reader.
    DispatchQueue(label: "langevin.csv-parsing").async(group: work) { parser.run(into: ring) }
    defer {
      ring.cancel()
      work.wait()
    }
    var unmeasured = 0
    while true {
      let batch = ring.nextFilled()
      state.take(batch)
      if let error = state.failure { throw error }
      unmeasured += batch.storage.pointee.bytes.count + batch.storage.pointee.tokens.count * 4
      if batch.isLast || unmeasured > max(1 << 20, columnCount * 64) {
        unmeasured = 0
        if source.heldBytes + memoryNeeded > options.limits.memory {
          throw options.limits.tooMuchMemory(line: state.line, rows: state.rowCount)
        }
      }
      if let fault = batch.fault { throw error(fault, state) }
      if batch.isLast { break }
      ring.release()
    }
    try checkEnd(state)
  }

  /// What the columns need now, or will as a table, and what one of them takes beside while it is judged.
  private var memoryNeeded: Int {
    var all = 0, most = 0
    for position in 0..<columnCount {
      let memory = builders![position].memory
      all += max(memory.now, memory.decoded)
      most = max(most, memory.decoded)
    }
    return all + 2 * most
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

  // The parser runs ahead and knows no lines; they are known here, where all rows before the fault are counted.
  private func error(_ fault: ParsingFault, _ state: RowState) -> TableError {
    switch fault {
    case .source(var error):
      if error.reason == .gzipExpansion { error.line = state.line }
      return error
    case .fieldTooLong(let field):
      return options.limits.fieldTooLong(line: state.line, column: state.currentName, found: field)
    case .rowTooLong: return options.limits.rowTooLong(line: state.line)
    case .tooManyColumns: return options.limits.tooManyColumns(line: state.line)
    case .text(.nul, let offset, let breaks, _):
      return TableError(
        .nulByte, line: state.line + breaks, byteOffset: offset, problem: "a NUL byte stands in the text",
        cure: "The file is not plain text, or damaged; UTF-16 must be converted: iconv -f UTF-16 -t UTF-8.")
    case .text(.invalidUTF8, let offset, let breaks, let byte):
      return TableError(
        .invalidUTF8, line: state.line + breaks, byteOffset: offset, found: "byte 0x\(String(byte, radix: 16))",
        expected: "UTF-8", problem: "the text is not valid UTF-8",
        cure: "Convert it, if it is Latin-1: iconv -f LATIN1 -t UTF-8.")
    case .strayQuote(let field, let isQuoted):
      return TableError(
        .strayQuote, line: state.line, column: state.currentName, found: field,
        expected: isQuoted ? "a delimiter or the end of the row after the closing quote" : "no quote in a plain field",
        problem: isQuoted
          ? "text follows the closing quote of a field that begins on this line"
          : "a quote stands inside a field that does not begin with one",
        cure: "Put the whole field in quotes and double each quote inside it: \"say \"\"so\"\"\".")
    case .unterminatedQuote(let field):
      return TableError(
        .unterminatedQuote, line: state.line, column: state.currentName, found: field, expected: "a closing quote",
        problem: "the quoted field that begins on this line is never closed", cure: "Add the closing quote.")
    }
  }

  private func checkEnd(_ state: RowState) throws(TableError) {
    guard columnCount > 0 else {
      throw TableError(.emptyFile, problem: "the file holds blank lines only", cure: "Give a header and rows.")
    }
    guard state.rowCount > 0 else {
      throw TableError(
        .headerOnly, line: 1, problem: "the file holds a header and no rows",
        cure: "Add rows; if the first row is data, say that there is no header (--no-header).")
    }
    if format.trimsSpaces {
      notes.append(
        TableNote(
          what: "Spaces around fields are trimmed.", why: "Nearly every field begins with one after the delimiter."))
    }
    if state.blankLines > 0 {
      notes.append(TableNote(what: "\(state.blankLines) blank lines are skipped."))
    }
    if options.header, columnCount > 1, state.names.allSatisfy({ NumberText($0) != nil }) {
      notes.append(
        TableNote(
          .warning, what: "The first row looks like data.", why: "All its fields are numbers.", option: "--no-header"))
    }
  }
}
