import DownstreamModels
import Tensors
import Testing

@Suite struct MetricsTests {
  private let fixtures: ModelFixtures

  init() throws { fixtures = try ModelFixtures.read() }

  private func close(_ a: Double?, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
    a.map { abs($0 - b) <= tolerance } ?? false
  }

  @Test func twoClassesAsScikitLearnScoresThem() throws {
    let f = fixtures.binary
    let predictions = ClassPredictions(
      f.probabilities.flatMap { [1 - $0, $0] }, observed: f.observed, classes: 2)
    #expect(close(predictions.rocAUC, f.rocAuc))
    #expect(close(predictions.averagePrecision, f.averagePrecision))
    #expect(close(predictions.f1AtHalf, f.f1))
    #expect(close(predictions.balancedAccuracy, f.balancedAccuracy))
    #expect(close(predictions.brier, f.brier))
    #expect(close(predictions.logLoss, f.logLoss))
    #expect(close(predictions.f1(thresholds: predictions.bestF1Thresholds), f.bestF1))
    let curve = Metrics.calibration(f.probabilities, positive: f.observed.map { $0 == 1 })
    #expect(curve.observed.count == f.calibrationObserved.count)
    #expect(zip(curve.observed, f.calibrationObserved).allSatisfy { close($0, $1) })
    #expect(zip(curve.predicted, f.calibrationPredicted).allSatisfy { close($0, $1) })
    #expect(curve.rows.reduce(0, +) == f.observed.count)
  }

  @Test func manyClassesAsScikitLearnScoresThem() {
    let f = fixtures.many
    let predictions = ClassPredictions(f.probabilities, observed: f.observed, classes: f.classes)
    #expect(close(predictions.rocAUC, f.rocAuc))
    #expect(close(predictions.averagePrecision, f.averagePrecision))
    #expect(close(predictions.f1AtHalf, f.f1))
    #expect(close(predictions.balancedAccuracy, f.balancedAccuracy))
    #expect(close(predictions.brier, f.brier))
    #expect(close(predictions.logLoss, f.logLoss))
  }

  @Test func numbersAndRanksAsTheReferencesScoreThem() {
    let f = fixtures.numbers
    #expect(close(Metrics.r2(f.predicted, observed: f.observed), f.r2))
    #expect(close(Metrics.rmse(f.predicted, observed: f.observed), f.rmse))
    #expect(close(Metrics.mae(f.predicted, observed: f.observed), f.mae))
    #expect(close(Metrics.kendall(f.a, f.b), f.kendall))
    #expect(close(Metrics.spearman(f.a, f.b), f.spearman))
  }

  @Test func whatDoesNotApplyIsNil() {
    #expect(Metrics.rocAUC([0.1, 0.2], positive: [true, true]) == nil)
    #expect(Metrics.averagePrecision([0.1], positive: [false]) == nil)
    #expect(Metrics.brier([], positive: []) == nil)
    #expect(Metrics.r2([1, 2], observed: [3, 3]) == nil)
    #expect(Metrics.kendall([1, 1], [1, 2]) == nil)
    #expect(Metrics.spearman([1, 2], [3, 3]) == nil)
    #expect(ClassPredictions([0.5, 0.5], observed: [1], classes: 2).balancedAccuracy == nil)
  }

  @Test(arguments: 0..<10) func rankingsTurnRound(_ seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed))
    let scores = (0..<50).map { _ in Double(random.integer(below: 20)) }
    let positive = (0..<50).map { _ in random.uniform() < 0.4 }
    let auc = try #require(Metrics.rocAUC(scores, positive: positive))
    #expect(close(Metrics.rocAUC(scores.map { -$0 }, positive: positive), 1 - auc))
    #expect(close(Metrics.rocAUC(scores.map { $0 * $0 * $0 }, positive: positive), auc))
    let threshold = try #require(Metrics.bestF1Threshold(scores, positive: positive))
    let best = try #require(Metrics.f1(scores, positive: positive, threshold: threshold))
    for other in 0..<20 {
      #expect(try #require(Metrics.f1(scores, positive: positive, threshold: Double(other))) <= best + 1e-12)
    }
  }
}
