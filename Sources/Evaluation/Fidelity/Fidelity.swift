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
  init(_ comparison: Comparison) {
    let trends = PairTrends(comparison)
    let shared = PairTrends(comparison, edges: .shared)
    columns = ColumnMeasurement(comparison: comparison).columns()
    dependencies = FunctionalDependencies.measure(comparison)

    var matrix = comparison.columns.map { _ in comparison.columns.map { _ in nil as Double? } }
    for pair in trends.pairs {
      matrix[pair.first][pair.second] = pair.error
      matrix[pair.second][pair.first] = pair.error
    }
    pairs = PairDetails(
      names: comparison.columns.map(\.name), real: Association.matrix(comparison.real),
      synthetic: Association.matrix(comparison.synthetic), error: matrix)

    let floor = comparison.floor
    let floorTrends = floor.map { PairTrends($0) }
    let floorShared = floor.map { PairTrends($0, edges: .shared) }
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
      floor.flatMap { average(FunctionalDependencies.measure($0).map(\.synthetic)) },
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
