import Foundation

extension VerdictRules {
  /// How alike the tables are.
  var alike: Verdict.Judgement {
    guard let shape = figures[.shapeError], let shapeError = shape.value else {
      return .init(
        .unknown, "How alike the tables are could not be measured.",
        because: joined([figures[.shapeError]?.why ?? "no figures"]))
    }
    if overlaps?.fault == .synthetic, let overlap = overlaps?.syntheticInHoldout, overlap.share > 0.5 {
      return .init(
        .unknown, "How alike the tables are cannot be judged: the synthetic rows are the held-out rows.",
        because: joined(["\(percent(overlap.share)) of the synthetic rows equal a held-out row"]))
    }
    var reasons = ["columns differ by \(percent(shapeError))\(sampling(shape))"]
    var findings = lossFindings
    findings.append(
      .init(
        light: grade(shapeError, green: max(0.03, 2 * chance(shape)), amber: max(0.1, 4 * chance(shape))),
        headline: "columns differ by \(percent(shapeError)) on average"))
    // Of the two ways to bin numbers the one that an outlier disturbs less.
    let trends = [figures[.trendError], figures[.trendErrorSharedBins]].compactMap(\.self)
    if let trend = trends.filter({ $0.value != nil }).min(by: { $0.value! < $1.value! }), let value = trend.value {
      reasons.append("pairs of columns by \(percent(value))\(sampling(trend))")
      findings.append(
        .init(
          light: grade(value, green: max(0.05, 2 * chance(trend)), amber: max(0.15, 4 * chance(trend))),
          headline: "relations between columns differ by \(percent(value)) on average"))
    }
    findings += [column, pair, bond, gaps, variety].compactMap(\.self)
    if let found = detector(&reasons) { findings.append(found) }
    for (id, words) in [
      (FigureID.rangeViolations, "of the values are beyond what real rows have"),
      (.typeViolations, "of the values are of another type"),
    ] {
      guard let figure = figures[id], let value = figure.value else { continue }
      let floor = max(chance(figure), figure.floor ?? 0)
      let found = grade(value, green: 0.01 + 2 * floor, amber: 0.05 + 4 * floor)
      guard found != .green else { continue }
      reasons.append("\(percent(value)) \(words)\(figure.floor.map { " (of unseen real rows \(percent($0)))" } ?? "")")
      findings.append(.init(light: found, headline: "\(percent(value)) \(words)"))
    }
    reasons += findings.filter { $0.light == .red || $0.light == .amber }.map(\.headline).filter { headline in
      !reasons.contains { $0.hasPrefix(headline) } && !headline.hasSuffix("on average")
        && !headline.hasPrefix("a model")
    }.prefix(4)
    let rows = min(realRows ?? .max, syntheticRows ?? .max)
    guard let worst = Self.worst(findings) else {
      if rows < Self.fewestRows {
        return .init(
          .unknown, "How alike the tables are cannot be judged with \(rows == 1 ? "one row" : "\(rows) rows").",
          because: joined(reasons))
      }
      if chance(shape) > Self.mostChance {
        return .init(
          .unknown,
          "How alike the tables are cannot be judged with so few rows: two samples of real rows differ by \(percent(chance(shape))).",
          because: joined(reasons))
      }
      return .init(
        .green, "The synthetic rows look like the real ones: columns and their relations are nearly the same.",
        because: joined(reasons))
    }
    return .init(
      worst.light,
      worst.light == .red
        ? "The synthetic rows differ clearly from the real ones: \(worst.headline)."
        : "The synthetic rows are much like the real ones, but \(worst.headline).", because: joined(reasons))
  }

  /// What sampling alone makes of a figure; without splits of the real table, what held-out rows score.
  private func chance(_ figure: Figure) -> Double { figure.sampling ?? figure.floor ?? 0 }

  private func sampling(_ figure: Figure) -> String {
    if let sampling = figure.sampling { return " (two samples of real rows: \(percent(sampling)))" }
    return figure.floor.map { " (unseen real rows: \(percent($0)))" } ?? ""
  }

  // MARK: Single findings

  private var lossFindings: [Finding] {
    guard let first = losses.first else { return [] }
    let rest = losses.count - 1
    let more = rest > 0 ? " (and \(rest) more)" : ""
    let isBad = losses.contains { $0.mass >= 0.05 || $0.kind == .emptyColumn }
    return [.init(light: isBad ? .red : .amber, headline: words(first) + more)]
  }

