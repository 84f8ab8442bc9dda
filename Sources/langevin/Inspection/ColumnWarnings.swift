import Tables

/// What to beware of in single columns.
enum ColumnWarnings {
  /// Classes with fewer rows are learned badly.
  static let fewRowsOfClass = 20

  static func warnings(
    _ data: CSVReader.Result, summaries: [ColumnSummary], target: String?
  ) -> [Inspection.Warning] {
    var found: [Inspection.Warning] = []
    for (index, schema) in data.schema.columns.enumerated() {
      let summary = summaries[index], column = data.table.columns[index]
      let present = column.count - summary.missing
      switch schema.kind {
      case .constant:
        found.append(.init(code: "constant", column: schema.name, message: "The same value in every row.", cure: nil))
      case .category where summary.distinct * 2 > present && present >= 20:
        found.append(
          .init(
            code: "near-unique", column: schema.name,
            message: "\(Wording.count(summary.distinct)) levels in \(Wording.count(present, "cell")): most occur once, "
              + "so single records could be recognised by them.",
            cure: "Drop it (--drop \(schema.name)), or take it as --kind \(schema.name)=identifier or =text."))
      default: break
      }
      if summary.missingShare > 0.5 {
        found.append(
          .init(
            code: "mostly-missing", column: schema.name,
            message: "\(Wording.percent(summary.missingShare)) of the cells are missing.",
            cure: "It is generated just as empty; --drop \(schema.name) leaves it out."))
      }
      if case .categories(let indices, let levels) = column.values, summary.distinct > 1 {
        found += rareClasses(schema.name, indices, levels, isTarget: schema.name == target)
      }
    }
    return found
  }

  private static func rareClasses(
    _ name: String, _ indices: [Int32], _ levels: [String], isTarget: Bool
  ) -> [Inspection.Warning] {
    var counts = [Int](repeating: 0, count: levels.count)
    for index in indices where index >= 0 { counts[Int(index)] += 1 }
    let rare = levels.indices.filter { (1..<fewRowsOfClass).contains(counts[$0]) }.sorted { counts[$0] < counts[$1] }
    guard !rare.isEmpty else { return [] }
    let list = rare.prefix(5).map { "\(levels[$0]) (\(counts[$0]))" }.joined(separator: ", ")
    let all = counts.count { $0 > 0 }
    return [
      .init(
        code: isTarget ? "rare-class" : "rare-level", column: name,
        message: "\(Wording.count(rare.count)) of \(Wording.count(all)) levels have fewer than \(fewRowsOfClass) rows: "
          + list + (rare.count > 5 ? ", …" : "") + ".",
        cure: isTarget ? "What is made for them is little more than a guess: join them, or gather more rows." : nil)
    ]
  }
}
