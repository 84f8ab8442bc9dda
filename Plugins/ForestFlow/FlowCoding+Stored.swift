import ChainedImputation
import DiffusionCore
import Tables

extension ForestContents: StoredContents {
  func check(_ field: StoredField) throws(ArchiveError) {
    try schema.check(field("schema"))
    try report.check(field("report"))
    try field("path.times").within(path.times, 1...200)
    try field("sampler").require(["euler", "heun"].contains(sampler), "'\(sampler)'", "euler or heun")
    try coding.check(field("coding"), schema: schema)
  }
}

extension FlowCoding {
  /// Checks the coding of a table with a schema.
  func check(_ field: StoredField, schema: Schema) throws(ArchiveError) {
    try cells.check(field("cells"), schema: schema)
    let count = schema.columns.count
    try field("kinds").count(kinds.count, count)
    for (place, column) in schema.columns.enumerated() {
      let expected: Held = column.kind.isNumeric ? .numbers : column.kind.isCategorical ? .categories : .texts
      try field("kinds")[place].require(kinds[place] == expected, kinds[place].rawValue, expected.rawValue)
      if case .identifier(let pattern) = column.kind {
        let own = identifiers[place]
        try field("identifiers")[place].require(own?.pattern == pattern, "another pattern", "that of the schema")
      }
    }
    for (place, generator) in identifiers {
      try field("identifiers").index(place, below: count)
      try field("identifiers").require(kinds[place] == .texts, "column \(place)", "a column of texts")
      try generator.check(field("identifiers")[place])
    }
    try field("columns").distinct(columns.map(\.column))
    for (place, column) in columns.enumerated() { try column.check(field("columns")[place], in: cells) }
    try field("columns").require(width > 0, "nothing that flows", "at least one number")
    try checkLabel(field("label"))
    try checkDerived(field("derived"), schema: schema)
    // A column without a gap in the data never has one.
    let mayMiss = columns.map(\.column).filter { schema.columns[$0].missingCount > 0 }
    try patterns.check(field("patterns"), columns: mayMiss, parts: parts)
  }

  private func checkLabel(_ field: StoredField) throws(ArchiveError) {
    guard let label else { return }
    try field("column").index(label.column, below: kinds.count)
    try field("column").require(
      kinds[label.column] == .categories && !columns.contains { $0.column == label.column }, "column \(label.column)",
      "a category that does not flow")
    try field("levels").require(!label.levels.isEmpty, "no levels", "at least one")
    try field("levels").distinct(label.levels)
    try field("counts").count(label.counts.count, label.levels.count)
    for count in label.counts { try field("counts").within(count, 0...StoredField.mostRows) }
  }

  /// Every column is made from noise, from the label, or from a column before it, whatever that is.
  private func checkDerived(_ field: StoredField, schema: Schema) throws(ArchiveError) {
    var values: [Int: (numbers: [Double], levels: [String])] = [:]
    for column in columns {
      switch column.form {
      case .number(_, _, let seen): values[column.column] = seen.isEmpty ? nil : (seen, [])
      case .levels(let levels): values[column.column] = ([], levels)
      }
    }
    if let label { values[label.column] = ([], label.levels) }
    let flowing = Set(columns.map(\.column))
    for (place, own) in derived.enumerated() {
      try own.check(field[place], columns: kinds.count)
      try field[place]("target").require(own.target != label?.column, "the label", "another column")
      let (numbers, levels) = own.images
      let isFitting =
        kinds[own.target] == .numbers ? levels.isEmpty : kinds[own.target] == .categories && numbers.isEmpty
      try field[place]("pairs").require(isFitting, "values of another kind", "those of column \(own.target)")
      guard !flowing.contains(own.target) else { continue }
      guard let source = values[own.source] else {
        try field[place]("source").require(false, "column \(own.source)", "a column with values that are known before")
        continue
      }
      let isCovered = own.covers(numbers: source.numbers, levels: source.levels)
      try field[place]("pairs").require(isCovered, "too few pairs", "one for every value of column \(own.source)")
      values[own.target] = own.images
    }
    for place in cells.modelled {
      let isMade = flowing.contains(place) || place == label?.column || derived.contains { $0.target == place }
      try field.require(isMade, "nothing that makes column \(place)", "a column that it follows from")
    }
  }
}

extension FlowColumn {
  func check(_ field: StoredField, in cells: CellCoding) throws(ArchiveError) {
    try field("column").index(column, below: cells.forms.count)
    switch (form, cells.forms[column]) {
    case (.number(let range, let rounding, let seen), .number(_, _, _, let known)):
      try field("range").require(range == known, "\(range)", "that of the cells")
      try rounding.check(field("rounding"))
      try field("seen").ascending(seen, strictly: true)
      try field("seen").within(seen.count, 0...1000)
      try field("seen").require(seen.allSatisfy(range.contains), "a number beyond the range", "numbers within it")
    case (.levels(let levels), .levels(let known)):
      try field("levels").require(levels == known, "other levels", "those of the cells")
    default: try field("form").require(false, "a form of another kind", "that of the cells")
    }
  }
}

extension MissingPatterns {
  func check(_ field: StoredField, columns known: [Int], parts: Int) throws(ArchiveError) {
    try field("columns").distinct(columns)
    let all = Set(known)
    for column in columns {
      try field("columns").require(all.contains(column), "column \(column)", "columns that flow and may be missing")
    }
    try field("patterns").require(!patterns.isEmpty, "none", "at least one")
    for (place, pattern) in patterns.enumerated() { try field("patterns")[place].count(pattern.count, columns.count) }
    try field("counts").count(counts.count, parts)
    var sum = 0
    for (part, own) in counts.enumerated() {
      try field("counts")[part].count(own.count, patterns.count)
      for count in own {
        try field("counts")[part].within(count, 0...StoredField.mostRows >> 8)
        sum = min(sum + count, StoredField.mostRows)
      }
    }
    try field("counts").require(sum > 0, "no rows", "at least one")
  }
}
