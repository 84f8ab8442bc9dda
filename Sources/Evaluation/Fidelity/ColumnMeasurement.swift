import DownstreamModels
import Foundation

/// Measures columns one by one: shape, missing cells, coverage, cells out of range or of another type.
///
/// Source: SDMetrics' diagnostic metrics `BoundaryAdherence`, `CategoryAdherence` (one minus these), `RangeCoverage`,
/// `CategoryCoverage`, `MissingValueSimilarity`.
struct ColumnMeasurement {
  let comparison: Comparison

  /// All columns, in the order of the tables.
  func columns() -> [ColumnComparison] { comparison.columns.indices.map(column) }

  private func column(_ index: Int) -> ColumnComparison {
    let described = comparison.columns[index]
    let real = comparison.real.columns[index]
    let synthetic = comparison.synthetic.columns[index]
    let holdout = comparison.holdout?.columns[index]
    let floorShape = holdout.flatMap { ColumnShapes.error(real, $0) }
    let shape =
      shapeError(index).map { Figure($0, floor: floorShape) }
      ?? Figure(notApplicable: "the column has no values in one of the tables")
    return ColumnComparison(
      name: described.name, kind: described.isNumeric ? .number : .category, shapeError: shape,
      missing: .init(
        real: missingShare(real, described), synthetic: missingShare(synthetic, described),
        holdout: holdout.map { missingShare($0, described) }),
      coverage: figure(real, synthetic, holdout) { coverage(real, $0, described) },
      rangeViolations: violations(real, synthetic, holdout) { outOfRange(real, $0, described) },
      typeViolations: violations(real, synthetic, holdout) { offGrid($0, described) },
      distribution: .init(comparison, column: index))
  }

  /// The error of a column's distribution; 1 where the synthetic column alone has no values.
  func shapeError(_ index: Int) -> Double? {
    let (real, synthetic) = (comparison.real.columns[index], comparison.synthetic.columns[index])
    return comparison.isEmptied(index) ? 1 : ColumnShapes.error(real, synthetic)
  }

  /// The share of a column's synthetic cells that are out of range.
  func rangeViolations(_ index: Int) -> Double? {
    outOfRange(comparison.real.columns[index], comparison.synthetic.columns[index], comparison.columns[index])
  }

  /// A share of cells that are wrong: all of them where the synthetic column has none, lest an empty column looks valid.
  private func violations(
    _ real: FeatureColumn, _ synthetic: FeatureColumn, _ holdout: FeatureColumn?, _ measure: (FeatureColumn) -> Double?
  ) -> Figure {
    Figure(measure(synthetic) ?? 1, floor: holdout.flatMap(measure))
  }

  private func figure(
    _ real: FeatureColumn, _ synthetic: FeatureColumn, _ holdout: FeatureColumn?, _ measure: (FeatureColumn) -> Double?
  ) -> Figure {
    guard let value = measure(synthetic) else { return Figure(notApplicable: "the synthetic column has no values") }
    return Figure(value, floor: holdout.flatMap(measure))
  }

  private func missingShare(_ cells: FeatureColumn, _ column: Comparison.Column) -> Double {
    let missing =
      switch cells {
      case .numbers(let numbers): numbers.count(where: \.isNaN)
      case .categories(let codes, _): column.missingLevel.map { level in codes.count { $0 == level } } ?? 0
      }
    return Double(missing) / Double(max(cells.count, 1))
  }

  /// The levels, or the least and greatest number, that occur; nil where there are none.
  private func levels(_ cells: FeatureColumn, _ column: Comparison.Column) -> Set<Int32> {
    guard case .categories(let codes, _) = cells else { return [] }
    var found = Set(codes)
    if let missing = column.missingLevel { found.remove(missing) }
    return found
  }

  private func range(_ cells: FeatureColumn) -> (low: Double, high: Double)? {
    guard case .numbers(let numbers) = cells else { return nil }
    var range: (low: Double, high: Double)?
    for number in numbers where !number.isNaN {
      range = (min(range?.low ?? number, number), max(range?.high ?? number, number))
    }
    return range
  }

  /// The share of the real levels that occur; for numbers max(0, 1 − (what the range lacks below and above) / range).
  private func coverage(_ real: FeatureColumn, _ other: FeatureColumn, _ column: Comparison.Column) -> Double? {
    if !column.isNumeric {
      let known = levels(real, column)
      return known.isEmpty ? nil : Double(known.intersection(levels(other, column)).count) / Double(known.count)
    }
    guard let mine = range(real), let its = range(other) else { return nil }
    let width = mine.high - mine.low
    guard width > 0 else { return its.low <= mine.low && its.high >= mine.low ? 1 : 0 }
    return max(0, 1 - (max(its.low - mine.low, 0) + max(mine.high - its.high, 0)) / width)
  }

  /// The share of cells, of those that are there, beyond the real range or of a level that the real column lacks.
  private func outOfRange(_ real: FeatureColumn, _ other: FeatureColumn, _ column: Comparison.Column) -> Double? {
    switch other {
    case .categories(let codes, _):
      let known = levels(real, column)
      let there = codes.filter { $0 != column.missingLevel }
      return there.isEmpty ? nil : Double(there.count { !known.contains($0) }) / Double(there.count)
    case .numbers(let numbers):
      guard let mine = range(real) else { return nil }
      let there = numbers.filter { !$0.isNaN }
      return there.isEmpty ? nil : Double(there.count { $0 < mine.low || $0 > mine.high }) / Double(there.count)
    }
  }

  /// The share of numbers, of those that are there, with more digits after the mark than the real column has.
  private func offGrid(_ other: FeatureColumn, _ column: Comparison.Column) -> Double? {
    guard case .numbers(let numbers) = other else { return 0 }
    let there = numbers.filter { !$0.isNaN }
    guard !there.isEmpty else { return nil }
    guard let digits = column.digits, digits <= 15 else { return 0 }
    let scale = pow(10, Double(digits))
    let off = there.count { number in
      let scaled = number * scale
      return abs(scaled - scaled.rounded()) > max(1e-6, abs(scaled) * 1e-12)
    }
    return Double(off) / Double(there.count)
  }
}
