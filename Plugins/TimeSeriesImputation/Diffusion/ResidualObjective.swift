import DiffusionCore
import Foundation
import NeuralNetworks

/// What the conditioner and the denoiser learn from cells that were hidden on purpose and truly observed.
///
/// The conditioner's median takes the absolute error, and its distance b the Laplace likelihood log 2b + |x − μ| / b, in
/// which the median stands still: an uncertain cell does not count less (Seitzer et al., "On the pitfalls of
/// heteroscedastic uncertainty estimation", ICLR 2022, section 3). The denoiser takes the loss of Karras et al., "EDM",
/// NeurIPS 2022, equation 8, on (x − μ) / (√2 b), which has unit variance, and less beside given cells, where the noise has
/// as much less.
struct ResidualObjective: Sendable {
  let network: ResidualNetwork
  /// The deviation of each channel from the base.
  let spread: [Float]
  let typicalStep: Double
  /// Whether series are longer than a window, so that draws go on from one to the next.
  let chains: Bool
  /// How residuals go together along gaps.
  let paths: GapPaths

  /// Residuals beyond so many deviations are taken for that.
  static let mostResidual: Float = 8
  /// The logarithm of the distance is held within this range.
  static let logRange: ClosedRange<Float> = -5...3
  /// The share of windows whose first steps are given in training.
  static let givenShare: Float = 0.5
  /// The noise levels of training: ln σ is normal with this mean and deviation.
  static let levelMean = -0.4, levelDeviation = 1.3

  static let preconditioning = Preconditioning(dataSigma: 1)

  /// The estimate of a cell, in units of the spread: median − base, and √2 b.
  static func estimate(_ head: UnsafePointer<Float>) -> (shift: Float, deviation: Float) {
    (head[0], Float(2).squareRoot() * exp(min(max(head[1], logRange.lowerBound), logRange.upperBound)))
  }

  /// Sums over scored cells.
  struct Sums: Sendable {
    /// The absolute error, in standard deviations of the channel.
    var error = 0.0
    /// The logarithm of the distance b, and the error over it.
    var log = 0.0, relative = 0.0
    /// The denoiser's loss, and the cells in it.
    var denoising = 0.0, denoised = 0.0
  }

  /// The mean of ``spread``, in which the absolute error is measured.
  var meanSpread: Float { spread.reduce(0, +) / Float(spread.count) }

  /// The sum over scored cells of weight times the losses, `[1, 1]`.
  ///
  /// - Parameters:
  ///   - truth: standardised values of all cells, `[rows]`; NaN where a cell is not scored.
  func loss(
    _ input: WindowInput, truth: [Float], weight: Float, random: RandomStream, on tape: Tape
  ) -> Variable {
    let reading = network.read(input, on: tape)
    let (loss, residuals) = estimateLoss(reading.estimate, input, truth: truth, weight: weight)
    return loss + denoiserLoss(reading, input, truth: truth, residuals: residuals, weight: weight, random)
  }

  /// The conditioner's loss, added up in `sums` where given, and what is left over in each scored cell in units of its deviation.
  func estimateLoss(
    _ estimate: Variable, _ input: WindowInput, truth: [Float], weight: Float,
    sums: UnsafeMutablePointer<Sums>? = nil
  ) -> (loss: Variable, residuals: [Float]) {
    let rows = truth.count
    let meanSpread = meanSpread
    var residuals = [Float](repeating: 0, count: rows)
    let loss = estimate.customLoss { values, slope in
      var total = 0.0
      for row in 0..<rows where !truth[row].isNaN {
        let scale = spread[input.channel(row)]
        let error = (truth[row] - input.base[row]) / scale - values[2 * row]
        let log = min(max(values[2 * row + 1], Self.logRange.lowerBound), Self.logRange.upperBound)
        let relative = abs(error) / exp(log)
        let share = scale / meanSpread
        total += Double(weight * (share * abs(error) + log + relative))
        sums?.pointee.error += Double(abs(error) * scale)
        sums?.pointee.log += Double(log)
        sums?.pointee.relative += Double(relative)
        residuals[row] = min(
          max(error / (Float(2).squareRoot() * exp(log)), -Self.mostResidual), Self.mostResidual)
        guard let slope else { continue }
        slope[2 * row] = weight * share * (error > 0 ? -1 : 1)
        // Beyond the range only a gradient that leads back inside counts.
        let gradient = 1 - relative, given = values[2 * row + 1]
        let leadsBack = given < log && gradient < 0 || given > log && gradient > 0
        slope[2 * row + 1] = given == log || leadsBack ? weight * gradient : 0
      }
      return total
    }
    return (loss, residuals)
  }

  /// The denoiser's loss on residuals, which count where the truth is known; the estimate stands still in it.
  ///
  /// Of some windows the residuals of the first steps are given and do not count, as draws of the window before will be. The
  /// others' are taken above what ``paths`` make likely then, and noise goes together as it has them.
  func denoiserLoss(
    _ reading: ResidualNetwork.Reading, _ input: WindowInput, truth: [Float], residuals: [Float], weight: Float,
    _ random: RandomStream, sums: UnsafeMutablePointer<Sums>? = nil
  ) -> Variable {
    var random = random
    let size = input.size, rows = truth.count
    var levels: [Float] = [], targets = [Float](repeating: 0, count: rows)
    var counts = truth.map { !$0.isNaN }
    let noisy = reading.condition.tape.constant(rows: rows, columns: DenoiserCell.width) { memory in
      for window in 0..<input.windows {
        let sigma = exp(Self.levelMean + Self.levelDeviation * Double(random.normal()))
        let scales = Self.preconditioning
        levels.append(Float(scales.condition(sigma: sigma)))
        let skip = Float(scales.skip(sigma: sigma)), out = Float(scales.output(sigma: sigma))
        let factor = Float(scales.input(sigma: sigma))
        let given = chains && random.uniform() < Self.givenShare ? 1 + random.integer(below: input.length - 1) : 0
        // Known, or nothing to learn from.
        for row in window * size..<(window + 1) * size where !counts[row] {
          DenoiserCell.silent.write(to: memory, row: row)
        }
        for gap in input.gaps(window, where: { counts[$0] }) {
          let path = paths.path(gap.times), known = gap.rows.prefix { input.step($0) < given }
          let mean = path.mean(given: known.map { residuals[$0] })
          let noise = path.noise(given: known.count, gap.rows.map { _ in random.normal() })
          for (place, row) in gap.rows.enumerated() {
            if place < known.count {
              DenoiserCell.given(residuals[row]).write(to: memory, row: row)
              counts[row] = false
              continue
            }
            let clean = residuals[row] - mean[place], value = clean + Float(sigma) * noise[place]
            DenoiserCell.noisy(factor * value).write(to: memory, row: row)
            targets[row] = (clean - skip * value) / out
          }
        }
      }
    }
    return network.answer(reading.condition, noisy: noisy, levels: levels).customLoss { values, slope in
      var total = 0.0
      for row in 0..<rows where counts[row] {
        let error = values[row] - targets[row]
        total += Double(weight * error * error)
        sums?.pointee.denoising += Double(error * error)
        sums?.pointee.denoised += 1
        slope?[row] = 2 * weight * error
      }
      return total
    }
  }
}
