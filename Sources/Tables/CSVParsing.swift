import CLibCSV

/// What stops the parsing of a file, without the line, which the taker of the cells knows.
enum ParsingFault: Sendable {
  case source(TableError)
  /// Bytes that are no text: offset in the file, line breaks since the last field, the byte.
  case text(TextCheck.Fault, offset: Int, breaks: Int, byte: UInt8)
  case strayQuote(field: String, isQuoted: Bool)
  case unterminatedQuote(field: String)
  case fieldTooLong(field: String)
  case rowTooLong
  case tooManyColumns
}

/// Checks the bytes of a source and parses them through libcsv into batches of fields.
///
/// Unchecked Sendable: made on one thread, then used by one other alone.
final class CSVParsing: @unchecked Sendable {
  /// The form of the file, found in its first block.
  let format: CSVFormat

  private static let blockSize = 1 << 18

  private let source: ByteSource
  private let block: UnsafeMutableBufferPointer<UInt8>
  private var start: Int
  private var filled: Int
  private var parser = csv_parser()
  private let limits: ReadingLimits
  /// Bytes and fields of the row that is not ended.
  private var openRow = (bytes: 0, fields: 0)

  /// Reads the first block and finds the form of the file in it.
  init(source: ByteSource, options: CSVReadOptions) throws(TableError) {
    self.source = source
    limits = options.limits
    let block = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: CSVParsing.blockSize)
    do throws(TableError) {
      filled = try source.read(into: block)
      start = try CSVParsing.checkOpening(UnsafeBufferPointer(rebasing: block[..<filled]))
    } catch {
      block.deallocate()
      throw error
    }
    self.block = block
    let sample = UnsafeBufferPointer(rebasing: block[start..<filled])
    format = FormatSniffer(sample: sample, isWhole: filled < block.count)
      .format(delimiter: options.delimiter, decimalComma: options.decimalComma, hasHeader: options.header)
    let flags = CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL | CSV_REPALL_NL
    guard csv_init(&parser, UInt8(flags)) == 0 else { fatalError("libcsv could not start") }
    csv_set_delim(&parser, format.delimiter.byte)
    if format.trimsSpaces { csv_set_space_func(&parser) { $0 == CSV_SPACE ? 1 : 0 } }
  }

  deinit {
    csv_free(&parser)
    block.deallocate()
  }

  /// Parses to the end of the source, to the first fault, or until the ring is cancelled.
  func run(into ring: BatchRing) {
    var offset = 0
    while let batch = ring.nextFree() {
      batch.clear()
      batch.storage.pointee.fieldLimit = min(limits.field, Int(Int32.max))
      let bytes = UnsafeBufferPointer(rebasing: block[start..<filled])
      let isLast = filled < block.count
      let complete = parse(bytes, isLast: isLast, offset: offset + start, into: batch)
      offset += start + complete
      if batch.fault == nil { batch.fault = excess(of: batch) }
      if batch.fault == nil, !isLast { refill(from: start + complete) { batch.fault = .source($0) } }
      batch.isLast = isLast || batch.fault != nil
      let isDone = batch.isLast
      ring.publish()
      if isDone { return }
    }
  }

  /// Parses a block; returns the number of bytes used: all but a character that the end of the block cuts.
  private func parse(_ bytes: UnsafeBufferPointer<UInt8>, isLast: Bool, offset: Int, into batch: FieldBatch) -> Int {
    var (complete, fault) = TextCheck.check(bytes)
    if isLast, fault == nil, complete < bytes.count { fault = .invalidUTF8(offset: complete) }
    if let fault {
      let position = fault.offset
      let breaks = TextCheck.lineBreaks(UnsafeBufferPointer(rebasing: bytes[..<position]))
      // The rows before the fault are parsed all the same: an error in one of them comes first.
      let rowsEnd = bytes[..<position].lastIndex { $0 == 10 || $0 == 13 }.map { $0 + 1 } ?? 0
      let before = TextCheck.lineBreaks(UnsafeBufferPointer(rebasing: bytes[..<rowsEnd]))
      let parsed = feed(bytes, rowsEnd, into: batch)
      guard batch.fault == nil, parsed == rowsEnd else { return 0 }
      batch.fault = .text(
        fault, offset: offset + position, breaks: breaks - before + TextCheck.lineBreaks(unfinished),
        byte: bytes[position])
      return 0
    }
    _ = feed(bytes, complete, into: batch)
    if isLast, batch.fault == nil {
      let context = Unmanaged.passUnretained(batch).toOpaque()
      if csv_fini(&parser, takeField, takeRow, context) != 0 {
        batch.fault = .unterminatedQuote(field: String(decoding: unfinished.prefix(240), as: UTF8.self))
      }
    }
    return complete
  }

  private func feed(_ bytes: UnsafeBufferPointer<UInt8>, _ count: Int, into batch: FieldBatch) -> Int {
    if !format.trimsSpaces {
      // libcsv trims plain fields unless told that nothing is a space, which costs a call a byte: told only where
      // trimming would change something.
      let block = UnsafeBufferPointer(rebasing: bytes[..<count])
      if TextCheck.hasSpaceAtEdge(block, delimiter: format.delimiter.byte) {
        csv_set_space_func(&parser) { _ in 0 }
      } else {
        csv_set_space_func(&parser, nil)
      }
    }
    let parsed = csv_parse(
      &parser, bytes.baseAddress, count, takeField, takeRow, Unmanaged.passUnretained(batch).toOpaque())
    if parsed < count {
      let field = String(decoding: unfinished.suffix(60), as: UTF8.self)
      batch.fault = .strayQuote(field: field, isQuoted: parser.quoted != 0)
    }
    return parsed
  }

  /// What of the row that is not ended is more than it may be.
  private func excess(of batch: FieldBatch) -> ParsingFault? {
    let storage = batch.storage.pointee
    if storage.rowStart.token > 0 { openRow = (0, 0) }
    openRow.bytes += storage.bytes.count - storage.rowStart.byte
    openRow.fields += storage.tokens.count - storage.rowStart.token
    if unfinished.count > limits.field {
      return .fieldTooLong(field: String(decoding: unfinished.prefix(240), as: UTF8.self))
    }
    if openRow.fields > limits.columns { return .tooManyColumns }
    return openRow.bytes + unfinished.count > limits.row ? .rowTooLong : nil
  }

  /// What libcsv holds of a field that has not ended.
  private var unfinished: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: parser.entry_buf, count: parser.entry_buf == nil ? 0 : parser.entry_pos)
  }

  private func refill(from end: Int, failure: (TableError) -> Void) {
    let carried = filled - end
    for index in 0..<carried { block[index] = block[end + index] }
    start = 0
    filled = carried
    do throws(TableError) {
      filled += try source.read(into: UnsafeMutableBufferPointer(rebasing: block[carried...]))
    } catch {
      failure(error)
    }
  }

  /// Looks at the first bytes; returns where the text begins.
  private static func checkOpening(_ bytes: UnsafeBufferPointer<UInt8>) throws(TableError) -> Int {
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
}

private func takeField(_ bytes: UnsafeMutableRawPointer?, _ length: Int, _ context: UnsafeMutableRawPointer?) {
  let batch = Unmanaged<FieldBatch>.fromOpaque(context.unsafelyUnwrapped)
  batch._withUnsafeGuaranteedRef { $0.append(bytes, length) }
}

private func takeRow(_ terminator: Int32, _ context: UnsafeMutableRawPointer?) {
  let batch = Unmanaged<FieldBatch>.fromOpaque(context.unsafelyUnwrapped)
  batch._withUnsafeGuaranteedRef { $0.endRow(terminator) }
}
