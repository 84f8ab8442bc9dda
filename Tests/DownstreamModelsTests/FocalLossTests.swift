import Foundation
import Tensors
import Testing

@testable import DownstreamModels

@Suite struct FocalLossTests {
  @Test(arguments: [0, 0.5, 1, 2, 5]) func `Derivatives are those of the loss`(gamma: Double) {
    let loss = FocalLoss(gamma: gamma)
    for score in stride(from: -6.0, through: 6, by: 0.75) {
      for isSecond in [false, true] {
        let step = 1e-5
        let up = loss.binary(score + step, isSecond: isSecond).loss
        let down = loss.binary(score - step, isSecond: isSecond).loss
        let here = loss.binary(score, isSecond: isSecond)
        #expect(abs((up - down) / (2 * step) - here.gradient) < 1e-8)
        #expect(here.curvature >= 0)
        // Two classes are a case of several, with the scores 0 and the log-odds.
        var scores = [0, score]
        let label = isSecond ? 1 : 0
        let several = scores.withUnsafeMutableBufferPointer { loss.several($0, label: label) }
        #expect(abs(several.loss - here.loss) < 1e-12)
        #expect(abs(several.factor * (scores[1] - Double(label)) - here.gradient) < 1e-12)
      }
    }
    for score in [-800.0, 800] {
      let far = loss.binary(score, isSecond: true)
      #expect(far.loss.isFinite && far.gradient.isFinite && far.curvature.isFinite)
    }
  }

  /// What a row costs on average where class k has the share s[k], minimised over p on a fine grid.
  @Test func `The classes' shares are found again behind what minimises the loss`() {
    let loss = FocalLoss(gamma: 2)
    for share in [0.02, 0.2, 0.5, 0.9] {
      let least = (1..<100_000).map { Double($0) / 100_000 }.min {
        share * loss.value($0, 1 - $0) + (1 - share) * loss.value(1 - $0, $0)
          < share * loss.value($1, 1 - $1) + (1 - share) * loss.value(1 - $1, $1)
      }!
      #expect(share == 0.5 || abs(least - share) > 0.02, "the minimum lies nearer to one half")
      // The grid's step, many times over as the loss is flat where p is small.
      #expect(abs(loss.posterior([1 - least, least], classes: 2)[1] - share) < 2e-4)
    }
    #expect(loss.posterior([0, 1, 0.5, 0.5], classes: 2) == [0, 1, 0.5, 0.5])
    let three = loss.posterior([0.2, 0.3, 0.5], classes: 3)
    #expect(abs(three.reduce(0, +) - 1) < 1e-12 && three[2] > 0.5 && three[0] < 0.2)
    #expect(FocalLoss(gamma: 0).posterior([0.2, 0.8], classes: 2) == [0.2, 0.8])
  }

  @Test func `Boosting with gamma 0 is boosting, and with 2 it looks away from easy rows`() throws {
    let sample = Sample(rows: 400, seed: 5)
    let weights = (0..<400).map { 0.5 + Double($0 % 3) }
    for outcome in [sample.binary, sample.classes] {
      let plain = GradientBoosting(trees: 20, depth: 3)
      func predictions(_ model: GradientBoosting) throws -> [Double] {
        try model.fit(sample.features, outcome, weights: weights, seed: 1).predict(sample.features)
      }
      let expected = try predictions(plain)
      let zero = try predictions(try #require(plain.focused(by: FocalLoss(gamma: 0))))
      // Derivatives in single precision: splits of nearly equal gain may differ.
      #expect(zip(expected, zero).allSatisfy { abs($0 - $1) < 1e-3 })
      let focal = try predictions(try #require(plain.focused(by: FocalLoss(gamma: 2))))
      func meanLargest(_ p: [Double]) -> Double {
        let count = p.count / 400
        return (0..<400).reduce(0) { $0 + p[$1 * count..<($1 + 1) * count].max()! } / 400
      }
      #expect(meanLargest(focal) < meanLargest(expected) - 0.02)
    }
    #expect(RandomForest().focused(by: FocalLoss()) == nil)
  }
}
