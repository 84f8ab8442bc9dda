import DiffusionCore
import Foundation
import NeuralNetworks

extension ResidualTask {
  /// Draws made for a held-out gap.
  private static let judgingDraws = 16

  /// A gap of held-out cells whose truth is known.
  private struct Gap {
    let entity: Int, channel: Int
    var steps: Range<Int>
    var logDeviations: [Float] = []
    /// What is left over above the estimate, in its deviations.
    var residuals: [Float] = []
    /// The same as drawn, `[draws][steps]`.
    var draws = [[Float]](repeating: [], count: judgingDraws)
  }

  /// About how many seconds it takes to make the draws that judge a window, by a few windows.
  func secondsOfAWindow(
    _ store: ParameterStore, evaluations: Int, threads: Int, precision: Precision
  ) throws -> Double {
    guard let view = judgingViews.first, !judgingPlan.windows.isEmpty else { return 0 }
    let filling = ResidualFilling(
      sampler: ResidualSampler(objective: objective, evaluations: evaluations), store: store, precision: precision,
      threads: threads, length: plan.length, view: view, channels: truth.channelCount, inputs: truth.inputCount,
      random: RandomStream(seed: 0))
    let few = judgingPlan.windows.prefix(2 * threads).map { ResidualFilling.Job(window: $0, draws: true, given: 0) }
    // The first one finds memory and threads not ready.
    _ = try filling.run(Array(few.prefix(1)), draws: Self.judgingDraws, shouldContinue: { _ in true })
    let clock = Stopwatch()
    _ = try filling.run(few, draws: Self.judgingDraws, shouldContinue: { _ in true })
    return clock.seconds / Double(few.count)
  }

  /// How many windows that judge cost as much time as all gaps of the frame.
  func windowsToFill(draws: Int) -> Double {
    let stretches = WindowPlan.stretches(truth, length: plan.length, typicalStep: objective.typicalStep)
    let drawing = ResidualFilling.jobs(stretches, length: plan.length, chains: objective.chains).filter(\.draws).count
    return Double(drawing * draws) / Double(Self.judgingDraws)
  }

  /// Draws residuals of held-out cells and compares them with the true ones.
  func calibration(
    _ store: ParameterStore, evaluations: Int, threads: Int, precision: Precision, random: RandomStream,
    shouldContinue: @escaping @Sendable (Double) -> Bool
  ) throws -> (drift: ResidualDrift, calibration: ResidualCalibration) {
    var gaps: [Gap] = []
    for (number, view) in judgingViews.enumerated() {
      let filling = ResidualFilling(
        sampler: ResidualSampler(objective: objective, evaluations: evaluations), store: store, precision: precision,
        threads: threads, length: plan.length, view: view, channels: truth.channelCount, inputs: truth.inputCount,
        random: random.child(UInt64(number)))
      let results = try filling.run(
        judgingPlan.windows.map { .init(window: $0, draws: true, given: 0) }, draws: Self.judgingDraws,
        shouldContinue: shouldContinue)
      for window in judgingPlan.windows { gaps += self.gaps(window, results[Int(window.entity)]) }
    }
    let drift = drift(gaps)
    for place in gaps.indices {
      let own = random.child(UInt64(judgingViews.count + place))
      let times = gaps[place].steps.map { truth.entities[gaps[place].entity].times[$0] }
      drift.mix(into: &gaps[place].draws, times: times, typicalStep: objective.typicalStep) { pair, number in
        own.normal(of: 2 * pair * times.count + number)
      }
    }
    return (
      drift,
      ResidualCalibration(
        gaps.flatMap { gap in
          gap.residuals.indices.map { step in
            (gap.logDeviations[step], gap.residuals[step], gap.draws.map { $0[step] })
          }
        })
    )
  }

  /// The gaps of a window, each of one channel.
  private func gaps(_ window: WindowPlan.Window, _ result: ResidualFilling.EntityResult) -> [Gap] {
    let channels = truth.channelCount, entity = Int(window.entity), values = truth.entities[entity].values
    var gaps: [Gap] = []
    for channel in 0..<channels {
      var gap: Gap?
      for step in Int(window.start)..<Int(window.start + window.steps) {
        let cell = step * channels + channel
        guard result.weight[cell] > 0, !values[cell].isNaN else {
          gap.map { gaps.append($0) }
          gap = nil
          continue
        }
        var open = gap ?? Gap(entity: entity, channel: channel, steps: step..<step)
        let logDeviation = result.logDeviation[cell] / result.weight[cell]
        open.steps = open.steps.lowerBound..<step + 1
        open.logDeviations.append(logDeviation)
        open.residuals.append((values[cell] - result.median[cell] / result.weight[cell]) / exp(logDeviation))
        for draw in result.draws.indices { open.draws[draw].append(result.draws[draw][Int(result.place[cell])]) }
        gap = open
      }
      gap.map { gaps.append($0) }
    }
    return gaps
  }

  private func drift(_ gaps: [Gap]) -> ResidualDrift {
    var truths = ErrorDrift.Moments(), draws = truths
    let cells = Set(gaps.flatMap { gap in gap.steps.map { [gap.entity, $0, gap.channel] } })
    // Without held-out cells nothing is repeated either.
    truths.repeats = max(Double(gaps.reduce(0) { $0 + $1.steps.count }) / Double(max(cells.count, 1)), 1)
    for gap in gaps {
      truths.add(gap.residuals)
      for draw in gap.draws { draws.add(draw) }
    }
    let deviation = truths.variance.squareRoot()
    let scores = gaps.flatMap { gap in
      zip(gap.steps, gap.residuals).map { step, residual in
        (entity: gap.entity, step: step, channel: gap.channel, score: Double(residual) / max(deviation, 1e-3))
      }
    }
    return ResidualDrift(
      ErrorDrift(truths, roughens: true) { place, _ in draws.correlation(place) },
      deviation: Float(draws.variance.squareRoot()),
      loadings: CommonFactor.loadings(scores, channels: truth.channelCount).map { Float($0) })
  }
}
