import Tables

/// An inspection as a page to read.
struct InspectionText {
  let text: String

  init(_ inspection: Inspection, width: Int, terminal: Terminal) {
    let name = inspection.file == "-" ? "standard input" : inspection.file
    var text =
      "\(name): \(Wording.count(inspection.rows, "row")), \(Wording.count(inspection.columns.count, "column"))\n\n"
    let header = ["column", "kind", "missing", "distinct", "values", "what is done with it"]
    let rows = inspection.columns.map { column in
      [
        column.name, column.kind, Wording.percent(column.missingShare), Wording.count(column.distinct), column.values,
        column.treatment,
      ]
    }
    text += TextTable(rows: [header] + rows, rightAligned: [2, 3], widest: 36).text(width: width)

    // What is said as a warning below needs no note.
    let warned = Set(
      inspection.warnings.filter { $0.code == "constant" || $0.code == "missing-marker" }.compactMap(\.column))
    let notes = inspection.notes.filter { !warned.contains($0.column ?? "") }
    if !notes.isEmpty {
      text += "\nNotes\n" + notes.map { Self.item("\($0)", width: width) }.joined()
    }
    if inspection.warnings.isEmpty {
      text += "\nNo warnings.\n"
    } else {
      text += "\n" + terminal.strong("Warnings", .yellow) + "\n"
      for warning in inspection.warnings {
        let subject = warning.column.map { "\($0): " } ?? ""
        text += Self.item(subject + warning.message + (warning.cure.map { " " + $0 } ?? ""), width: width)
      }
    }
    self.text = text
  }

  private static func item(_ text: String, width: Int) -> String {
    let lines = TextTable.wrapped(text, width: max(30, min(width, 110) - 4))
    return "  - " + lines.joined(separator: "\n    ") + "\n"
  }
}
