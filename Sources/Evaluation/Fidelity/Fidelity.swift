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
  /// The pair of columns that is farthest beyond what sampling explains.
  var worstPair: VerdictRules.WorstPair?

  /// Measures a comparison, with the hold-out as floor.
  ///
  /// - Parameter sampling: what sampling alone would make of a perfect generator; nil where it was not measured.
  init(_ comparison: Comparison, sampling: SamplingError? = nil, threads: Int = 1) {
    // The comparison, then the hold-out as if it were synthetic.
    let sides = [comparison] + (comparison.floor.map { [$0] } ?? [])
    let (separate, shared, measured, kept, bonds) = sideBySide(
      threads: threads,
      { @Sendable in sideBySide(sides.count, threads: $0) { PairTrends(sides[$0], edges: .separate) } },
      { @Sendable in sideBySide(sides.count, threads: $0) { PairTrends(sides[$0], edges: .shared) } },
      { @Sendable _ in ColumnMeasurement(comparison: comparison).columns() },
      { @Sendable in sideBySide(sides.count, threads: $0) { FunctionalDependencies.measure(sides[$0]) } },
      { @Sendable in
        let tables = [comparison.real, comparison.synthetic]
        return sideBySide(tables.count, threads: $0) { Association.matrix(tables[$0]) }
      })
    columns = measured
    dependencies = kept[0]
    let trends = separate[0], floorTrends = separate.dropFirst().first

    var matrix = comparison.columns.map { _ in comparison.columns.map { _ in nil as Double? } }
    for pair in trends.pairs {
      matrix[pair.first][pair.second] = pair.error
      matrix[pair.second][pair.first] = pair.error
    }
    pairs = PairDetails(names: comparison.columns.map(\.name), real: bonds[0], synthetic: bonds[1], error: matrix)

    if let sampling {
      for index in columns.indices { columns[index].shapeError.sampling = sampling.columns[index] }
      worstPair = Self.worst(shared[0].pairs, sampling, comparison)
    }

    let noPair = comparison.columns.count < 2 ? "there is one column only" : "no pair of columns varies in both tables"
    figures[.shapeError] = mean(columns.map(\.shapeError), else: "no column has values in both tables")
    figures[.trendError] = figure(trends.meanError, floorTrends?.meanError, else: noPair)
    figures[.trendErrorThresholded] = figure(
      trends.meanError(), floorTrends?.meanError(), else: "no two columns of the real table are bound strongly enough")
    figures[.trendErrorSharedBins] = figure(shared[0].meanError, shared.dropFirst().first?.meanError, else: noPair)
    figures[.missingRateError] = Figure(
      average(columns.map { abs($0.missing.real - $0.missing.synthetic) }) ?? 0,
      floor: comparison.holdout == nil
        ? nil : average(columns.map { abs($0.missing.real - ($0.missing.holdout ?? 0)) }))
    figures[.categoryCoverage] = mean(
      columns.filter { $0.kind == .category }.map(\.coverage), else: "no column is a category")
    figures[.rangeViolations] = mean(columns.map(\.rangeViolations), else: "no column has values")
    figures[.typeViolations] = mean(columns.map(\.typeViolations), else: "no column has values")
    figures[.dependenciesKept] = figure(
      average(dependencies.compactMap(\.synthetic)),
      kept.count > 1 ? average(kept[1].compactMap(\.synthetic)) : nil,
      else: dependencies.isEmpty
        ? "no column of the real table is a function of others"
        : "no synthetic row has values that determine others in the real table")
    if let sampling {
      figures[.shapeError]?.sampling = sampling.shape
      figures[.trendError]?.sampling = sampling.trend
      figures[.trendErrorSharedBins]?.sampling = sampling.sharedTrend
      figures[.trendErrorThresholded]?.sampling = sampling.strongTrend
      figures[.rangeViolations]?.sampling = sampling.outOfRange
    }
  }

  private func figure(_ value: Double?, _ floor: Double?, else why: String) -> Figure {
    value.map { Figure($0, floor: floor) } ?? Figure(notApplicable: why)
  }

  /// A correlation of fewer rows says nothing.
  private static let fewestPairs = 10

  /// The pair that is farthest beyond three times what sampling explains. An outlier can make a correlation by itself: of
  /// numbers the ranks must be as far off. Where cells are missing, fewer rows tell of a correlation than of its columns: its
  /// error is at least that of so many rows, (1 − ρ²) / √(n − 1).
  private static func worst(
    _ pairs: [PairTrends.Pair], _ sampling: SamplingError, _ comparison: Comparison
  ) -> VerdictRules.WorstPair? {
    func beyond(_ pair: VerdictRules.WorstPair) -> Double { pair.error - 3 * pair.sampling }
    let all = zip(pairs, sampling.pairs).compactMap { pair, chance in
      pair.error.map { error in
        (
          pair,
          VerdictRules.WorstPair(
            first: comparison.columns[pair.first].name, second: comparison.columns[pair.second].name, error: error,
            sampling: chance ?? 0)
        )
      }
    }.sorted { beyond($0.1) > beyond($1.1) }
    let most = 20
    return all.prefix(most).compactMap { pair, worst -> VerdictRules.WorstPair? in
      guard beyond(worst) > 0, case .numbers(let a) = comparison.real.columns[pair.first],
        case .numbers(let b) = comparison.real.columns[pair.second],
        case .numbers(let c) = comparison.synthetic.columns[pair.first],
        case .numbers(let d) = comparison.synthetic.columns[pair.second],
        let real = Association.spearman(a, b), let other = Association.spearman(c, d)
      else { return worst }
      var worst = worst
      worst.error = min(worst.error, abs(real - other) / 2)
      let counts = [Association.pairs(a, b), Association.pairs(c, d)], least = min(abs(real), abs(other))
      guard counts.allSatisfy({ $0 >= fewestPairs }) else { return nil }
      let variance = counts.reduce(0) { $0 + 1 / Double($1 - 1) }
      worst.sampling = max(worst.sampling, (1 - least * least) * variance.squareRoot() / 2)
      return worst
    }.max { beyond($0) < beyond($1) }
  }

  /// The mean of the columns that have a value, and of their floors.
  private func mean(_ figures: [Figure], else why: String) -> Figure {
    figure(average(figures.compactMap(\.value)), average(figures.compactMap(\.floor)), else: why)
  }

  private func average(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
