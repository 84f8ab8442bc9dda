import ChainedImputation
import DiffusionCore
import Foundation
import Tables
import Tensors

extension QuantileMap: StoredContents {
  func check(_ field: StoredField) throws(ArchiveError) {
    try field("knots").require(!knots.isEmpty, "no knots", "at least one")
    try field("knots").ascending(knots)
    try field("count").within(count, knots.count...StoredField.mostRows)
  }
}

extension TableCoding {
  /// The most bins, cells, relations and anchors of a column: sums and products of them do not overflow.
  private static let mostParts = 4096

  /// Checks the coding of a table with a schema.
  func check(_ field: StoredField, schema: Schema) throws(ArchiveError) {
    try field("columns").count(columns.count, schema.columns.count)
    try field("roundings").count(roundings.count, columns.count)
    for (place, rounding) in roundings.enumerated() { try rounding.check(field("roundings")[place]) }
    for (place, column) in columns.enumerated() {
      let own = field("columns")[place], known = schema.columns[place]
      try own("name").require(column.name == known.name, "'\(column.name)'", "'\(known.name)', as in the schema")
      // A column without a gap in the data never has one.
      try own("hasMissing").require(
        !column.hasMissing || known.missingCount > 0, "true", "false, as nothing was missing")
      try check(column.content, of: column, known, place, own("content"), schema)
    }
    try field.require(!layout.slots.isEmpty, "nothing that is modelled", "at least one column")
  }

  private func check(
    _ content: ColumnCoding.Content, of column: ColumnCoding, _ known: ColumnSchema, _ place: Int, _ field: StoredField,
    _ schema: Schema
  ) throws(ArchiveError) {
    func kind(_ isFitting: Bool) throws(ArchiveError) {
      try field.require(isFitting, "another content", "one for a column of kind \(known.kind.name)")
    }
    switch content {
    case .levels(let levels):
      try kind(known.kind.isCategorical)
      try field("levels").require(!levels.isEmpty, "no levels", "at least one")
      try field("levels").distinct(levels)
    case .groupedLevels(let levels, let size):
      try kind(known.kind.isCategorical)
      try field("levels").distinct(levels)
      // Two groups or more; with one there would be no slot for them.
      try field("groupSize").within(size, 1...max(levels.count - 1, 1))
      try field("levels").require(levels.count > 1, "\(levels.count) levels", "more than one")
    case .values(let values, let quantiles):
      try kind(known.kind.isNumeric)
      try field("values").require(values.count > (column.hasMissing ? 0 : 1), "\(values.count) values", "more")
      try field("values").ascending(values, strictly: true)
      try field("quantiles").count(quantiles.count, values.count)
      try field("quantiles").ascending(quantiles)
      try field("quantiles").require(
        quantiles[0] > 0 && quantiles[quantiles.count - 1] < 1, "0 or 1", "quantiles between 0 and 1")
    case .continuous(let continuous):
      try kind(known.kind.isNumeric)
      try check(continuous, place, field, schema)
    case .derived(let derived): try check(derived, known, place, field)
    case .constant(.number(let number)):
      try kind(known.kind.isNumeric)
      try field("number").finite(number)
    case .constant(.level): try kind(known.kind.isCategorical)
    case .identifier(let generator):
      try generator.check(field)
      guard case .identifier(let pattern) = known.kind else { return try kind(false) }
      try field("pattern").require(generator.pattern == pattern, "another pattern", "that of the schema")
    case .text: try kind(!known.kind.isNumeric && !known.kind.isCategorical)
    // A column with values has some that were seen.
    case .empty: try kind(known.minimum == nil || known.missingCount > 0)
    }
  }

  private func check(
    _ content: ColumnCoding.Continuous, _ place: Int, _ field: StoredField, _ schema: Schema
  ) throws(ArchiveError) {
    try content.map.check(field("map"))
    try field("cells").within(content.cells, 0...Self.mostParts)
    try field("bins").within(content.bins, 1...(content.cells > 0 ? Self.mostParts : 1))
    try field("heavy").ascending(content.heavy, strictly: true)
    for (name, relations) in [("relations", content.relations), ("anchors", content.anchors)] {
      try field(name).within(relations.count, 0...Self.mostParts)
      for (number, relation) in relations.enumerated() {
        let own = field(name)[number]
        let needed = relation.form == .sum || relation.form == .difference ? 2 : 1
        try own("parents").count(relation.parents.count, needed)
        for parent in relation.parents {
          // Relations name columns before their own, so that none waits for itself.
          try own("parents").index(parent, below: name == "relations" ? place : columns.count)
          let isNumber = columns[parent].isNumeric || columns[parent].isDerivedNumber
          try own("parents").require(
            parent != place && schema.columns[parent].kind.isNumeric && isNumber, "\(parent)",
            "another column of numbers that vary")
        }
        try own("factor").require(
          relation.factor.isFinite && abs(relation.factor) > 1e-30, "\(relation.factor)", "a number other than 0")
      }
    }
  }

