import Foundation

/// The noise of gaps, and what given cells make likely in the others, as a ``ResidualPrior`` has them.
struct GapPaths: Sendable {
  let prior: ResidualPrior
  /// A gap of as many steps as a window has. The factor of one that is shorter is a block of this one's.
  private let even: Path

  /// - Parameter length: steps of a window.
  init(_ prior: ResidualPrior, length: Int) {
    self.prior = prior
    even = Path(prior, times: (0..<length).map { Double($0) })
  }

  /// The cells of a gap, in the order of time, in typical steps.
  func path(_ times: [Double]) -> Path {
    let isEven = times.indices.allSatisfy { abs(times[$0] - times[0] - Double($0)) < 1e-3 }
    return isEven && times.count <= even.count ? even.prefix(times.count) : Path(prior, times: times)
  }

  /// The cells of a gap.
  struct Path: Sendable {
    let count: Int
    /// The lower factor of the correlations, by Cholesky's decomposition, in rows of so many numbers.
    private let factor: [Float], width: Int

    private init(count: Int, factor: [Float], width: Int) {
      (self.count, self.factor, self.width) = (count, factor, width)
    }

    fileprivate init(_ prior: ResidualPrior, times: [Double]) {
      let count = times.count
      var factor = [Float](repeating: 0, count: count * count)
      for row in 0..<count {
        for column in 0...row {
          var value = prior.correlation(over: times[row] - times[column])
          for inner in 0..<column { value -= Double(factor[row * count + inner] * factor[column * count + inner]) }
          factor[row * count + column] =
            Float(row == column ? max(value, 1e-6).squareRoot() : value / Double(factor[column * count + column]))
        }
      }
      self.init(count: count, factor: factor, width: count)
    }

    fileprivate func prefix(_ count: Int) -> Path { Path(count: count, factor: factor, width: width) }

    /// What the first cells, which are given, make likely in the others, `[count]`; the given ones in their places.
    func mean(given: [Float]) -> [Float] {
      guard !given.isEmpty else { return [Float](repeating: 0, count: count) }
      var innovations: [Float] = []
      for row in given.indices {
        var rest = given[row]
        for column in 0..<row { rest -= factor[row * width + column] * innovations[column] }
        innovations.append(rest / factor[row * width + row])
      }
      return given
        + (given.count..<count).map { row in
          innovations.indices.reduce(0) { $0 + factor[row * width + $1] * innovations[$1] }
        }
    }

    /// Noise with the correlation that is left in the other cells, `[count]`; 0 in the given ones.
    func noise(given: Int, _ independent: [Float]) -> [Float] {
      (0..<count).map { row in
        row < given ? 0 : (given...row).reduce(0) { $0 + factor[row * width + $1] * independent[$1] }
      }
    }
  }
}
