/// Guesses the outward form of a CSV file from its first bytes.
struct FormatSniffer {
  private let sample: UnsafeBufferPointer<UInt8>
  private let isWhole: Bool

  /// `isWhole`: the sample is the whole file, so its last row is not cut.
  init(sample: UnsafeBufferPointer<UInt8>, isWhole: Bool) {
    self.sample = sample
    self.isWhole = isWhole
  }

  /// The form of the file; what the caller knows already is kept.
  func format(delimiter: CSVFormat.Delimiter?, decimalComma: Bool?, hasHeader: Bool) -> CSVFormat {
    let delimiter = delimiter ?? sniffDelimiter()
    let rows = rows(delimiter.byte, limit: 1000)
    var format = CSVFormat(delimiter: delimiter, hasHeader: hasHeader)
    format.lineEnding = hasCarriageReturns ? .carriageReturnLineFeed : .lineFeed
    format.decimalComma = decimalComma ?? (delimiter != .comma && usesDecimalComma(rows.dropFirst(hasHeader ? 1 : 0)))
    let data = rows.dropFirst(hasHeader && rows.count > 1 ? 1 : 0)
    let inner = data.flatMap { $0.dropFirst() }
    // Nearly every field but a row's first begins with a space, as in UCI's adult.data.
    let spaced = inner.count { !$0.isQuoted && $0.bytes.first == UInt8(ascii: " ") }
    format.trimsSpaces = inner.count > 0 && spaced * 20 >= inner.count * 19
    let all = data.joined()
    // Every field in quotes, some without need: a habit of the writing program, so "" means nothing special.
    format.quotedEmptyIsMissing =
      all.allSatisfy(\.isQuoted) && all.contains { !$0.bytes.isEmpty && $0.bytes.allSatisfy(isPlain) }
    return format
  }

  private func isPlain(_ byte: UInt8) -> Bool {
    byte > 32 && byte < 127 && !",;|\"".utf8.contains(byte)
  }

  private struct Field {
    var bytes: Slice<UnsafeBufferPointer<UInt8>>
    var isQuoted: Bool
  }

  // Quotes are followed as far as finding the ends of fields needs; libcsv does the true parsing.
  private func rows(_ delimiter: UInt8, limit: Int) -> [[Field]] {
    var rows: [[Field]] = []
    var row: [Field] = []
    var start = 0
    var isQuoted = false
    var insideQuotes = false
    func field(_ end: Int) -> Field {
      isQuoted && end - start >= 2 && sample[end - 1] == UInt8(ascii: "\"")
        ? Field(bytes: sample[(start + 1)..<(end - 1)], isQuoted: true)
        : Field(bytes: sample[start..<end], isQuoted: isQuoted)
    }
    for (position, byte) in sample.enumerated() {
      if byte == UInt8(ascii: "\"") {
        if position == start { isQuoted = true }
        if isQuoted { insideQuotes.toggle() }
      } else if insideQuotes {
        continue
      } else if byte == delimiter {
        row.append(field(position))
        start = position + 1
        isQuoted = false
      } else if byte == 10 || byte == 13 {
        if !row.isEmpty || position > start {
          row.append(field(position))
          rows.append(row)
          row = []
          if rows.count == limit { return rows }
        }
        start = position + 1
        isQuoted = false
      }
    }
    if isWhole || rows.isEmpty, !row.isEmpty || start < sample.count {
      row.append(field(sample.count))
      rows.append(row)
    }
    return rows
  }

  private func sniffDelimiter() -> CSVFormat.Delimiter {
    // The rarer as text, the earlier: in 1,5;2,5 both comma and semicolon divide every row alike.
    let candidates: [CSVFormat.Delimiter] = [.tab, .semicolon, .pipe, .comma]
    var best: (delimiter: CSVFormat.Delimiter, share: Double, width: Int)?
    for candidate in candidates {
      let rows = rows(candidate.byte, limit: 200)
      guard let width = rows.first?.count, width > 1 else { continue }
      let share = Double(rows.count { $0.count == width }) / Double(rows.count)
      if share > (best?.share ?? 0) + 1e-9 { best = (candidate, share, width) }
    }
    return best?.delimiter ?? .comma
  }

  private func usesDecimalComma(_ rows: ArraySlice<[Field]>) -> Bool {
    var commas = 0
    var points = 0
    for field in rows.joined() {
      let text = String(decoding: field.bytes, as: UTF8.self).filter { $0 != " " }
      if let number = NumberText(text, mark: UInt8(ascii: ",")), number.hasMark { commas += 1 }
      if let number = NumberText(text), number.hasMark { points += 1 }
    }
    return commas > points
  }

  private var hasCarriageReturns: Bool {
    guard let end = sample.firstIndex(of: 10) else { return false }
    return end > 0 && sample[end - 1] == 13
  }
}
