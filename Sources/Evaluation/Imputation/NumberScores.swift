import Tables

/// How near filled numbers come to the truth, over cells whose truth is known.
public struct NumberScores: Sendable, Codable, Equatable {
  /// The number of cells.
  public var count: Int
  /// The mean absolute error, Σ|x̂ − x| / n, in the unit of the numbers.
  public var mae: Double
  /// The root mean squared error, √(Σ(x̂ − x)² / n), in the unit of the numbers.
  public var rmse: Double
  /// The mean relative error, Σ|x̂ − x| / Σ|x|, as Cao et al. 2018 (BRITS) define it; nil where all truths are 0.
  public var mre: Double?
  /// How good the draws are as a distribution; nil without draws.
  public var draws: DrawScores?
  /// How good the intervals are; nil without intervals.
  public var interval: IntervalScores?

  /// Scores filled numbers.
  ///
  /// - Parameters:
  ///   - truth: the true numbers; at least one.
  ///   - point: the one number that was filled in for each.
  ///   - draws: numbers drawn for each, by draw and then by cell; empty for none.
  ///   - interval: the ends for each, and the share of truths that they are meant to hold; nil for none.
  public init(
    truth: [Double], point: [Double], draws: [[Double]] = [],
    interval: (lower: [Double], upper: [Double], level: Double)? = nil
  ) {
    precondition(!truth.isEmpty && truth.count == point.count, "scores need truths, and a number for each")
    let scale = (truth + point + draws.joined() + (interval.map { $0.lower + $0.upper } ?? [])).squareScale
    func scaled(_ numbers: [Double]) -> [Double] { scale == 1 ? numbers : numbers.map { $0 * scale } }
    self.init(
      scaled: scaled(truth), point: scaled(point), draws: draws.map(scaled),
      interval: interval.map { (scaled($0.lower), scaled($0.upper), $0.level) })
    if scale != 1 { unscale(by: scale) }
  }

  private init(
    scaled truth: [Double], point: [Double], draws: [[Double]],
    interval: (lower: [Double], upper: [Double], level: Double)?
  ) {
    let n = Double(truth.count)
    let errors = zip(point, truth).map { abs($0 - $1) }
    count = truth.count
    mae = errors.reduce(0, +) / n
    rmse = (errors.reduce(0) { $0 + $1 * $1 } / n).squareRoot()
    let size = truth.reduce(0) { $0 + abs($1) }
    mre = size > 0 ? errors.reduce(0, +) / size : nil
    self.draws = draws.isEmpty ? nil : DrawScores(truth: truth, draws: draws)
    self.interval = interval.map { IntervalScores(truth: truth, lower: $0.lower, upper: $0.upper, level: $0.level) }
  }
}

extension NumberScores {
  /// Takes a scale out of what is in the unit of the numbers.
  private mutating func unscale(by scale: Double) {
    func plain(_ number: Double) -> Double { min(number / scale, .greatestFiniteMagnitude) }
    mae = plain(mae)
    rmse = plain(rmse)
    if let crps = draws?.crps { draws?.crps = plain(crps) }
    if let (width, winkler) = interval.map({ ($0.width, $0.winkler) }) {
      interval?.width = plain(width)
      interval?.winkler = plain(winkler)
    }
  }
}

/// How good draws are as a distribution, by the continuous ranked probability score in its two usual forms. The two must
/// not be compared with each other.
public struct DrawScores: Sendable, Codable, Equatable {
  /// The draws of a cell.
  public var count: Int
  /// The score of a cell, E|X − x| − ½ E|X − X′| over its draws X, averaged over cells, in the unit of the numbers
  /// (Gneiting and Raftery, "Strictly proper scoring rules, prediction, and estimation", JASA 102, 2007, eq. 21).
  public var crps: Double
  /// The quantile losses 2 Σ|(F_q − x)(1[x ≤ F_q] − q)| at q = .05, .10, … .95, averaged and divided by Σ|x|
  /// (Tashiro et al., "CSDI", NeurIPS 2021, appendix); F_q interpolates linearly between draws. For a single draw it is
  /// the mean relative error. Nil where all truths are 0.
  public var normalizedQuantileLoss: Double?

