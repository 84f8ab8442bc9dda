import Tables

/// Texts and numbers that may stand for missing, with the flag that takes them so.
enum MissingWarnings {
  static func warnings(_ table: Table) -> [Inspection.Warning] {
    var order: [String] = []
    var places: [String: [String]] = [:]
    for proposal in table.proposedMissingMarkers() {
      if places[proposal.text] == nil { order.append(proposal.text) }
      places[proposal.text, default: []].append("\(proposal.column) (\(Wording.count(proposal.count)))")
    }
    return order.map { text in
      let found = places[text] ?? []
      let shown = found.prefix(6).joined(separator: ", ") + (found.count > 6 ? ", …" : "")
      return .init(
        code: "missing-marker", message: "\"\(text)\" may stand for missing in \(shown).",
        cure: "If it does: --missing \(CommandEcho.quoted(text))")
    }
  }
}
