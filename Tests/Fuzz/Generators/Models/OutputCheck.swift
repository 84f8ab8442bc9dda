import Foundation

/// What no output may hold, whatever the model said.
enum OutputCheck {
  /// The first flaw of the files that a command wrote for a model of ``ExampleModels``.
  static func flaw(in folder: URL, task: ExampleModels.Task) -> String? {
    flaw(in: folder, never: ExampleModels.neverEmpty)
  }

  /// The first flaw of the files that a command wrote.
  ///
  /// - Parameters:
  ///   - never: columns of made rows that are never empty.
  ///   - given: the text of the table that the command was given, in whatever dialect; what it says itself is no flaw.
  static func flaw(in folder: URL, never: Set<String>, given: String? = nil) -> String? {
    let odd = ["nan", "-nan", "inf", "-inf", "infinity"].filter { given?.lowercased().contains($0) != true }
    for name in ["rows.csv", "filled.csv", "draws.csv", "scores.csv"] {
      let file = folder.appending(path: name)
      guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
      if let flaw = flaw(ofTable: text, never: name == "rows.csv" ? never : [], odd: odd, isPlain: given == nil) {
        return "\(name): \(flaw)"
      }
    }
    let page = folder.appending(path: "page.html")
    if odd.count == 5, let html = try? String(contentsOf: page, encoding: .utf8) {
      let pattern = #"[="' ,>(\[](-?nan|-?inf|-?NaN|-?Infinity)["' ,<)\]]"#
      if let found = html.range(of: pattern, options: .regularExpression) {
        return "page.html says \(html[found])"
      }
    }
    return nil
  }

  /// - Parameter isPlain: whether the table is in the dialect that commands write by themselves.
  private static func flaw(ofTable text: String, never: Set<String>, odd: [String], isPlain: Bool) -> String? {
    let rows = records(text)
    guard let header = rows.first else { return "it has no header" }
    for (number, row) in rows.enumerated().dropFirst() {
      guard row.count == header.count else {
        guard isPlain else { continue }
        return "row \(number) has \(row.count) of \(header.count) cells"
      }
      for (name, cell) in zip(header, row) {
        if odd.contains(cell.lowercased()) {
          return "row \(number), column '\(name)' is \(cell)"
        }
        if cell.isEmpty, never.contains(name) { return "row \(number), column '\(name)' is empty" }
      }
    }
    return nil
  }

  /// Rows of cells; lines within quotes belong to their cell.
  private static func records(_ text: String) -> [[String]] {
    var records = [[""]], isQuoted = false
    // By scalars: a carriage return and a line feed are one character.
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: records[records.count - 1].append("")
      case "\n" where !isQuoted: records.append([""])
      case "\r": break
      default: records[records.count - 1][records[records.count - 1].count - 1].unicodeScalars.append(scalar)
      }
    }
    if records.last == [""] { records.removeLast() }
    return records
  }
}
