import DiffusionCore
import Foundation
import Testing

@testable import ForestFlow

@Suite("Forest flow: number of trees, and time")
struct ForestTrainingTests {
  @Test func `Rounds between times that were tried lie on a straight line`() {
    func curve(_ level: Int, best: Int) -> ForestTrial.Curve {
      // The least error after `best` rounds.
      let errors = (0...12).map { abs(Double($0 - best)) + 1 }
      return ForestTrial.Curve(level: level, training: errors, heldOut: errors)
    }
    let trial = ForestTrial(curves: [curve(0, best: 4), curve(4, best: 8), curve(9, best: 3)])
    #expect(trial.rounds(times: 10) == [4, 5, 6, 7, 8, 7, 6, 5, 4, 3])
    #expect(ForestTrial(curves: [curve(0, best: 6)]).rounds(times: 3) == [6, 6, 6])
  }

  @Test func `Parts count by their held-out rows, and one that ended early stays as it was`() {
    let joined = ForestTrial.joined(
      3,
      [
        (ForestTrial.Curve(level: 3, training: [4, 2], heldOut: [4, 3]), 1),
        (ForestTrial.Curve(level: 3, training: [8, 4, 0], heldOut: [8, 5, 1]), 3),
      ])
    #expect(joined == ForestTrial.Curve(level: 3, training: [7, 3.5, 0.5], heldOut: [7, 4.5, 1.5]))
    #expect(joined.best == 2)
  }

  @Test(arguments: [5, 6, 17, 29, 30, 100])
  func `Steps are shared out to the last one`(most: Int) {
    let wanted = [12, 3, 5, 9, 1]
    let given = ForestTraining.allocate(most, to: wanted)
    #expect(given.reduce(0, +) == min(most, 30))
    #expect(zip(given, wanted).allSatisfy { $0 >= 1 && $0 <= $1 })
    if most >= 30 { #expect(given == wanted) }
    #expect(ForestTraining.allocate(nil, to: wanted) == wanted)
  }

  /// A machine on which a round takes as long for 16 bins as for 1,000 rows.
  private func pace(making: MakingPace = MakingPace()) -> ForestPace {
    let few = GrowthPace.Lap(rows: 500, bins: 16, seconds: 0.016, start: 0.001)
    return ForestPace(
      growth: GrowthPace(
        few, moreBins: .init(rows: 500, bins: 64, seconds: 0.046, start: 0.001),
        moreRows: .init(rows: 4500, bins: 16, seconds: 0.056, start: 0.009), depth: 6), making: making)
  }

  private func options(_ given: [String: String] = [:]) throws -> OptionValues {
    try ForestFlowMethod().descriptor.options(parsing: given)
  }

  @Test func `A round takes its time for bins and for rows`() {
    let growth = pace().growth
    for (rows, bins, seconds) in [(500, 16, 0.016), (500, 64, 0.046), (4500, 16, 0.056), (10_000, 256, 0.261)] {
      #expect(abs(growth.round(rows: rows, bins: bins) - seconds) < 1e-9)
    }
    #expect(abs(growth.start(rows: 10_000) - 0.02) < 1e-9)
    // Of depth 4: a quarter of the nodes, two thirds of the levels.
    #expect(abs(growth.round(rows: 4500, bins: 16, shallower: 2) - (0.001 + 0.0025 + 0.03)) < 1e-9)
    // One measurement says nothing of what costs what: each is taken to cost all.
    let single = GrowthPace(.init(rows: 500, bins: 16, seconds: 0.016), moreBins: nil, moreRows: nil, depth: 6)
    #expect(single.round(rows: 1000, bins: 32) >= 2 * 0.016)
  }

  @Test func `A plan that does not fit into a time drops what matters least`() throws {
    let work = ForestWork(rows: 500, threads: 2), options = try options()
    var plan = ForestPlan(options, rows: 500)
    #expect(plan.duplicates == 20 && plan.path.times == 8 && plan.rows == nil && plan.boosting.bins == 256)
    let whole = plan.seconds(work, pace())
    plan.fit(into: whole, work, options: options, pace: pace())
    #expect(plan == ForestPlan(options, rows: 500))
    plan.fit(into: whole * 0.6, work, options: options, pace: pace())
    #expect((64...128).contains(plan.boosting.bins) && plan.duplicates == 20)
    plan.fit(into: whole / 5, work, options: options, pace: pace())
    #expect(plan.boosting.bins == 64 && (3..<20).contains(plan.duplicates) && plan.timedTrees == nil)
    #expect(plan.seconds(work, pace()) <= whole / 5)
    plan.fit(into: 0, work, options: options, pace: pace())
    #expect(plan.duplicates == 1 && plan.path.times == 4 && plan.boosting.bins == 16 && plan.boosting.depth == 3)
    #expect(plan.rows == 200 && plan.timedTrees == 1)
    // What the user fixed stays.
    let fixed = try self.options([
      "duplicates": "30", "times": "12", "rows": "400", "bins": "200", "depth": "5", "trees": "7",
    ])
    plan = ForestPlan(fixed, rows: 500)
    let before = plan
    plan.fit(into: 0, work, options: fixed, pace: pace())
    #expect(plan.duplicates == 30 && plan.path.times == 12 && plan.rows == 400 && plan.boosting == before.boosting)
    // But for the trial, which would only judge.
    #expect(plan.timedTrees == 7)
  }

  @Test func `Many rows are learned in part, and as many as fit`() throws {
    let work = ForestWork(rows: 100_000, threads: 2), options = try options()
    for seconds in [20.0, 8, 3] {
      var plan = ForestPlan(options, rows: 100_000)
      plan.fit(into: seconds, work, options: options, pace: pace())
      let rows = try #require(plan.rows)
      #expect(plan.seconds(work, pace()) <= seconds)
      // A little more would not fit.
      plan.rows = rows + rows / 20
      #expect(plan.seconds(work, pace()) > seconds)
    }
  }

  @Test func `The making of rows is part of the time`() throws {
    let options = try options(), pace = pace(making: MakingPace(perRow: 1e-5, perRound: 1e-6))
    var few = ForestPlan(options, rows: 20_000), many = few
    few.fit(into: 12, ForestWork(rows: 20_000, rowsToMake: 1000), options: options, pace: pace)
    let work = ForestWork(rows: 20_000, rowsToMake: 400_000)
    many.fit(into: 12, work, options: options, pace: pace)
    #expect(many.seconds(work, pace) <= 12)
    #expect((many.rows ?? 20_000) < (few.rows ?? 20_000))
    let time = ForestTime(deadline: 12, work: work, pace: pace)
    let rounds = time.rounds(many, after: 0)
    #expect(Double(rounds) * (many.secondsOfRound(work, pace) + many.secondsToAsk(work, pace)) <= 8)
    #expect(time.rounds(many, after: 1000) == many.path.times)
    var twice = work
    twice.evaluations = 2
    #expect(many.secondsToAsk(twice, pace) == 2 * many.secondsToAsk(work, pace))
  }

  @Test func `Trials lie at both ends of the path and between`() throws {
    let options = try ForestFlowMethod().descriptor.options(parsing: [:])
    #expect(ForestPlan(options, rows: 100).tried == [0, 1, 3, 5, 7])
    let few = try ForestFlowMethod().descriptor.options(parsing: ["times": "2"])
    #expect(ForestPlan(few, rows: 100).tried == [0, 1])
  }
}
