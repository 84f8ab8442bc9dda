/// Writes the cells of one column: what can be settled once for the column is.
struct CellWriter {
  private enum Content {
    case numbers([Double], NumberFormat, isQuoted: Bool)
    case dates([Double], DateFormat, isQuoted: Bool)
    /// Levels as fields ready to write, end to end; level i is `bytes[ends[i]..<ends[i + 1]]`.
    case categories([Int32], bytes: [UInt8], ends: [Int])
    case texts([String?], delimiter: UInt8)
  }

  private let content: Content
  private let missing: [UInt8]

  init(_ values: Column.Values, _ schema: ColumnSchema, _ format: CSVFormat) throws(TableError) {
    let delimiter = format.delimiter.byte
    missing = schema.missingText.isEmpty ? [] : CSVQuoting.field(schema.missingText, delimiter: delimiter)
    switch values {
    case .numbers(let numbers):
      if let row = numbers.firstIndex(where: \.isInfinite) {
        throw TableError(
          .infiniteNumber, column: schema.name, found: "\(numbers[row])", expected: "a finite number",
          problem: "row \(row + 1) of the table holds an infinite number", cure: "Make it finite, or missing (NaN).")
      }
      switch schema.kind {
      case .date(let dates), .dateTime(let dates):
        content = .dates(numbers, dates, isQuoted: dates.pattern.utf8.contains(delimiter))
      case .decimal(let digits):
        let isQuoted = format.decimalComma && format.delimiter == .comma
        content = .numbers(
          numbers, NumberFormat(digits: digits, notation: schema.notation, decimalComma: format.decimalComma),
          isQuoted: isQuoted)
      case .integer:
        content = .numbers(numbers, NumberFormat(digits: 0, notation: .init(), decimalComma: false), isQuoted: false)
      default: throw CellWriter.mismatch(values, schema)
      }
    case .categories(let indices, let levels):
      guard !schema.kind.isNumeric else { throw CellWriter.mismatch(values, schema) }
      var bytes: [UInt8] = []
      var ends = [0]
      for level in levels {
        try CellWriter.check(level, schema, format)
        bytes += CSVQuoting.field(level, delimiter: delimiter)
        ends.append(bytes.count)
      }
      content = .categories(indices, bytes: bytes, ends: ends)
    case .texts(let texts):
      guard !schema.kind.isNumeric else { throw CellWriter.mismatch(values, schema) }
      for case let text? in texts { try CellWriter.check(text, schema, format) }
      content = .texts(texts, delimiter: delimiter)
    }
  }

  /// Appends the cells of some rows, end to end, and to `ends` where each of them ends in the buffer.
  func append(_ rows: Range<Int>, to buffer: inout ByteBuffer, ends cellEnds: inout GrowingArray<Int>) {
    switch content {
    case .numbers(let numbers, let format, let isQuoted):
      append(numbers, rows, isQuoted: isQuoted, to: &buffer, ends: &cellEnds) { format.append($0, to: &$1) }
    case .dates(let numbers, let format, let isQuoted):
      append(numbers, rows, isQuoted: isQuoted, to: &buffer, ends: &cellEnds) { format.append($0, to: &$1) }
    case .categories(let indices, let bytes, let ends):
      indices.withUnsafeBufferPointer { indices in
        bytes.withUnsafeBufferPointer { bytes in
          ends.withUnsafeBufferPointer { ends in
            for row in rows {
              let index = Int(indices[row])
              if index < 0 {
                buffer.append(missing)
              } else {
                buffer.append(UnsafeBufferPointer(rebasing: bytes[ends[index]..<ends[index + 1]]))
              }
              cellEnds.append(buffer.count)
            }
          }
        }
      }
    case .texts(let texts, let delimiter):
      for row in rows {
        if let text = texts[row] {
          buffer.append(CSVQuoting.field(text, delimiter: delimiter))
        } else {
          buffer.append(missing)
        }
        cellEnds.append(buffer.count)
      }
    }
  }

  @inline(__always)  // One copy a format, so that the call of each cell is direct.
  private func append(
    _ numbers: [Double], _ rows: Range<Int>, isQuoted: Bool, to buffer: inout ByteBuffer,
    ends cellEnds: inout GrowingArray<Int>, write: (Double, inout ByteBuffer) -> Void
  ) {
    numbers.withUnsafeBufferPointer { numbers in
      for row in rows {
        let value = numbers[row]
        if value.isNaN {
          buffer.append(missing)
        } else {
          if isQuoted { buffer.append(UInt8(ascii: "\"")) }
          write(value, &buffer)
          if isQuoted { buffer.append(UInt8(ascii: "\"")) }
        }
        cellEnds.append(buffer.count)
      }
    }
  }

  private static func check(_ text: String, _ schema: ColumnSchema, _ format: CSVFormat) throws(TableError) {
    guard (text.isEmpty && format.quotedEmptyIsMissing) || schema.missingMarkers.contains(text) else { return }
    throw TableError(
      .ambiguousMissing, column: schema.name, found: text, expected: "a text that does not stand for missing",
      problem: "a value would read back as missing",
      cure: "Take it off the column's missing markers, or make it missing.")
  }

  private static func mismatch(_ values: Column.Values, _ schema: ColumnSchema) -> TableError {
    TableError(
      .tablesDiffer, column: schema.name, found: values.representation, expected: schema.kind.name.rawValue,
      problem: "the values do not suit the kind of the column", cure: "Change the kind in the schema, or the values.")
  }
}