  private func words(_ loss: Loss) -> String {
    if loss.kind == .emptyColumn { return "\(named(loss.what)) is empty" }
    let subject = (loss.kind == .region ? "rows with " : "") + named(loss.what)
    let verb = loss.kind == .region ? "are" : "is"
    return loss.synthetic == 0
      ? "\(subject) (\(percent(loss.real)) of the real rows) \(verb) missing"
      : "\(subject) \(verb) nearly missing (\(percent(loss.synthetic)) of the rows, \(percent(loss.real)) of the real ones)"
  }

  /// The column whose distribution is farthest off.
  private var column: Finding? {
    let graded = columns.compactMap { column -> (Finding, Double)? in
      guard let error = column.shapeError.value else { return nil }
      let chance = chance(column.shapeError)
      let light = grade(error, green: max(0.08, 0.04 + 2.5 * chance), amber: max(0.25, 0.1 + 4 * chance))
      return (.init(light: light, headline: "\(named(column.name)) differs by \(percent(error))"), error - 2.5 * chance)
    }
    let worst = graded.max { $0.1 < $1.1 }
    return worst.flatMap { $0.0.light == .green ? nil : $0.0 }
  }

  /// The pair of columns whose bond is farthest off.
  private var pair: Finding? {
    guard let pair = worstPair else { return nil }
    let light = grade(
      pair.error, green: 0.1 + 3 * pair.sampling, amber: 0.25 + 4 * pair.sampling)
    guard light != .green else { return nil }
    return .init(
      light: light,
      headline: "the relation of \(named(pair.first)) and \(named(pair.second)) differs by \(percent(pair.error))")
  }

  /// A relation of two columns that is lost: a small part of the table may be all that tells of it.
  private var bond: Finding? {
    lostBond.map {
      .init(
        light: .amber,
        headline:
          "the relation of \(named($0.first)) and \(named($0.second)) is lost (strength \(number($0.synthetic)), in the real rows \(number($0.real)))"
      )
    }
  }

  /// The column whose share of missing cells is farthest off.
  private var gaps: Finding? {
    let worst = columns.max {
      abs($0.missing.real - $0.missing.synthetic) < abs($1.missing.real - $1.missing.synthetic)
    }
    guard let worst, let n = realRows, let m = syntheticRows else { return nil }
    let difference = abs(worst.missing.real - worst.missing.synthetic)
    let p = (worst.missing.real + worst.missing.synthetic) / 2
    let error = (p * (1 - p) * (1 / Double(max(1, n)) + 1 / Double(max(1, m)))).squareRoot()
    let light = grade(difference, green: 0.03 + 3 * error, amber: 0.15 + 3 * error)
    guard light != .green else { return nil }
    return .init(
      light: light,
      headline:
        "\(named(worst.name)) is missing in \(percent(worst.missing.synthetic)) of the rows, in \(percent(worst.missing.real)) of the real ones"
    )
  }

  /// Whether there are as many different rows as real ones would be.
  private var variety: Finding? {
    guard let overlaps, let rows = syntheticRows, rows > 0, overlaps.differentRowsByChance > 0 else { return nil }
    let share = Double(overlaps.differentRows) / overlaps.differentRowsByChance
    let light: Verdict.Light = share >= 0.9 ? .green : share >= 0.6 ? .amber : .red
    guard light != .green else { return nil }
    return .init(
      light: light,
      headline: overlaps.differentRows == 1
        ? "all \(rows) rows are the same" : "only \(overlaps.differentRows) of \(rows) rows are different")
  }

  private func detector(_ reasons: inout [String]) -> Finding? {
    guard let trees = figures[.detectionTrees], let value = trees.value else { return nil }
    // Below chance trees go by rows that stand in both tables: what one fold has as real another has as synthetic.
    reasons.append(
      value < 0.45
        ? "a detector does worse than guessing (AUC \(number(value))), as where rows of one table stand in the other"
        : "a detector tells them from real rows with an AUC of \(number(value)) (guessing: 0.50\(trees.floor.map { ", unseen real rows: \(number($0))" } ?? ""))"
    )
    let rows = Double(max(10, min(realRows ?? 20_000, syntheticRows ?? 20_000, 20_000)))
    let error = ((2 * rows + 1) / (12 * rows * rows)).squareRoot()
    return .init(
      light: grade(value, green: 0.6 + 1.64 * error, amber: max(0.85, 0.6 + 4 * error)),
      headline: "a model tells them from real rows (AUC \(number(value)))")
  }
}
