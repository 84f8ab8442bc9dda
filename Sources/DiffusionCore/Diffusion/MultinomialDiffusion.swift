import Foundation
import Tensors

/// Multinomial diffusion in T steps: at each step a class is kept or, with probability β_t, drawn anew from all.
///
/// All functions are pure and work in log-space on row-major buffers: codes `[batch, variables]`,
/// log-probabilities `[batch, width]` with the variables side by side, and one step t in 1 ... T for each row.
/// Probabilities of 0 are held at ``logZero``, as TabDDPM does.
///
/// Source: E. Hoogeboom et al., "Argmax flows and multinomial diffusion", NeurIPS 2021, section 4; used for
/// tables by A. Kotelnikov et al., "TabDDPM", ICML 2023, section 3.
public struct MultinomialDiffusion: Sendable, Equatable {
  /// ln 1e-30: the logarithm that stands for a probability of 0.
  public static let logZero: Float = -69.07755

  /// The rates and ᾱ.
  public let schedule: SteppedSchedule
  /// The variables.
  public let layout: CategoryLayout
  let ranges: [Range<Int>]
  // By t = 0 ... T: ln α_t, ln β_t, ln ᾱ_t, ln(1 − ᾱ_t).
  let logKeep: [Float]
  let logReplace: [Float]
  let logCumulativeKeep: [Float]
  let logCumulativeReplace: [Float]

  /// Computes the coefficients of a schedule for variables.
  public init(schedule: SteppedSchedule, layout: CategoryLayout) {
    self.schedule = schedule
    self.layout = layout
    ranges = layout.ranges
    logKeep = [0] + schedule.betas.map { Float(log1p(-$0)) }
    logReplace = [-.infinity] + schedule.betas.map { Float(log($0)) }
    logCumulativeKeep = schedule.logCumulative.map { Float($0) }
    logCumulativeReplace = schedule.logCumulative.map { Float(log(-expm1($0))) }
  }

  /// T.
  public var steps: Int { schedule.steps }

  /// Codes as log-probabilities: 0 for the class, ``logZero`` for the others.
  ///
  /// - Parameter codes: classes, each in 0 ..< its variable's size. `[batch, variables]`
  /// - Returns: `[batch, width]`
  public func logOneHot(_ codes: [Int32]) -> [Float] {
    var result = Array(repeating: Self.logZero, count: rows(of: codes) * layout.width)
    for (index, code) in codes.enumerated() {
      let range = ranges[index % layout.variables]
      precondition((0..<range.count).contains(Int(code)), "class \(code) is not in 0 ..< \(range.count)")
      result[index / layout.variables * layout.width + range.lowerBound + Int(code)] = 0
    }
    return result
  }

  /// Logits as log-probabilities, each variable on its own.
  ///
  /// - Parameter logits: `[batch, width]`
  /// - Returns: `[batch, width]`
  public func logSoftmax(_ logits: [Float]) -> [Float] {
    var result = logits
    forEachVariable(batch: logits.count / max(1, layout.width)) { _, _, cells in normalize(&result, cells) }
    return result
  }

  /// ln q(c_t | c₀): ᾱ_t of the clean distribution and the rest uniform.
  ///
  /// - Parameters:
  ///   - logClean: `[batch, width]`
  ///   - steps: t for each row, 0 ... T. `[batch]`
  /// - Returns: `[batch, width]`
  public func logMarginal(_ logClean: [Float], steps: [Int]) -> [Float] {
    checkRows(logClean, steps)
    var result = logClean
    forEachVariable(batch: steps.count) { row, _, cells in
      let t = steps[row]
      let uniform = logCumulativeReplace[t] - log(Float(cells.count))
      for i in cells { result[i] = logAdd(logClean[i] + logCumulativeKeep[t], uniform) }
    }
    return result
  }

  /// Draws c_t given c₀.
  ///
  /// - Parameters:
  ///   - codes: the clean classes. `[batch, variables]`
  ///   - steps: t for each row, 0 ... T. `[batch]`
  /// - Returns: the noisy classes. `[batch, variables]`
  public func noised(_ codes: [Int32], steps: [Int], random: inout RandomStream) -> [Int32] {
    precondition(rows(of: codes) == steps.count, "\(codes.count) codes do not fill \(steps.count) rows")
    return codes.enumerated().map { index, code in
      // Kept with ᾱ_t, else drawn from all classes: the same law as that of logMarginal, in two draws.
      let kept = random.uniformDouble() < exp(schedule.logCumulative[steps[index / layout.variables]])
      let other = Int32(random.integer(below: layout.sizes[index % layout.variables]))
      return kept ? code : other
    }
  }

