import DiffusionCore
import Tables
import Tensors

/// What can be drawn and judged in the time that is left, by what a few rows take.
///
/// Given up are, in this order: rounds after the first, which draw again for rows that were left out; the look for rows that
/// lie close to one of the file; evaluations of the network.
struct DrawingPace: Sendable, Equatable {
  /// Seconds to draw a row, to tell whether it lies close to one of its class, and to judge it otherwise.
  var drawing: Double, comparing: Double, judging: Double
  /// Seconds that a round takes whatever the number of rows.
  var round: Double
  /// The share of drawn rows that is kept.
  var kept: Double

  /// What there is time for.
  struct Plan: Sendable, Equatable {
    var rounds = ClassDraws.mostRounds, comparesRows = true
    /// The share of the usual evaluations.
    var evaluations = 1.0
  }

  /// Plans the drawing of rows.
  ///
  /// - Parameters:
  ///   - rows: that are wanted.
  ///   - own: rows of the classes that they are compared with, each of which is compared with its class once too.
  ///   - seconds: that there are.
  func plan(rows: Int, own: Int, seconds: Double) -> Plan {
    func time(_ drawn: Double, compares: Bool, evaluations: Double = 1) -> Double {
      drawn * (drawing * evaluations + judging + (compares ? comparing : 0)) + (compares ? Double(own) * comparing : 0)
        + round
    }
    // The first round draws so many; all of them until enough are kept.
    let one = 1.32 * Double(rows), all = Double(rows) / max(kept, 0.1) * 1.1
    var plan = Plan()
    if time(max(one, all), compares: true) + 3 * round <= seconds { return plan }
    plan.rounds = 1
    if time(one, compares: true) <= seconds { return plan }
    plan.comparesRows = false
    if time(one, compares: false) <= seconds { return plan }
    plan.evaluations = max(0, (seconds - round - one * judging) / max(one * drawing, 1e-12))
    return plan
  }

  /// Measures a few rows of a class.
  init(_ draws: ClassDraws, place: Int, filter: DrawFilter, random: RandomStream) throws {
    let few = 256
    func seconds<Result>(_ body: () throws -> Result) rethrows -> (Double, Result) {
      let clock = Stopwatch(), result = try body()
      return (clock.seconds, result)
    }
    // The first call makes what others use.
    let first = try draws.draw(8, of: place, random.child(0))
    let (drawn, made) = try seconds { try draws.draw(few, of: place, random.child(1)) }
    let spacing = [Double](repeating: 0, count: draws.classes.counts[place])
    func judged(_ filter: DrawFilter, _ rows: (rows: Table, bases: [Int]?)) throws -> (Double, [DrawFilter.Judgement]) {
      try seconds { try filter.judge(rows.rows, bases: rows.bases, place: place, spacing: spacing) }
    }
    let lenient = filter.withoutComparing
    let (fixed, _) = try judged(lenient, first), (plain, judgements) = try judged(lenient, made)
    let (whole, _) = try judged(filter, made)
    drawing = drawn / Double(few)
    round = fixed
    judging = max(plain - fixed, 0) / Double(few)
    comparing = max(whole - plain, 0) / Double(few)
    kept = Double(judgements.count { $0 == .kept }) / Double(few)
  }

  init(drawing: Double, comparing: Double, judging: Double, round: Double, kept: Double) {
    self.drawing = drawing
    self.comparing = comparing
    self.judging = judging
    self.round = round
    self.kept = kept
  }
}
