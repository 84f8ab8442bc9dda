@testable import DiffusionCore
@testable import TabularDDPM
import Testing

@Suite("Verdict on a training")
struct TrainingJudgementTests {
  private typealias Loss = TrainingJudgement.Loss

  /// Losses whose groups lie `spread` to either side of the mean.
  private func losses(heldOut: Double, own: Double, spread: Double = 0) -> TrainingJudgement.Losses {
    func loss(_ mean: Double) -> Loss {
      Loss(mean: mean, groups: (0..<8).map { mean + ($0 % 2 == 0 ? spread : -spread) })
    }
    var losses = TrainingJudgement.Losses(heldOut: [0], own: [0]) { _ in 0 }
    (losses.heldOut, losses.own) = (loss(heldOut), loss(own))
    return losses
  }

  private func summary(_ curve: [(Int, Double)], best: Int? = nil) -> TrainingSummary {
    var summary = TrainingSummary()
    summary.curve = curve.map { .init(step: $0.0, training: $0.1, heldOut: $0.1) }
    summary.steps = curve.last?.0 ?? 0
    summary.bestStep = best ?? summary.steps
    return summary
  }

  @Test("a run that ends while the loss falls is underfitted, however short it is")
  func underfitted() {
    let before = losses(heldOut: 19.1, own: 19.2)
    for curve in [[(30, 18.4)], [(56, 17.4), (112, 16.6), (168, 16.4), (200, 16.3)]] {
      let end = curve.last!.1
      let judgement = TrainingJudgement(
        summary(curve), before: before, after: losses(heldOut: end, own: end), least: 1)
      #expect(judgement.verdict == .underfitted)
      #expect(judgement.lateSince == (curve.count == 1 ? 0 : 56))
    }
    let flat = [(100, 17.0), (200, 16.3), (300, 16.2), (400, 16.15)]
    let judgement = TrainingJudgement(
      summary(flat), before: before, after: losses(heldOut: 16.15, own: 16.0), least: 1)
    #expect(judgement.verdict == .right)
    #expect(abs(judgement.learned - 2.95) < 1e-9 && abs(judgement.late - 0.15) < 1e-9)
  }

  @Test("a run that ended while the learning rate rose is underfitted, even where nothing was learned")
  func tooShort() {
    let before = losses(heldOut: 19.1, own: 19.2), after = losses(heldOut: 19.12, own: 19.2)
    let run = summary([(13, 19.12)])
    #expect(TrainingJudgement(run, before: before, after: after, least: 1).verdict == .right)
    let judgement = TrainingJudgement(run, before: before, after: after, least: 1, warmUp: 200)
    #expect(judgement.verdict == .underfitted)
    #expect(judgement.shortcoming { "\($0)" }.contains("ended at step 13"))
    let long = summary([(200, 19.12)])
    #expect(TrainingJudgement(long, before: before, after: after, least: 1, warmUp: 200).verdict == .right)
  }

  @Test("what was learned of the own rows and of no others is memorising; harder held-out rows are not")
  func memorising() {
    let run = summary([(100, 9.5), (200, 9.4)], best: 100)
    let before = losses(heldOut: 10, own: 10)
    #expect(
      TrainingJudgement(run, before: before, after: losses(heldOut: 9.4, own: 6), least: 1).verdict == .memorising)
    #expect(TrainingJudgement(run, before: before, after: losses(heldOut: 9.4, own: 9), least: 1).verdict == .right)
    let harder = losses(heldOut: 12, own: 8.6)
    #expect(TrainingJudgement(run, before: harder, after: losses(heldOut: 9.4, own: 6), least: 1).verdict == .right)
  }

  @Test("a difference that may be chance is no memorising")
  func chance() {
    let run = summary([(100, 9.5), (200, 9.4)], best: 100)
    let before = losses(heldOut: 10, own: 10)
    let noisy = losses(heldOut: 9.4, own: 6, spread: 4)
    let judgement = TrainingJudgement(run, before: before, after: noisy, least: 1)
    #expect(judgement.verdict == .right)
    // Groups differ by ±4: a variance of 16 · 8/7, of which each of the two means has an eighth.
    #expect(abs(judgement.error - (2 * 16.0 / 7).squareRoot()) < 1e-9)
  }

  @Test("groups of rows tell the error of their mean")
  func groups() {
    let values: [Double] = (0..<64).map { Double($0 % 8) }
    let losses = TrainingJudgement.Losses(heldOut: Array(0..<64), own: [1, 2, 3]) { rows in
      rows.reduce(0) { $0 + values[Int($1)] } / Double(rows.count)
    }
    #expect(losses.heldOut.mean == 3.5 && losses.heldOut.groups == Array(repeating: 3.5, count: 8))
    #expect(losses.own.mean == 2 && losses.own.groups == [1, 2, 3])
  }
}
