import Testing

@testable import Evaluation

/// Scores of filled cells against references of NumPy 2.4.6 and properscoring 0.1 (Python 3.11), made by:
///
///     t, p = np.array([1., -2, .5, 3, 10]), np.array([1.5, -2, 1, 2, 8])
///     d = np.array([[1., -3, 0, 2.5, 7], [2, -2.5, .25, 3.5, 9], [1.25, -1, 1.5, 2, 8.5], [.5, -2, .75, 4, 12]])
///     ps.crps_ensemble(t, d.T).mean()
///     q = np.arange(1, 20) / 20; F = np.quantile(d, q, axis=0)
///     (2 * abs((F - t) * ((t <= F) * 1. - q[:, None])).sum(1)).mean() / abs(t).sum()
///     lo, hi = np.array([.5, -3, .6, 1, 9]), np.array([2, -1, 1.5, 2.5, 9.5])
///     ((hi - lo) + 20 * np.maximum(lo - t, 0) + 20 * np.maximum(t - hi, 0)).mean()
@Suite struct ImputationScoresTests {
  let truth = [1, -2, 0.5, 3, 10.0], point = [1.5, -2, 1, 2, 8]
  let draws = [[1, -3, 0, 2.5, 7], [2, -2.5, 0.25, 3.5, 9], [1.25, -1, 1.5, 2, 8.5], [0.5, -2, 0.75, 4, 12.0]]

  @Test func `Numbers are scored as the references say`() throws {
    let scores = NumberScores(
      truth: truth, point: point, draws: draws,
      interval: ([0.5, -3, 0.6, 1, 9], [2, -1, 1.5, 2.5, 9.5], 0.9))
    #expect(abs(scores.mae - 0.8) < 1e-12)
    #expect(abs(scores.rmse - 1.0488088481701516) < 1e-12)
    #expect(abs(try #require(scores.mre) - 0.24242424242424243) < 1e-12)
    let drawn = try #require(scores.draws)
    #expect(abs(drawn.crps - 0.353125) < 1e-12)
    #expect(abs(try #require(drawn.normalizedQuantileLoss) - 0.08738038277511961) < 1e-12)
    let interval = try #require(scores.interval)
    #expect(abs(interval.coverage - 0.4) < 1e-12)
    #expect(abs(interval.width - 1.28) < 1e-12)
    #expect(abs(interval.winkler - 5.68) < 1e-9)
  }

  @Test func `For a single draw the quantile loss is the mean relative error, and CRPS the mean absolute error`() throws
  {
    let scores = NumberScores(truth: truth, point: draws[0], draws: [draws[0]])
    #expect(abs(try #require(scores.draws?.normalizedQuantileLoss) - (try #require(scores.mre))) < 1e-12)
    #expect(abs(try #require(scores.draws).crps - scores.mae) < 1e-12)
  }

  @Test func `Truths of zero leave no relative error`() {
    let scores = NumberScores(truth: [0, 0], point: [1, 2], draws: [[1, 2]])
    #expect(scores.mre == nil && scores.draws?.normalizedQuantileLoss == nil)
    #expect(scores.mae == 1.5)
  }

  @Test(arguments: [0.5, 0.8, 0.95]) func `The Winkler score is least for the true quantiles`(level: Double) {
    // 2,000 truths spread evenly over 0 … 1: intervals of the middle are best, narrower and wider ones are worse.
    let truth = (0..<2000).map { (Double($0) + 0.5) / 2000 }
    func winkler(_ half: Double) -> Double {
      IntervalScores(
        truth: truth, lower: truth.map { _ in 0.5 - half }, upper: truth.map { _ in 0.5 + half }, level: level
      ).winkler
    }
    #expect(winkler(level / 2) < winkler(level / 2 - 0.05))
    #expect(winkler(level / 2) < winkler(min(0.5, level / 2 + 0.05)) + 1e-12)
  }

  @Test func `Categories are scored by their level and by the shares of the draws`() throws {
    let scores = CategoryScores(truth: [0, 1, 2, 1], point: [0, 1, 1, 0], draws: [[0, 1, 2, 0], [0, 0, 1, 0]])
    #expect(scores.accuracy == 0.5)
    // Cell by cell: 0, .5, .5, 2 (all draws say 0, the truth is 1).
    #expect(abs(try #require(scores.brier) - 0.75) < 1e-12)
  }
}
