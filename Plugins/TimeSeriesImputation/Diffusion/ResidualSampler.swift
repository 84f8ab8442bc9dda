import DiffusionCore
import Foundation
import NeuralNetworks

/// Estimates and drawn residuals for the unknown cells of windows.
struct ResidualSampler: Sendable {
  let objective: ResidualObjective
  /// Evaluations of the denoiser for a draw.
  let evaluations: Int

  /// The largest noise, in units of the residual, which has unit variance: what is left of it there is below a tenth.
  private static let schedule = KarrasSchedule(minimumSigma: 0.02, maximumSigma: 12)

  /// What is said of the cells of one window, in the order of ``WindowInput/row(step:channel:channels:patch:)``.
  struct Estimate: Sendable {
    /// The median, standardised, and √2 b in the same unit.
    var median: [Float], deviation: [Float]
    /// What the denoiser takes, `[tokens · channels, denoiserWidth]`.
    var condition: Tensor
  }

  /// Reads windows with the conditioner.
  func estimates(_ input: WindowInput, on tape: Tape) -> [Estimate] {
    tape.reset()
    let reading = objective.network.read(input, on: tape)
    let size = input.size, tokens = size / input.patch, width = reading.condition.columns
    let head = reading.estimate.values, condition = reading.condition.values
    return (0..<input.windows).map { window in
      var made = Estimate(
        median: [], deviation: [],
        condition: Tensor(
          Array(condition[window * tokens * width..<(window + 1) * tokens * width]), shape: [tokens, width]))
      for row in window * size..<(window + 1) * size {
        let (shift, deviation) = ResidualObjective.estimate(head.baseAddress! + 2 * row)
        let spread = objective.spread[input.channel(row)]
        made.median.append(input.base[row] + shift * spread)
        made.deviation.append(deviation * spread)
      }
      return made
    }
  }

  /// Draws residuals of a window, `[draws, cells]`: 0 in known cells, and what is given where it is.
  ///
  /// Draws come in pairs that start from opposite noise, so that their median and mean hardly vary (antithetic variates;
  /// Hammersley & Morton, 1956).
  ///
  /// - Parameters:
  ///   - gaps: the unknown cells.
  ///   - given: what was drawn before in the first steps of gaps, `[draws, cells]`, NaN elsewhere; nil for nothing.
  ///   - noise: a standard normal number for a pair and a cell.
  func residuals(
    _ condition: Tensor, gaps: [WindowInput.Gap], draws: Int, given: Tensor? = nil,
    noise: (_ pair: Int, _ cell: Int) -> Float, on tape: Tape
  ) throws -> Tensor {
    let size = condition.shape[0] * objective.network.shape.patch, width = condition.shape[1]
    let scales = ResidualObjective.preconditioning
    let path = Self.schedule.path(evaluations: evaluations)
    let start = start(
      gaps, size: size, draws: draws, given: given, scale: Float(hypot(path[0].noise, 1)), noise: noise)
    let cells = start.cells
    // The same for all draws: laid out once.
    let conditions = Tensor(
      Array(repeatElement(condition.values, count: draws).joined()), shape: [draws * condition.shape[0], width])
    // Deterministic, so that no noise is drawn on the way.
    var none = RandomStream(seed: 0)
    let made = try DPMSolverSampler().sample(from: start.noisy, along: path, random: &none) { noisy, level in
      tape.reset()
      let sigma = level.sigma
      let factor = Float(scales.input(sigma: sigma)), skip = Float(scales.skip(sigma: sigma))
      let out = Float(scales.output(sigma: sigma))
      let input = tape.constant(rows: draws * size, columns: DenoiserCell.width) { memory in
        for row in cells.indices {
          var cell = cells[row]
          if case .noisy = cell { cell = .noisy(factor * noisy.values[row]) }
          cell.write(to: memory, row: row)
        }
      }
      let answer = objective.network.answer(
        tape.constant(conditions), noisy: input,
        levels: [Float](repeating: Float(scales.condition(sigma: sigma)), count: draws))
      var clean = noisy
      let answers = answer.values, most = ResidualObjective.mostResidual
      for row in cells.indices {
        guard case .noisy = cells[row] else { continue }
        let mean = start.mean.values[row]
        clean.values[row] = min(max(skip * noisy.values[row] + out * answers[row], -most - mean), most - mean)
      }
      return clean
    }
    return Tensor(zip(start.mean.values, made.values).map { $0 + $1 }, shape: [draws, size])
  }

  /// What the denoiser is told of each cell, its noise, and what is likely before that, by draw.
  private func start(
    _ gaps: [WindowInput.Gap], size: Int, draws: Int, given: Tensor?, scale: Float,
    noise: (_ pair: Int, _ cell: Int) -> Float
  ) -> (cells: [DenoiserCell], noisy: Tensor, mean: Tensor) {
    var cells = [DenoiserCell](repeating: .silent, count: draws * size)
    var noisy = Tensor(shape: [draws, size]), mean = noisy
    for gap in gaps {
      let path = objective.paths.path(gap.times)
      let known = gap.rows.prefix { row in given.map { !$0[0, row].isNaN } ?? false }
      for pair in 0..<(draws + 1) / 2 {
        let values = path.noise(given: known.count, gap.rows.map { noise(pair, $0) })
        for draw in 2 * pair..<min(2 * pair + 2, draws) {
          let likely = path.mean(given: known.compactMap { given?[draw, $0] })
          for (place, row) in gap.rows.enumerated() {
            mean[draw, row] = likely[place]
            if place < known.count {
              cells[draw * size + row] = .given(likely[place])
            } else {
              cells[draw * size + row] = .noisy(0)
              noisy[draw, row] = (draw % 2 == 0 ? scale : -scale) * values[place]
            }
          }
        }
      }
    }
    return (cells, noisy, mean)
  }
}
