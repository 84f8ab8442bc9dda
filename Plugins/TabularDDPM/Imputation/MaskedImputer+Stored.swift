import ChainedImputation
import DiffusionCore
import Tables

extension CellBlend: StoredContents {
  func check(_ field: StoredField) throws(ArchiveError) {
    switch self {
    case .numbers(let blend):
      try Self.checkWeights(blend.medianWeights, field("medianWeights"))
      try Self.checkWeights(blend.meanWeights, field("meanWeights"))
      try field("spread").within(blend.spread, 1e-3...1e3)
      try field("misses").ascending(blend.misses)
      try field("misses").within(blend.misses.count, 0...NumberBlend.mostMisses)
      try field("misses").require(
        blend.misses.allSatisfy { (0...1).contains($0) }, "other numbers", "levels between 0 and 1")
    case .classes(let weights): try Self.checkWeights(weights, field("weights"))
    }
  }

  private static func checkWeights(_ weights: [Double], _ field: StoredField) throws(ArchiveError) {
    try field.within(weights.count, 1...8)
    let isMean = weights.allSatisfy { (0...1).contains($0) } && abs(weights.reduce(0, +) - 1) < 1e-6
    try field.require(isMean, "\(weights)", "weights that add up to 1")
  }
}

extension CellCoding {
  /// Checks that the cells of other models are those of the network: the same columns and the same levels.
  func check(_ field: StoredField, against coding: TableCoding, schema: Schema) throws(ArchiveError) {
    try check(field, schema: schema)
    for (place, column) in coding.columns.enumerated() {
      let own = field("forms")[place]
      switch (column.content, forms[place]) {
      case (.levels(let levels), .levels(let known)), (.groupedLevels(let levels, _), .levels(let known)):
        try own("levels").require(levels == known, "other levels", "those of the network")
      case (.constant(.level(let level)), .levels(let known)):
        try own("levels").require(known == [level], "other levels", "'\(level)'")
      case (.values, .number), (.continuous, .number), (.constant(.number), .number), (.identifier, .unmodelled),
        (.text, .unmodelled), (.empty, .empty), (.empty, .unmodelled):
        break
      default: try own.require(false, "a form of another kind", "that of the network's column")
      }
      try own.require(!column.hasMissing, "a column that may be missing", "gaps that are unknown")
    }
  }
}
