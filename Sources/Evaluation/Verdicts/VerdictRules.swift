import Foundation

/// The rules by which figures become a verdict in plain language. docs/evaluation.md has them as a table.
///
/// A card is as good as its worst figure; what a figure cannot say is not good but unknown. Limits are rules of thumb, widened
/// by what sampling alone makes of a perfect generator.
struct VerdictRules {
  var figures: [FigureID: Figure]
  /// The rows of the tables; nil: not known.
  var realRows: Int?, syntheticRows: Int?, holdoutRows: Int?
  /// The column that models predict, and whether it holds numbers.
  var target: String?, isRegression = false
  var columns: [ColumnComparison] = []
  /// The pair of columns that is farther off than sampling explains.
  var worstPair: WorstPair?
  /// The strongest relation of two columns that is lost.
  var lostBond: LostBond?
  /// What hardly a synthetic row has, the largest first.
  var losses: [Loss] = []
  var overlaps: OverlapDetails?

  /// With fewer rows held out nothing is said of memorising, and of models.
  static let fewestHeldOut = 50, fewestTested = 20
  /// With fewer rows nothing is good.
  static let fewestRows = 20, fewestDifferent = 50
  /// Where two samples of real rows differ by more, what would be good cannot be told from what is not.
  static let mostChance = 0.07

  /// A pair of columns and its error.
  struct WorstPair: Equatable {
    var first: String, second: String
    var error: Double, sampling: Double
  }

  /// A relation of two columns, and its strength in both tables.
  struct LostBond: Equatable {
    var first: String, second: String
    var real: Double, synthetic: Double
  }

  /// What was found of one figure: how bad it is, and what the first line says of it.
  struct Finding {
    var light: Verdict.Light, headline: String
  }

  /// The same rules with other figures.
  func with(_ figures: [FigureID: Figure]) -> VerdictRules {
    var copy = self
    copy.figures = figures
    return copy
  }

  var verdict: Verdict { Verdict(alike: alike, safe: safe, useful: useful) }

  // MARK: Words

  /// The worst of findings, the first of those that are equally bad.
  static func worst(_ findings: [Finding]) -> Finding? {
    let order: [Verdict.Light] = [.red, .amber]
    return order.lazy.compactMap { light in findings.first { $0.light == light } }.first
  }

  func grade(_ value: Double, green: Double, amber: Double) -> Verdict.Light {
    value <= green ? .green : value <= amber ? .amber : .red
  }

  func joined(_ reasons: [String]) -> String {
    let text = reasons.joined(separator: "; ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  func percent(_ share: Double) -> String {
    share == 0 ? "0%" : String(format: abs(share) < 0.0995 ? "%.1f%%" : "%.0f%%", share * 100)
  }

  /// A name or level within a sentence: on one line, and not longer than some words.
  func named(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > 80 ? line.prefix(79) + "…" : line
  }

  func number(_ value: Double) -> String { String(format: "%.2f", value) }

  func within(_ interval: Figure.Interval?) -> String {
    interval.map { " (95% interval: \(percent($0.low)) to \(percent($0.high)))" } ?? ""
  }
}