  private func check(
    _ derived: DerivedColumn, _ known: ColumnSchema, _ place: Int, _ field: StoredField
  ) throws(ArchiveError) {
    try field("source").index(derived.source, below: columns.count)
    let source = columns[derived.source]
    let isCoded =
      switch source.content {
      case .levels, .values: derived.source != place && source.codes > 1
      default: false
      }
    try field("source").require(isCoded, "column \(derived.source)", "a column with a code for each value")
    try field("cellOfCode").count(derived.cellOfCode.count, source.codes)
    let count: Int, isMissing: [Bool]
    switch derived.cells {
    case .numbers(let numbers):
      try field.require(known.kind.isNumeric, "numbers", "what a column of kind \(known.kind.name) is")
      try field("cells").finite(numbers.compactMap { $0 })
      (count, isMissing) = (numbers.count, numbers.map { $0 == nil })
    case .levels(let levels):
      try field.require(known.kind.isCategorical, "levels", "what a column of kind \(known.kind.name) is")
      try field("cells").distinct(levels.compactMap { $0 })
      (count, isMissing) = (levels.count, levels.map { $0 == nil })
    }
    // Missing comes last, and only where the column may be missing.
    let mayMiss = columns[place].hasMissing
    try field("cells").require(
      isMissing.dropLast().allSatisfy { !$0 } && isMissing.last ?? true == mayMiss, "missing cells in another place",
      mayMiss ? "the missing cell at the end" : "no missing cell")
    for cell in derived.cellOfCode { try field("cellOfCode").index(Int(cell), below: count) }
  }
}

extension ColumnCoding {
  /// Whether the column's numbers follow from another one's codes.
  fileprivate var isDerivedNumber: Bool {
    if case .derived(let derived) = content, case .numbers = derived.cells { true } else { false }
  }
}

extension FittedTabularMasked {
  /// Reads what the file says besides the parameters, and checks it.
  static func contents(of archive: ModelArchive) throws(ArchiveError) -> ModelContents<TableCoding, ComponentChoice> {
    try ModelContents(archive) { stored, field throws(ArchiveError) in
      try stored.coding.check(field("coding"), schema: stored.schema)
      try stored.settings.check(field("settings"))
    }
  }
}

extension FittedTabularDDPM {
  /// Reads what the file says besides the parameters, and checks it.
  static func contents(of archive: ModelArchive) throws(ArchiveError) -> ModelContents<DDPMCoding, DDPMSettings> {
    try ModelContents(archive) { stored, field throws(ArchiveError) in
      try stored.coding.check(field("coding"), schema: stored.schema)
      try stored.settings.check(field("settings"))
    }
  }
}

extension DDPMCoding {
  /// Checks the coding of a table with a schema.
  func check(_ field: StoredField, schema: Schema) throws(ArchiveError) {
    try table.check(field("table"), schema: schema)
    try field("seen").count(seen.count, table.columns.count)
    for (place, column) in table.columns.enumerated() {
      let own = field("seen")[place]
      guard case .continuous(let content) = column.content else {
        try own.count(seen[place].count, 0)
        continue
      }
      try own.ascending(seen[place], strictly: true)
      // A number is one score and nothing else.
      let isPlain = content.cells == 0 && content.heavy.isEmpty && content.relations.isEmpty && content.anchors.isEmpty
      try field("table.columns")[place].require(isPlain, "a number of several parts", "one density")
    }
    let slots = table.layout.slots
    try field("shares").count(shares.count, slots.count)
    for (place, slot) in slots.enumerated() {
      let codes = if case .category(let codes) = slot.kind { codes } else { 0 }
      try field("shares")[place].count(shares[place].count, codes)
      try field("shares")[place].require(
        shares[place].allSatisfy { (0...1).contains($0) }, "other numbers", "shares between 0 and 1")
    }
  }
}

extension DDPMSettings: StoredContents {
  package func check(_ field: StoredField) throws(ArchiveError) {
    try field("steps").within(steps, 2...4000)
    if let evaluations = sampling.evaluations { try field("sampling.evaluations").within(evaluations, 1...4000) }
    try field("sampling.eta").within(sampling.eta, 0...1)
    try network.check(field("network"))
  }
}