  /// ln q(c_{t−1} | c_t, c₀), with any distribution in the place of c₀.
  ///
  /// - Parameters:
  ///   - logClean: a one-hot c₀, or the predicted distribution of it. `[batch, width]`
  ///   - noisy: c_t. `[batch, variables]`
  ///   - steps: t for each row, 1 ... T. `[batch]`
  /// - Returns: normalised log-probabilities. `[batch, width]`
  public func logPosterior(_ logClean: [Float], noisy: [Int32], steps: [Int]) -> [Float] {
    checkRows(logClean, steps)
    precondition(rows(of: noisy) == steps.count, "\(noisy.count) noisy codes do not fill \(steps.count) rows")
    precondition(steps.allSatisfy { (1...self.steps).contains($0) }, "posterior steps must be in 1 ... \(self.steps)")
    var result = logClean
    forEachVariable(batch: steps.count) { row, variable, cells in
      let t = steps[row]
      let code = Int(noisy[row * layout.variables + variable])
      let logClasses = log(Float(cells.count))
      let replaced = logReplace[t] - logClasses
      let uniform = logCumulativeReplace[t - 1] - logClasses
      for (k, i) in cells.enumerated() {
        // q(c_t | c_{t−1} = k): α_t if it is c_t, and β_t / K for any.
        let likelihood = k == code ? logAdd(logKeep[t], replaced) : replaced
        // q(c_{t−1} = k | c₀); at t = 1 that is c₀ itself.
        result[i] = likelihood + logAdd(logClean[i] + logCumulativeKeep[t - 1], uniform)
      }
      normalize(&result, cells)
    }
    return result
  }

  /// Draws a class of each variable from log-probabilities, which need not be normalised (Gumbel-max).
  ///
  /// - Parameter logProbabilities: `[batch, width]`
  /// - Returns: classes. `[batch, variables]`
  public func sample(_ logProbabilities: [Float], random: inout RandomStream) -> [Int32] {
    var result: [Int32] = []
    forEachVariable(batch: logProbabilities.count / max(1, layout.width)) { _, _, cells in
      var best = (score: -Float.infinity, code: 0)
      for (k, i) in cells.enumerated() {
        // Half a unit in the last place keeps the uniform number within (0, 1).
        let score = logProbabilities[i] - log(-log(random.uniform() + 0x1p-25))
        if score > best.score { best = (score, k) }
      }
      result.append(Int32(best.code))
    }
    return result
  }

  func forEachVariable(batch: Int, _ body: (_ row: Int, _ variable: Int, _ cells: Range<Int>) -> Void) {
    for row in 0..<batch {
      let start = row * layout.width
      for (variable, range) in ranges.enumerated() {
        body(row, variable, (start + range.lowerBound)..<(start + range.upperBound))
      }
    }
  }

  private func rows(of codes: [Int32]) -> Int {
    precondition(
      codes.count % max(1, layout.variables) == 0, "\(codes.count) codes do not fill rows of \(layout.variables)")
    return codes.count / max(1, layout.variables)
  }

  private func checkRows(_ values: [Float], _ steps: [Int]) {
    precondition(
      values.count == steps.count * layout.width,
      "\(values.count) values do not fill \(steps.count) rows of \(layout.width)")
  }
}

/// ln(eᵃ + eᵇ) without overflow.
func logAdd(_ a: Float, _ b: Float) -> Float {
  let high = max(a, b)
  return high == -.infinity ? high : high + log1p(exp(min(a, b) - high))
}

/// Subtracts the logarithm of the sum from a range of logarithms.
func normalize(_ values: inout [Float], _ range: Range<Int>) {
  let high = values[range].max() ?? 0
  let total = range.reduce(Float(0)) { $0 + exp(values[$1] - high) }
  for i in range { values[i] -= high + log(total) }
}
