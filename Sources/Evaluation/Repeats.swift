import Foundation

/// Intervals from figures that were measured several times.
enum Repeats {
  /// Replaces each figure by the mean over samplings, with the interval in which a further one would lie.
  static func combine(_ samplings: [[FigureID: Figure]], into figures: inout [FigureID: Figure]) {
    for id in figures.keys {
      let values = samplings.compactMap { $0[id]?.value }
      guard values.count > 1, let (mean, deviation) = moments(values) else { continue }
      figures[id] = spread(
        figures[id]!, around: mean, deviation: deviation * (1 + 1 / Double(values.count)).squareRoot(),
        count: values.count, of: id)
    }
  }

  /// Gives each figure the interval that the deviation of repeats implies, around the figure itself.
  static func spread(_ repeats: [[FigureID: Figure]], into figures: inout [FigureID: Figure]) {
    for (id, figure) in figures {
      let values = repeats.compactMap { $0[id]?.value }
      guard values.count > 1, let value = figure.value, let (_, deviation) = moments(values) else { continue }
      figures[id] = spread(figure, around: value, deviation: deviation, count: values.count, of: id)
    }
  }

  /// The mean, and the deviation of one value; nil where they are not finite. At least two values.
  static func moments(_ values: [Double]) -> (mean: Double, deviation: Double)? {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    return variance.isFinite ? (mean, variance.squareRoot()) : nil
  }

  /// The figure at a value, with the interval that repeats imply. Of an attack, which has an interval by itself, each
  /// side reaches as far as the wider: repeats do not see that few guesses were made.
  private static func spread(
    _ figure: Figure, around value: Double, deviation: Double, count: Int, of id: FigureID
  ) -> Figure {
    let reach = quantile(degrees: count - 1) * deviation
    let own = figure.interval.flatMap { interval in figure.value.map { ($0 - interval.low, interval.high - $0) } }
    return Figure(
      value, floor: figure.floor, sampling: figure.sampling,
      interval: .init(
        around: value, below: max(reach, own?.0 ?? 0), above: max(reach, own?.1 ?? 0), within: range(of: id)))
  }

  /// What a figure can be: an interval says nothing beyond it.
  private static func range(of id: FigureID) -> ClosedRange<Double> {
    switch id {
    case .utilitySynthetic, .utilityReal, .alphaPrecision, .betaRecall: -.infinity...1
    case .modelRanking, .featureRanking: -1...1
    default: 0...1
    }
  }

  /// The 97.5 % quantile of Student's t distribution: a table up to 10 degrees of freedom, then the first four terms
  /// of its expansion around the normal quantile (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5).
  static func quantile(degrees: Int) -> Double {
    let table = [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281]
    if degrees <= table.count { return table[max(degrees, 1) - 1] }
    let (x, n) = (1.959964, Double(degrees))
    return x + (pow(x, 3) + x) / (4 * n) + (5 * pow(x, 5) + 16 * pow(x, 3) + 3 * x) / (96 * n * n)
      + (3 * pow(x, 7) + 19 * pow(x, 5) + 17 * pow(x, 3) - 15 * x) / (384 * n * n * n)
  }
}
