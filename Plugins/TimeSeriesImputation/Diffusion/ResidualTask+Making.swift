import DiffusionCore
import Foundation
import NeuralNetworks

extension ResidualTask {
  /// The share of steps that judge, and the most windows of them.
  private static let heldOutShare = 0.08, mostHeldOut = 200
  /// So many windows judge at least, where they are less than a fifth.
  private static let wantedHeldOut = 8
  /// The share of cells that are hidden in them, and how many a good calibration wants: of few, several draws.
  private static let judgedShare = 0.1, wantedCells = 6000.0
  static let mostJudgingViews = 40

  /// A network at its start and the task of training it.
  static func make(
    _ frame: SeriesFrame, coding: SeriesCoding, mean: RidgeModel, pattern: GapPattern,
    plan: SeriesDiffusionOptions.Plan, threads: Int, random: RandomStream, shouldContinue: @Sendable () -> Bool
  ) throws -> (store: ParameterStore, task: ResidualTask) {
    let length = plan.shape.length, channels = frame.channelCount
    let stretches = WindowPlan.stretches(frame, length: length, typicalStep: coding.typicalStep)
    // Whole windows judge: their neighbours know little of them.
    var blocks = WindowPlan.blocks(length: length, stretches: stretches).filter { $0.steps > 1 }
    var order = random.child(2)
    let count =
      blocks.count < 12
      ? 0 : min(mostHeldOut, max(Int(heldOutShare * Double(blocks.count)), min(wantedHeldOut, blocks.count / 5)))
    blocks = order.permutation(blocks.count).prefix(count).sorted().map { blocks[$0] }
    var heldOut = frame.entities.map { [Bool](repeating: false, count: $0.steps) }
    for block in blocks {
      for step in Int(block.start)..<Int(block.start + block.steps) { heldOut[Int(block.entity)][step] = true }
    }

    func fill(_ frame: SeriesFrame) throws -> [[Float]] {
      guard shouldContinue() else { throw CancellationError() }
      return try mean.fill(frame, threads: threads, shouldContinue: { _ in shouldContinue() })
    }
    let cells = frame.stepCount * channels
    let hiding = TrainingViews(pattern: pattern, hasGaps: pattern.missingCount * 100 >= cells)
    let views = try TrainingViews.make(
      frame, count: plan.masks, threads: threads, random: random.child(3), draw: { hiding.hidden(in: $0, random: &$1) },
      fill: fill)
    let observed = Double(cells - pattern.missingCount) / Double(max(frame.stepCount, 1))
    let judged = judgedShare * observed * Double(blocks.reduce(0) { $0 + Int($1.steps) })
    // Of large frames, of which little may be observed, no more than memory holds.
    let most = max(4, 40_000_000 / max(cells, 1))
    let judging = try TrainingViews.make(
      frame,
      count: judged > 0 ? plan.judging ?? min(mostJudgingViews, most, max(1, Int(wantedCells / judged))) : 1,
      threads: threads, random: random.child(5),
      draw: { pattern.draw(share: judgedShare, in: $0, random: &$1) }, fill: fill)

    let (spread, scored) = spread(frame, views: views, heldOut: heldOut)
    let prior = prior(
      frame, views: views, heldOut: heldOut, spread: spread, longestStep: 2 * coding.typicalStep,
      repeats: scored * Double(views.count) / max(Double(cells - pattern.missingCount), 1))
    var parameters = ParameterLayout()
    let network = ResidualNetwork(plan.shape, in: &parameters)
    // Of very long series a part of the starts is as good.
    let stride = max(1, frame.stepCount / 500_000)
    let task = ResidualTask(
      objective: ResidualObjective(
        network: network, spread: spread, typicalStep: coding.typicalStep,
        chains: stretches.contains { $0.contains { $0.count > length } },
        paths: GapPaths(prior, length: length)), truth: frame,
      views: views, judgingViews: judging, heldOut: heldOut,
      plan: WindowPlan(length: length, stride: stride, stretches: stretches),
      judgingPlan: WindowPlan(length: length, windows: blocks),
      expected: Float(max(scored / Double(max(frame.stepCount, 1)) * Double(length), 1)))
    return (ParameterStore(layout: parameters, values: parameters.initialValues(random.child(6))), task)
  }

