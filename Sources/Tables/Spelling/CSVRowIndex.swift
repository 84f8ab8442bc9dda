/// Where the rows and fields of a CSV file lie in its text. The text must have been read as a table before, so that its
/// quotes are known to be right.
struct CSVRowIndex: Sendable {
  /// The names' row, without its ending; nil for a file without a header.
  private(set) var header: Range<Int>?
  /// The rows of data, in order, without their endings.
  private(set) var rows: [Range<Int>] = []
  /// The bytes before the first row: a byte order mark.
  let opening: Range<Int>
  private let bytes: [UInt8]
  private let delimiter: UInt8
  private let trimsSpaces: Bool

  init(_ text: CSVText, format: CSVFormat) {
    bytes = text.bytes
    delimiter = format.delimiter.byte
    trimsSpaces = format.trimsSpaces
    let begin = bytes.starts(with: TextCheck.byteOrderMark) ? 3 : 0
    opening = 0..<begin

    var lines: [Range<Int>] = []
    var start = begin
    var isQuoted = false
    var position = begin
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if !isQuoted, byte == 10 || byte == 13 {
        lines.append(start..<position)
        if byte == 13, position + 1 < bytes.count, bytes[position + 1] == 10 { position += 1 }
        start = position + 1
      }
      position += 1
    }
    if start < bytes.count { lines.append(start..<bytes.count) }

    // Blank lines are skipped, save in a table of one column, where they are its missing cells.
    guard let first = lines.firstIndex(where: { !isBlank($0) }) else { return }
    let isNarrow = fields(of: lines[first]).count == 1
    if format.hasHeader { header = lines[first] }
    let data = lines[(format.hasHeader ? first + 1 : isNarrow ? 0 : first)...]
    rows = isNarrow ? Array(data) : data.filter { !isBlank($0) }
  }

  /// The fields of a row, with their quotes and the spaces around them.
  func fields(of row: Range<Int>) -> [Range<Int>] {
    var fields: [Range<Int>] = []
    var start = row.lowerBound
    var isQuoted = false
    for position in row {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if byte == delimiter, !isQuoted {
        fields.append(start..<position)
        start = position + 1
      }
    }
    fields.append(start..<row.upperBound)
    return fields
  }

  /// What ends a row: one or two bytes, or none at the end of the file.
  func ending(of row: Range<Int>) -> Range<Int> {
    var end = row.upperBound
    if end < bytes.count, bytes[end] == 13 { end += 1 }
    if end < bytes.count, bytes[end] == 10 { end += 1 }
    return row.upperBound..<end
  }

  /// The text of a field as a reader takes it: without quotes, and without spaces that are layout.
  func text(of field: Range<Int>) -> String {
    var part = bytes[field]
    if trimsSpaces {
      part = part.drop { $0 == 32 }
      while part.last == 32 { part.removeLast() }
    }
    let quote = UInt8(ascii: "\"")
    guard part.count >= 2, part.first == quote, part.last == quote else { return String(decoding: part, as: UTF8.self) }
    var plain: [UInt8] = []
    var skips = false
    for byte in part.dropFirst().dropLast() {
      if byte == quote, skips {
        skips = false
        continue
      }
      skips = byte == quote
      plain.append(byte)
    }
    return String(decoding: plain, as: UTF8.self)
  }

  /// Whether nothing stands in a line or field, spaces that are layout aside.
  func isBlank(_ line: Range<Int>) -> Bool {
    line.isEmpty || (trimsSpaces && bytes[line].allSatisfy { $0 == 32 })
  }
}
