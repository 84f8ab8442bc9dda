import DownstreamModels

/// Whether a logistic regression can tell synthetic rows from real ones: 1 = it cannot.
///
/// score = 1 − mean over 3 stratified folds of (2 · max(½, AUC) − 1).
///
/// Source: SDMetrics' `LogisticDetection`, which TabSyn and TabDiff print as C2ST; after D. Lopez-Paz, M. Oquab,
/// "Revisiting classifier two-sample tests", ICLR 2017. As there: as many rows of each side as the smaller has; missing
/// numbers are filled in with the real mean; an input for each level that occurs in real rows (a level that does not has
/// none); each input less its median, over its interquartile range where that is not 0; L2 penalty with C = 1, the
/// intercept free; at most 100 iterations of L-BFGS, until no part of the mean loss's gradient is above 10⁻⁴.
public struct LogisticDetection: Sendable, Equatable {
  /// The score, 0 to 1.
  public var score: Double
  /// The area under the curve of each fold.
  public var aucs: [Double]

  /// The most rows of each side of a floor: rows of one distribution cannot be told apart however many there are.
  public static let maximumFloorRows = 5_000

  /// Measures. The same for a seed whatever the number of threads.
  ///
  /// - Parameter limit: The most rows of each side.
  /// - Throws: `DownstreamError.tooFewRows` below 6 rows a side.
  public static func measure(
    _ comparison: Comparison, limit: Int = .max, seed: UInt64, threads: Int
  ) throws(DownstreamError) -> LogisticDetection {
    try measure([comparison], limits: [limit], seed: seed, threads: threads)[0].get()
  }

  /// Measures several comparisons with their work side by side.
  public static func measure(
    _ comparisons: [Comparison], limits: [Int], seed: UInt64, threads: Int
  ) -> [Result<LogisticDetection, DownstreamError>] {
    let folds = 3
    let works = zip(comparisons, limits).map { comparison, limit in
      Result { () throws(DownstreamError) in
        try LogisticFolds(
          BothSides(comparison, limit: limit, folds: folds, seed: seed, stream: StreamUse.logistic))
      }
    }
    let areas = sideBySide(works.count * folds, threads: threads) { task in
      Result { () throws(DownstreamError) in try works[task / folds].get().area(fold: task % folds) }
    }
    return works.indices.map { place in
      Result { () throws(DownstreamError) in
        var aucs: [Double] = []
        for area in areas[place * folds..<(place + 1) * folds] { aucs.append(try area.get()) }
        let excess = aucs.reduce(0) { $0 + 2 * max(0.5, $1) - 1 } / Double(folds)
        return LogisticDetection(score: 1 - excess, aucs: aucs)
      }
    }
  }
}

/// What the folds share.
private struct LogisticFolds: Sendable {
  private let sides: BothSides
  private let known: KnownFromReal

  init(_ sides: BothSides) {
    self.sides = sides
    known = KnownFromReal(sides)
  }

  /// The area under the curve of a model that learned from the other folds.
  func area(fold number: Int) throws(DownstreamError) -> Double {
    let training = sides.rows(outsideFold: number)
    let held = sides.rows(inFold: number)
    let features = sides.features.rows(training)
    let model = try LinearSolver(strength: 1 / Double(training.count)).solve(
      features, positive: training.map { sides.labels[$0] == 0 }, design: known.design(features))
    let scores = model.scores(sides.features.rows(held))
    return Metrics.rocAUC(scores, positive: held.map { sides.labels[$0] == 0 }) ?? 0.5
  }
}

/// What is taken from real rows alone: the means that fill in missing numbers, and the levels.
private struct KnownFromReal: Sendable {
  private enum Fact: Sendable {
    case mean(Double)
    case inputs([Int32])
  }
  private let facts: [Fact]

  init(_ sides: BothSides) {
    facts = sides.features.columns.map { column in
      switch column {
      case .numbers(let numbers):
        let present = numbers[..<sides.half].filter(\.isFinite)
        return .mean(present.isEmpty ? 0 : present.reduce(0) { $0 + $1 / Double(present.count) })
      case .categories(let codes, let levels):
        return .inputs(LinearDesign.occurring(Array(codes[..<sides.half]), levels: levels))
      }
    }
  }

  func design(_ training: Features) -> LinearDesign {
    LinearDesign(
      columns: zip(facts, training.columns).map { fact, column in
        switch (fact, column) {
        case (.mean(let mean), .numbers(let numbers)):
          let known = SortedNumbers(numbers.map { $0.isFinite ? $0 : mean })
          let range = known.quantile(0.75) - known.quantile(0.25)
          return .number(
            filling: mean, centre: known.quantile(0.5), scale: range > 10 * .ulpOfOne ? range : 1,
            indicatesMissing: false)
        case (.inputs(let inputs), .categories(let codes, _)):
          // Of ones and zeros the median is what more than half are, and the interquartile range is 0 or 1.
          var counts = [Int](repeating: 0, count: Int(inputs.max() ?? -1) + 1)
          for code in codes where code >= 0 && inputs[Int(code)] >= 0 { counts[Int(inputs[Int(code)])] += 1 }
          let centres = counts.map { 2 * $0 > codes.count ? 1 : 2 * $0 == codes.count ? 0.5 : 0 }
          return .category(inputs: inputs, centres: centres)
        default: preconditionFailure("rows of one side have other columns than those of the other")
        }
      })
  }
}
