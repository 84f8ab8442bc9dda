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
      if summary.distinct > 1, let counts = classCounts(column.values, isTarget: schema.name == target) {
        found += rareClasses(schema.name, counts, isTarget: schema.name == target)
      }
    }
    return found
  }

  /// The rows of every class; nil where the values are no classes. A target of few whole numbers is one of classes.
  private static func classCounts(_ values: Column.Values, isTarget: Bool) -> [(label: String, count: Int)]? {
    switch values {
    case .categories(let indices, let levels):
      var counts = [Int](repeating: 0, count: levels.count)
      for index in indices where index >= 0 { counts[Int(index)] += 1 }
      return zip(levels, counts).filter { $0.1 > 0 }.map { (label: $0.0, count: $0.1) }
    case .numbers(let numbers) where isTarget:
      let present = numbers.filter { !$0.isNaN }
      guard present.allSatisfy({ $0 == $0.rounded() && $0.magnitude < 1e6 }) else { return nil }
      let counts = Dictionary(present.map { ($0, 1) }, uniquingKeysWith: +)
      guard counts.count <= 20 else { return nil }
      return counts.sorted { $0.key < $1.key }.map { (label: String(Int($0.key)), count: $0.value) }
    default: return nil
    }
  }

  private static func rareClasses(
    _ name: String, _ counts: [(label: String, count: Int)], isTarget: Bool
  ) -> [Inspection.Warning] {
    let rare = counts.filter { $0.count < fewRowsOfClass }.sorted { $0.count < $1.count }
    guard !rare.isEmpty else { return [] }
    let list = rare.prefix(5).map { "\($0.label.shortened()) (\($0.count))" }.joined(separator: ", ")
    return [
      .init(
        code: isTarget ? "rare-class" : "rare-level", column: name,
        message: "\(Wording.count(rare.count)) of \(Wording.count(counts.count)) levels "
          + "\(rare.count == 1 ? "has" : "have") fewer than \(fewRowsOfClass) rows: "
          + list + (rare.count > 5 ? ", …" : "") + ".",
        cure: isTarget ? "What is made for them is little more than a guess: join them, or gather more rows." : nil)
    ]
  }
}
