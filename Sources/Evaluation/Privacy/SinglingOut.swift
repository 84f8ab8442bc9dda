import DownstreamModels
import Foundation
import Tensors

/// Singling out: predicates that hold for one synthetic row alone are tried on the real rows; one succeeds where it holds
/// for exactly one of them.
///
/// *Univariate*: a column's least and greatest value, values that occur once, a single missing cell. *Multivariate*: a random
/// synthetic row and three random columns, each with "as extreme as the row" for numbers (on the row's side of the
/// median), equality for categories, missing for missing. The control counts the same predicates on the held-out rows,
/// corrected for their number; the baseline draws columns, values and comparisons at random.
///
/// Source: M. Giomi et al., PETS 2023, section 5.1. Here the denominators are the predicates that were found.
struct SinglingOut {
  let real: PredicateIndex, synthetic: PredicateIndex, holdout: PredicateIndex?
  let columns: [Comparison.Column]
  let random: RandomStream
  var wanted = 1_000
  /// The most random predicates that are tried, and the most rows looked at for it.
  var mostAttempts = 200_000, mostWork = 50_000_000

  func univariate() -> PrivacyDetails.Attack {
    guard synthetic.rowCount > 0 else {
      return AttackTally.none.attack(.singlingOutUnivariate, impossible: "there are no synthetic rows")
    }
    var predicates: [CellPredicate] = []
    for column in columns.indices {
      if synthetic.missingCount(column) == 1 {
        predicates.append(CellPredicate(column: column, test: .missing, value: 0))
      }
      let values = synthetic.values(column)
      guard let first = values.first, let last = values.last else { continue }
      if columns[column].isNumeric {
        predicates.append(CellPredicate(column: column, test: .atMost, value: first))
        predicates.append(CellPredicate(column: column, test: .atLeast, value: last))
      }
      for place in values.indices
      where (place == 0 || values[place - 1] != values[place])
        && (place + 1 == values.count || values[place + 1] != values[place])
      {
        predicates.append(CellPredicate(column: column, test: .equal, value: values[place]))
      }
    }
    var stream = random.child(0)
    var kept: [[CellPredicate]] = [], work = 0
    for place in stream.permutation(predicates.count) where kept.count < wanted {
      if synthetic.matches([predicates[place]], atMost: 2, &work).count == 1 { kept.append([predicates[place]]) }
    }
    return attack(
      .singlingOutUnivariate, kept, width: 1, "no value of the synthetic table occurs in one row alone", random.child(1)
    )
  }

  func multivariate() -> PrivacyDetails.Attack {
    let width = min(3, columns.count)
    guard width >= 2, synthetic.rowCount > 0 else {
      return AttackTally.none.attack(.singlingOutMultivariate, impossible: "it takes two columns and synthetic rows")
    }
    let medians = columns.indices.map { SortedNumbers(columns[$0].isNumeric ? synthetic.values($0) : []).quantile(0.5) }
    var stream = random.child(2)
    var kept: [[CellPredicate]] = [], seen: Set<[CellPredicate]> = [], attempts = 0, work = 0
    while kept.count < wanted && attempts < mostAttempts && work < mostWork {
      attempts += 1
      let row = stream.integer(below: synthetic.rowCount)
      let query = distinctColumns(width, &stream).map { column in
        let cell = synthetic.cells[column][row]
        guard !cell.isNaN else { return CellPredicate(column: column, test: .missing, value: 0) }
        guard columns[column].isNumeric else { return CellPredicate(column: column, test: .equal, value: cell) }
        return CellPredicate(column: column, test: cell > medians[column] ? .atLeast : .atMost, value: cell)
      }
      if synthetic.matches(query, atMost: 2, &work).count == 1, seen.insert(query).inserted { kept.append(query) }
    }
    return attack(
      .singlingOutMultivariate, kept, width: width, "no combination of \(width) columns singles out a synthetic row",
      random.child(3))
  }

  private func distinctColumns(_ count: Int, _ stream: inout RandomStream) -> [Int] {
    var chosen: [Int] = []
    while chosen.count < count {
      let column = stream.integer(below: columns.count)
      if !chosen.contains(column) { chosen.append(column) }
    }
    return chosen.sorted()
  }

