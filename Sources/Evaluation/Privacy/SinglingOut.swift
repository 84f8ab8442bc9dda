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
    var predicates: [Predicate] = []
    for column in columns.indices {
      if synthetic.missingCount(column) == 1 { predicates.append(Predicate(column: column, test: .missing, value: 0)) }
      let values = synthetic.values(column)
      guard let first = values.first, let last = values.last else { continue }
      if columns[column].isNumeric {
        predicates.append(Predicate(column: column, test: .atMost, value: first))
        predicates.append(Predicate(column: column, test: .atLeast, value: last))
      }
      for place in values.indices where (place == 0 || values[place - 1] != values[place])
        && (place + 1 == values.count || values[place + 1] != values[place])
      {
        predicates.append(Predicate(column: column, test: .equal, value: values[place]))
      }
    }
    var stream = random.child(0)
    var kept: [[Predicate]] = [], work = 0
    for place in stream.permutation(predicates.count) where kept.count < wanted {
      if synthetic.matches([predicates[place]], atMost: 2, &work).count == 1 { kept.append([predicates[place]]) }
    }
    return attack(
      .singlingOutUnivariate, kept, width: 1, "no value of the synthetic table occurs in one row alone", random.child(1))
  }

  func multivariate() -> PrivacyDetails.Attack {
    let width = min(3, columns.count)
    guard width >= 2, synthetic.rowCount > 0 else {
      return AttackTally.none.attack(.singlingOutMultivariate, impossible: "it takes two columns and synthetic rows")
    }
    let medians = columns.indices.map { SortedNumbers(columns[$0].isNumeric ? synthetic.values($0) : []).quantile(0.5) }
    var stream = random.child(2)
    var kept: [[Predicate]] = [], seen: Set<[Predicate]> = [], attempts = 0, work = 0
    while kept.count < wanted && attempts < mostAttempts && work < mostWork {
      attempts += 1
      let row = stream.integer(below: synthetic.rowCount)
      let query = distinctColumns(width, &stream).map { column in
        let cell = synthetic.cells[column][row]
        guard !cell.isNaN else { return Predicate(column: column, test: .missing, value: 0) }
        guard columns[column].isNumeric else { return Predicate(column: column, test: .equal, value: cell) }
        return Predicate(column: column, test: cell > medians[column] ? .atLeast : .atMost, value: cell)
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
    _ name: FigureID, _ queries: [[Predicate]], width: Int, _ impossible: String, _ stream: RandomStream
  ) -> PrivacyDetails.Attack {
    guard !queries.isEmpty, real.rowCount > 0 else { return AttackTally.none.attack(name, impossible: impossible) }
    var work = 0
    func singled(_ table: PredicateIndex, _ queries: [[Predicate]]) -> Int {
      queries.reduce(0) { $0 + (table.matches($1, atMost: 2, &work).count == 1 ? 1 : 0) }
    }
    let guesses = randomQueries(queries.count, width: width, stream.child(0))
    var tally = AttackTally(
      attempts: queries.count, successes: singled(real, queries), control: nil, baselineAttempts: guesses.count,
      baselineSuccesses: singled(real, guesses))
    if let holdout, holdout.rowCount > 0 {
      var successes = Double(singled(holdout, queries))
      if holdout.rowCount != real.rowCount && successes > 0 {
        let correction = SizeCorrection(holdout, queries, stream.child(1))
        successes = min(Double(queries.count), successes * correction.factor(from: holdout.rowCount, to: real.rowCount))
      }
      tally.control = (queries.count, successes)
    }
    return tally.attack(name)
  }

  private func randomQueries(_ count: Int, width: Int, _ stream: RandomStream) -> [[Predicate]] {
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
        let tests: [Predicate.Test] =
          columns[column].isNumeric ? [.equal, .notEqual, .greater, .less, .atLeast, .atMost] : [.equal, .notEqual]
        let test = tests[stream.integer(below: tests.count)]
        guard !value.isNaN else { return Predicate(column: column, test: test == .equal ? .missing : .known, value: 0) }
        return Predicate(column: column, test: test, value: value)
      }
    }
  }
}

/// How the number of predicates that single out depends on the number of rows: N(n) = A ∫₀^w n v (1 − v)^(n−1) dv
/// = A [1 − (n w + 1) (1 − w)^n] / (n + 1), fitted by least squares to counts on samples of the held-out rows.
///
/// Source: M. Giomi et al., PETS 2023, appendix; A. Cohen and K. Nissim, "Towards formalizing the GDPR's notion of singling
/// out", PNAS 117, 2020.
struct SizeCorrection {
  private let weight: Double

  init(_ table: PredicateIndex, _ queries: [[Predicate]], _ random: RandomStream) {
    let repeats = 5, sizes = 10, smallest = min(1_000, table.rowCount)
    let steps = (0..<sizes).map { smallest + (table.rowCount - smallest) * $0 / (sizes - 1) }
    var counts = [Double](repeating: 0, count: sizes)
    var work = 0
    let matches = queries.map { table.matches($0, atMost: .max, &work) }
    for round in 0..<repeats {
      // The first n of a random order are a sample of n: a predicate singles out of it where its first match in that
      // order is among them and its second is not.
      var stream = random.child(UInt64(round))
      let place = stream.permutation(table.rowCount)
      for rows in matches {
        var first = Int.max, second = Int.max
        for row in rows {
          let position = place[Int(row)]
          if position < first {
            second = first
            first = position
          } else if position < second {
            second = position
          }
        }
        for (step, size) in steps.enumerated() where first < size && second >= size {
          counts[step] += 1 / Double(repeats)
        }
      }
    }
    // For a given w the best A is a projection; w is sought on a fine grid of its logarithm.
    var best = (error: Double.infinity, weight: 1 / Double(table.rowCount))
    for step in 0...600 {
      let weight = pow(10, -9 + 9 * Double(step) / 600)
      let model = steps.map { Self.integral(Double($0), weight) }
      let square = model.reduce(0) { $0 + $1 * $1 }
      guard square > 0 else { continue }
      let scale = zip(model, counts).reduce(0) { $0 + $1.0 * $1.1 } / square
      let error = zip(model, counts).reduce(0) { $0 + (scale * $1.0 - $1.1) * (scale * $1.0 - $1.1) }
      if error < best.error { best = (error, weight) }
    }
    weight = best.weight
  }

  /// By what a count over one number of rows is multiplied for another.
  func factor(from rows: Int, to others: Int) -> Double {
    let before = Self.integral(Double(rows), weight), after = Self.integral(Double(others), weight)
    return before > 0 && after.isFinite ? after / before : 1
  }

  /// The integral up to w, over A.
  static func integral(_ n: Double, _ w: Double) -> Double {
    guard w < 1 else { return 1 / (n + 1) }
    // 1 − (nw + 1)(1 − w)^n by the logarithm: for small w it is n (n + 1) w² / 2, and a difference of near-equals.
    guard n * w > 1e-4 else { return n * w * w / 2 }
    return -expm1(log1p(n * w) + n * log1p(-w)) / (n + 1)
  }
}