  init(truth: [Double], draws: [[Double]]) {
    precondition(draws.allSatisfy { $0.count == truth.count }, "a draw has a number for each cell")
    let m = Double(draws.count)
    var total = 0.0, losses = 0.0
    let levels = (1...19).map { Double($0) / 20 }
    for (cell, x) in truth.enumerated() {
      let sorted = draws.map { $0[cell] }.sorted()
      let distance = sorted.reduce(0) { $0 + abs($1 - x) } / m
      // Σ over all ordered pairs |X − X′| of sorted draws is 2 Σ (2i − m + 1) X_i.
      let spread = sorted.enumerated().reduce(0) { $0 + (2 * Double($1.offset) - m + 1) * $1.element }
      total += distance - spread / (m * m)
      for q in levels {
        let f = Quantiles.linear(sorted, q)
        losses += 2 * abs((f - x) * ((x <= f ? 1 : 0) - q))
      }
    }
    count = draws.count
    crps = total / Double(truth.count)
    let size = truth.reduce(0) { $0 + abs($1) }
    normalizedQuantileLoss = size > 0 ? losses / Double(levels.count) / size : nil
  }
}

/// How good intervals are: whether they hold the truth as often as they say, and how wide they are for that.
public struct IntervalScores: Sendable, Codable, Equatable {
  /// The share of truths that they are meant to hold, 1 − α.
  public var level: Double
  /// The share that they hold, ends included.
  public var coverage: Double
  /// Their mean width, in the unit of the numbers.
  public var width: Double
  /// The mean of width + 2/α · (lower − x)₊ + 2/α · (x − upper)₊: lower is better, and only true quantiles are best
  /// (Winkler, "A decision-theoretic approach to interval estimation", JASA 67, 1972; Gneiting and Raftery 2007, eq. 43).
  public var winkler: Double

  init(truth: [Double], lower: [Double], upper: [Double], level: Double) {
    precondition(lower.count == truth.count && upper.count == truth.count, "an interval for each cell")
    let n = Double(truth.count), penalty = 2 / (1 - level)
    var held = 0, width = 0.0, winkler = 0.0
    for (cell, x) in truth.enumerated() {
      if lower[cell] <= x, x <= upper[cell] { held += 1 }
      width += upper[cell] - lower[cell]
      winkler += upper[cell] - lower[cell] + penalty * (max(lower[cell] - x, 0) + max(x - upper[cell], 0))
    }
    self.level = level
    coverage = Double(held) / n
    self.width = width / n
    self.winkler = winkler / n
  }
}

/// How good filled categories are.
public struct CategoryScores: Sendable, Codable, Equatable {
  /// The number of cells.
  public var count: Int
  /// The share of cells whose level is right.
  public var accuracy: Double
  /// The Brier score Σ_k (p_k − 1[k is true])², averaged over cells, 0 to 2, with p_k the share of draws that say k
  /// (Brier, "Verification of forecasts expressed in terms of probability", 1950); nil without draws.
  public var brier: Double?

  /// Scores filled levels.
  ///
  /// - Parameters:
  ///   - truth: the indices of the true levels; at least one.
  ///   - point: the level that was filled in for each.
  ///   - draws: levels drawn for each, by draw and then by cell; empty for none.
  public init(truth: [Int], point: [Int], draws: [[Int]] = []) {
    precondition(!truth.isEmpty && truth.count == point.count, "scores need truths, and a level for each")
    count = truth.count
    accuracy = Double(zip(truth, point).count { $0 == $1 }) / Double(truth.count)
    guard !draws.isEmpty else {
      brier = nil
      return
    }
    var total = 0.0
    for (cell, level) in truth.enumerated() {
      var shares: [Int: Double] = [level: 0]
      for draw in draws { shares[draw[cell], default: 0] += 1 / Double(draws.count) }
      for (key, share) in shares {
        let miss = share - (key == level ? 1 : 0)
        total += miss * miss
      }
    }
    brier = total / Double(truth.count)
  }
}

/// Quantiles of numbers in order.
enum Quantiles {
  /// The quantile with linear interpolation between neighbours: definition 7 of Hyndman and Fan, "Sample quantiles in
  /// statistical packages", 1996, which NumPy takes too.
  static func linear(_ sorted: [Double], _ q: Double) -> Double {
    let place = q * Double(sorted.count - 1)
    let below = Int(place.rounded(.down)), above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}