  private func attack(
    _ name: FigureID, _ queries: [[CellPredicate]], width: Int, _ impossible: String, _ stream: RandomStream
  ) -> PrivacyDetails.Attack {
    guard !queries.isEmpty, real.rowCount > 0 else { return AttackTally.none.attack(name, impossible: impossible) }
    var work = 0
    func singled(_ table: PredicateIndex, _ queries: [[CellPredicate]]) -> Int {
      queries.reduce(0) { $0 + (table.matches($1, atMost: 2, &work).count == 1 ? 1 : 0) }
    }
    let found = queries.map { real.matches($0, atMost: SizeCorrection.mostMatches + 1, &work) }
    let guesses = randomQueries(queries.count, width: width, stream.child(0))
    var tally = AttackTally(
      attempts: queries.count, successes: found.count { $0.count == 1 }, control: nil,
      baselineAttempts: guesses.count, baselineSuccesses: singled(real, guesses))
    if let holdout, holdout.rowCount > 0 {
      let held = queries.map { holdout.matches($0, atMost: SizeCorrection.mostMatches + 1, &work) }
      tally.least = SameSizeExcess(real: found, rows: real.rowCount, holdout: held, heldOut: holdout.rowCount).low
      let matches = held.map(\.count)
      var successes = Double(matches.reduce(0) { $0 + ($1 == 1 ? 1 : 0) })
      if holdout.rowCount != real.rowCount && successes > 0 {
        let correction = SizeCorrection(matches: matches, rows: holdout.rowCount)
        successes = min(Double(queries.count), successes * correction.factor(from: holdout.rowCount, to: real.rowCount))
      }
      tally.control = (queries.count, successes)
    }
    return tally.attack(name)
  }

  private func randomQueries(_ count: Int, width: Int, _ stream: RandomStream) -> [[CellPredicate]] {
    var stream = stream
    // Each distinct value alike, missing among them.
    let values = columns.indices.map { column in
      var distinct: [Double] = []
      for value in synthetic.values(column) where value != distinct.last { distinct.append(value) }
      return synthetic.missingCount(column) > 0 ? distinct + [.nan] : distinct
    }
    return (0..<count).map { _ in
      distinctColumns(width, &stream).map { column in
        let value = values[column][stream.integer(below: values[column].count)]
        let tests: [CellPredicate.Test] =
          columns[column].isNumeric ? [.equal, .notEqual, .greater, .less, .atLeast, .atMost] : [.equal, .notEqual]
        let test = tests[stream.integer(below: tests.count)]
        guard !value.isNaN else {
          return CellPredicate(column: column, test: test == .equal ? .missing : .known, value: 0)
        }
        return CellPredicate(column: column, test: test, value: value)
      }
    }
  }
}

/// How many predicates would single out a row if there were more or fewer rows.
///
/// A predicate of weight w, the chance that a row meets it, singles out one of n rows with the chance n w (1 − w)^(n−1).
/// The weights' distribution on a grid is fitted by maximum likelihood to how many held-out rows each predicate matches,
/// by expectation–maximisation. (PETS 2023 takes weights alike up to a greatest one; on thirds of adult that falls short of
/// what other rows show by a quarter, this by a few per cent.)
///
/// Source: A. Cohen and K. Nissim, "Towards formalizing the GDPR's notion of singling out", PNAS 117, 2020; N. Laird,
/// "Nonparametric maximum likelihood estimation of a mixing distribution", JASA 73, 1978.
struct SizeCorrection {
  /// Predicates that more rows match are as good as sure not to single out.
  static let mostMatches = 60
  private let weights: [Double], shares: [Double]

  /// Fits the weights of predicates to how many of some rows each matches.
  init(matches: [Int], rows: Int) {
    var counts = [Double](repeating: 0, count: Self.mostMatches + 1)
    for match in matches where match <= Self.mostMatches { counts[match] += 1 }
    let n = Double(rows), size = 80
    let low = log(0.01 / n), high = log(min(0.999_999, 4 * Double(Self.mostMatches) / n))
    let weights = (0..<size).map { exp(low + (high - low) * Double($0) / Double(size - 1)) }
    let seen = counts.indices.filter { counts[$0] > 0 && $0 <= rows }
    let likelihoods = seen.map { k in
      let ways = lgamma(n + 1) - lgamma(Double(k) + 1) - lgamma(n - Double(k) + 1)
      return weights.map { (weight: Double) -> Double in
        exp(ways + Double(k) * log(weight) + (n - Double(k)) * log1p(-weight))
      }
    }
    var shares = [Double](repeating: 1 / Double(size), count: size)
    for _ in 0..<300 {
      var next = [Double](repeating: 0, count: size)
      for (place, k) in seen.enumerated() {
        let joint = zip(shares, likelihoods[place]).map { $0 * $1 }
        let total = joint.reduce(0, +)
        guard total > 0 else { continue }
        for step in 0..<size { next[step] += counts[k] * joint[step] / total }
      }
      let total = next.reduce(0, +)
      guard total > 0 else { break }
      shares = next.map { $0 / total }
    }
    self.weights = weights
    self.shares = shares
  }

  /// By what a count of successes on one number of rows is multiplied for another.
  func factor(from rows: Int, to others: Int) -> Double {
    func chance(_ n: Double) -> Double {
      zip(weights, shares).reduce(0) { $0 + $1.1 * n * $1.0 * exp((n - 1) * log1p(-$1.0)) }
    }
    let before = chance(Double(rows)), after = chance(Double(others))
    return before > 0 && after.isFinite ? after / before : 1
  }
}
