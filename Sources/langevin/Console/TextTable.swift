/// Rows of text in aligned columns; the last column is wrapped to the width.
struct TextTable: Sendable {
  /// Cells, row by row, all rows of one length.
  var rows: [[String]]
  /// Columns whose cells are set to the right.
  var rightAligned: Set<Int> = []
  /// Cells longer than this are cut, the last column aside.
  var widest = 28

  /// The table as lines.
  func text(width: Int) -> String {
    guard let columns = rows.first?.count, columns > 0 else { return "" }
    let cut = rows.map { row in
      row.enumerated().map { $0.offset == columns - 1 ? $0.element : Self.cut($0.element, to: widest) }
    }
    let widths = (0..<columns).map { column in cut.map { $0[column].count }.max() ?? 0 }
    let indent = widths.dropLast().reduce(0) { $0 + $1 + 2 }
    // A narrow window wraps a little rather than one word a line.
    let room = max(24, min(width, 160) - indent)
    return cut.map { row -> String in
      let head = row.indices.dropLast().map { column -> String in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return (rightAligned.contains(column) ? padding + row[column] : row[column] + padding) + "  "
      }.joined()
      let lines = Self.wrapped(row[columns - 1], width: room)
      let rest = lines.dropFirst().map { "\n" + String(repeating: " ", count: indent) + $0 }.joined()
      let line = head + (lines.first ?? "") + rest
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }

  /// A text in lines of at most a width, broken at spaces.
  static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      if line.isEmpty {
        line = String(word)
      } else if line.count + 1 + word.count <= width {
        line += " " + word
      } else {
        lines.append(line)
        line = String(word)
      }
    }
    return lines + (line.isEmpty ? [] : [line])
  }

  private static func cut(_ text: String, to width: Int) -> String {
    let text = text.shortened(to: 40 * width)
    return text.count > width ? text.prefix(width - 1) + "…" : text
  }
}
