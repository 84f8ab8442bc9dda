import Foundation

/// How the guesses of several models for the cells of one column are put together, and how far they are off: chosen on
/// cells that were hidden from all of them.
enum CellBlend: Sendable, Codable, Equatable {
  /// Weights of the candidates for the median and for the mean, adding up to 1, and the misses: see ``NumberBlend``.
  case numbers(NumberBlend)
  /// Weights of the candidates' shares, adding up to 1.
  case classes(weights: [Double])

  /// All weights of so many candidates in steps of a tenth, adding up to 1.
  static func grid(_ candidates: Int) -> [[Double]] {
    func weights(_ count: Int, _ left: Int) -> [[Int]] {
      if count == 1 { return [[left]] }
      return (0...left).flatMap { first in weights(count - 1, left - first).map { [first] + $0 } }
    }
    return weights(candidates, 10).map { $0.map { Double($0) / 10 } }
  }
}

/// The blend of a number.
///
/// The network's quantiles are moved so that their median is the blend's. Where a truth falls among the moved ones, from
/// their median (0) to an end (1), is its *miss*; the empirical quantiles of the misses turn a nominal level into one that
/// holds. Source: V. Chernozhukov, K. Wüthrich, Y. Zhu, "Distributional conformal prediction", PNAS 118, 2021.
struct NumberBlend: Sendable, Codable, Equatable {
  /// Weights of the candidates for the median, least absolute error, and for the mean, least squared error.
  var medianWeights: [Double], meanWeights: [Double]
  /// What the distance from the median is multiplied with, so that misses of nine in ten fall within nine tenths.
  var spread: Double
  /// The misses in order, thinned to at most so many.
  var misses: [Float]

  static let mostMisses = 400

  /// The level, from the median (0) to an end (1), within which the share of truths lies.
  ///
  /// Split conformal: the ⌈(n + 1) share⌉-th of n misses.
  func level(holding share: Double) -> Double {
    guard !misses.isEmpty else { return share }
    let count = Double(misses.count)
    let place = (share * (count + 1)).rounded(.up) - 1
    return place >= count ? 1 : Double(misses[max(Int(place), 0)])
  }
}

extension NumberBlend {
  /// Chooses on hidden cells.
  ///
  /// - Parameters:
  ///   - truths: `[cells]`.
  ///   - medians: by candidate `[cells]`, the network's first.
  ///   - means: by candidate `[cells]`.
  ///   - quantiles: the network's, `[cells, CellMarginals.quantileCount]`.
  init(truths: [Double], medians: [[Double]], means: [[Double]], quantiles: [Double]) {
    func best(_ candidates: [[Double]], _ loss: (Double) -> Double) -> [Double] {
      var best = (weights: [1.0] + Array(repeating: 0, count: candidates.count - 1), loss: Double.infinity)
      for weights in CellBlend.grid(candidates.count) {
        var sum = 0.0
        for cell in truths.indices {
          var guess = 0.0
          for (candidate, weight) in weights.enumerated() where weight > 0 {
            guess += weight * candidates[candidate][cell]
          }
          sum += loss(guess - truths[cell])
        }
        if sum < best.loss { best = (weights, sum) }
      }
      return best.weights
    }
    medianWeights = best(medians) { abs($0) }
    meanWeights = best(means) { $0 * $0 }
    spread = 1
    misses = []
    let centres = truths.indices.map { cell in
      zip(medianWeights, medians).reduce(0) { $0 + $1.0 * $1.1[cell] }
    }
    func found(_ spread: Double) -> [Float] {
      truths.indices.map { cell in
        let own = CellMarginals.row(cell, of: quantiles)
        let middle = CellMarginals.quantile(0.5, own)
        let level = CellMarginals.level(of: middle + (truths[cell] - centres[cell]) / spread, own)
        return Float(abs(2 * level - 1))
      }.sorted()
    }
    guard truths.count >= 20 else { return }
    // Quantiles that are too close together would leave truths outside of all of them, where levels cannot tell how far.
    var low = 0.25, high = 4.0
    for _ in 0..<12 {
      let middle = (low * high).squareRoot(), sorted = found(middle)
      if sorted[Int(0.9 * Double(sorted.count))] > 0.9 { low = middle } else { high = middle }
    }
    spread = (low * high).squareRoot()
    let all = found(spread), count = min(all.count, Self.mostMisses)
    self.misses = (0..<count).map { all[min((2 * $0 + 1) * all.count / (2 * count), all.count - 1)] }
  }
}

extension CellBlend {
  /// Chooses the weights of several shares on hidden cells by the log-loss.
  ///
  /// - Parameters:
  ///   - truths: levels, `[cells]`.
  ///   - candidates: by candidate `[cells, count]`.
  static func classes(truths: [Int], candidates: [[Float]], count: Int) -> CellBlend {
    var best = (weights: [1.0] + Array(repeating: 0, count: candidates.count - 1), loss: Double.infinity)
    for weights in grid(candidates.count) {
      var loss = 0.0
      for (cell, truth) in truths.enumerated() {
        var share = 0.0
        for (candidate, weight) in weights.enumerated() where weight > 0 {
          share += weight * Double(candidates[candidate][cell * count + truth])
        }
        loss -= log(max(share, 1e-3))
      }
      if loss < best.loss { best = (weights, loss) }
    }
    return .classes(weights: best.weights)
  }
}
