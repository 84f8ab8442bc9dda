import DownstreamModels
import Foundation
import Tensors

/// How alike two tables are, column by column and pair by pair: all of fidelity that needs no model.
struct Fidelity {
  /// The figures.
  var figures: [FigureID: Figure] = [:]
  var columns: [ColumnComparison]
  var pairs: PairDetails
  var dependencies: [DependencyComparison]

  /// Measures a comparison, with the hold-out as floor.
  init(_ comparison: Comparison, threads: Int = 1) {
    // The comparison, then the hold-out as if it were synthetic.
    let sides = [comparison] + (comparison.floor.map { [$0] } ?? [])
    let allTrends = sideBySide(2 * sides.count, threads: threads) {
      PairTrends(sides[$0 / 2], edges: $0 % 2 == 0 ? .separate : .shared)
    }
    let (trends, shared) = (allTrends[0], allTrends[1])
    let (floorTrends, floorShared) = sides.count > 1 ? (allTrends[2], allTrends[3]) : (nil, nil)
    let kept = sideBySide(sides.count, threads: threads) { FunctionalDependencies.measure(sides[$0]) }
    columns = ColumnMeasurement(comparison: comparison).columns()
    dependencies = kept[0]

    var matrix = comparison.columns.map { _ in comparison.columns.map { _ in nil as Double? } }
    for pair in trends.pairs {
      matrix[pair.first][pair.second] = pair.error
      matrix[pair.second][pair.first] = pair.error
    }
    let tables = [comparison.real, comparison.synthetic]
    let bonds = sideBySide(tables.count, threads: threads) { Association.matrix(tables[$0]) }
    pairs = PairDetails(names: comparison.columns.map(\.name), real: bonds[0], synthetic: bonds[1], error: matrix)

    let noPair = comparison.columns.count < 2 ? "there is one column only" : "no pair of columns varies in both tables"
    figures[.shapeError] = mean(columns.map(\.shapeError), else: "no column has values in both tables")
    figures[.trendError] = figure(trends.meanError, floorTrends?.meanError, else: noPair)
    figures[.trendErrorThresholded] = figure(
      trends.meanError(), floorTrends?.meanError(), else: "no two columns of the real table are bound strongly enough")
    figures[.trendErrorSharedBins] = figure(shared.meanError, floorShared?.meanError, else: noPair)
    figures[.missingRateError] = Figure(
      average(columns.map { abs($0.missing.real - $0.missing.synthetic) }) ?? 0,
      floor: comparison.holdout == nil
        ? nil : average(columns.map { abs($0.missing.real - ($0.missing.holdout ?? 0)) }))
    figures[.categoryCoverage] = mean(
      columns.filter { $0.kind == .category }.map(\.coverage), else: "no column is a category")
    figures[.rangeViolations] = mean(columns.map(\.rangeViolations), else: "no column has values")
    figures[.typeViolations] = mean(columns.map(\.typeViolations), else: "no column has values")
    figures[.dependenciesKept] = figure(
      average(dependencies.map(\.synthetic)),
      kept.count > 1 ? average(kept[1].map(\.synthetic)) : nil,
      else: "no column of the real table is a function of others")
  }

  private func figure(_ value: Double?, _ floor: Double?, else why: String) -> Figure {
    value.map { Figure($0, floor: floor) } ?? Figure(notApplicable: why)
  }

  /// The mean of the columns that have a value, and of their floors.
  private func mean(_ figures: [Figure], else why: String) -> Figure {
    figure(average(figures.compactMap(\.value)), average(figures.compactMap(\.floor)), else: why)
  }

  private func average(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