  /// The deviation of each channel from the cheap mean in hidden cells, and the number of these in an average draw.
  private static func spread(
    _ frame: SeriesFrame, views: [MaskedView], heldOut: [[Bool]]
  ) -> (spread: [Float], scored: Double) {
    let channels = frame.channelCount
    var squares = [Double](repeating: 0, count: channels), counts = squares
    for view in views {
      for (entity, masked) in view.entities.enumerated() {
        let truth = frame.entities[entity].values
        for (cell, value) in masked.series.values.enumerated()
        where value.isNaN && !truth[cell].isNaN && !heldOut[entity][cell / channels] {
          let error = Double(truth[cell] - masked.base[cell])
          squares[cell % channels] += error * error
          counts[cell % channels] += 1
        }
      }
    }
    let all = (squares.reduce(0, +) / max(counts.reduce(0, +), 1)).squareRoot()
    let spread = (0..<channels).map { channel in
      // Few cells are taken for like the others.
      Float(max(((squares[channel] + 5 * all * all) / (counts[channel] + 5)).squareRoot(), 1e-3))
    }
    return (spread, counts.reduce(0, +) / Double(max(views.count, 1)))
  }

  /// How what the cheap mean leaves over in hidden cells goes together along gaps.
  private static func prior(
    _ frame: SeriesFrame, views: [MaskedView], heldOut: [[Bool]], spread: [Float], longestStep: Double, repeats: Double
  ) -> ResidualPrior {
    let channels = frame.channelCount
    var moments = ErrorDrift.Moments()
    moments.repeats = max(repeats, 1)
    for view in views {
      for (entity, masked) in view.entities.enumerated() {
        let truth = frame.entities[entity].values, times = masked.series.times
        for channel in 0..<channels {
          var errors: [Float] = []
          func end() {
            if !errors.isEmpty { moments.add(errors) }
            errors = []
          }
          for step in heldOut[entity].indices {
            let cell = step * channels + channel
            if step > 0, times[step] - times[step - 1] > longestStep { end() }
            if masked.series.values[cell].isNaN, !truth[cell].isNaN, !heldOut[entity][step] {
              errors.append((truth[cell] - masked.base[cell]) / spread[channel])
            } else {
              end()
            }
          }
          end()
        }
      }
    }
    return ResidualPrior(moments)
  }

  /// A pass that judges.
  func pass(_ store: ParameterStore, _ settings: TrainingSettings) -> ShardedPass {
    ShardedPass(
      store: store, rows: 4096, rowsPerShard: settings.rowsPerShard, precision: settings.precision,
      threads: settings.threads, recordsGradients: false)
  }

  /// How training went, in words.
  func report(
    _ store: ParameterStore, method: String, summary: TrainingSummary, before: Losses, after: Losses,
    choices: [Choice]
  ) -> FitReport {
    var report = FitReport(
      method: method, trainingRows: plan.windows.count, heldOutRows: judgingPlan.windows.count,
      parameters: store.values.count, training: summary, trainingLoss: summary.curve.last?.training,
      heldOutLoss: after.count > 0 ? after.total : nil, verdict: .unknown,
      explanation: "There were too few windows to hold any out, so nothing can be said about memorising.",
      choices: choices)
    guard after.count > 0 else { return report }
    func text(_ value: Double) -> String { String(format: "%.3f", value) }
    let figures =
      "the mean absolute error of held-out cells is \(text(after.error)) deviations, \(text(before.error)) before the first step"
    let curve = summary.curve.compactMap(\.heldOut)
    let late = curve.count > 1 ? curve[(curve.count - 1) / 2] - curve[curve.count - 1] : 0
    if !summary.stoppedEarly, summary.bestStep == summary.steps, late > 0.1 * max(before.total - after.total, 0) {
      report.verdict = .underfitted
      report.explanation = "Underfitted: \(figures), and it was still falling. Give it a larger --budget."
    } else {
      report.verdict = .right
      report.explanation = "Right: \(figures), and it had stopped falling."
    }
    return report
  }
}
