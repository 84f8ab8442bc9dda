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

  @Test func `A plan that does not fit into a time has fewer copies, then fewer moments`() throws {
    let options = try ForestFlowMethod().descriptor.options(parsing: [:])
    let pace = GrowthPace((rows: 1000, seconds: 0.004), (rows: 4000, seconds: 0.008))
    // A square root below, in proportion above.
    for (rows, seconds) in [(250, 0.002), (1000, 0.004), (4000, 0.008), (20_000, 0.04)] {
      #expect(abs(pace.seconds(rows: rows) - seconds) < 1e-9)
    }
    var plan = ForestPlan(options, rows: 500)
    #expect(plan.duplicates == 20 && plan.path.times == 8)
    let whole = plan.seconds(rows: 500, pace: pace, threads: 2)
    plan.fit(into: whole, rows: 500, options: options, pace: pace, threads: 2)
    #expect(plan.duplicates == 20)
    plan.fit(into: whole / 3, rows: 500, options: options, pace: pace, threads: 2)
    #expect((5..<10).contains(plan.duplicates) && plan.path.times == 8)
    #expect(plan.seconds(rows: 500, pace: pace, threads: 2) <= whole / 3)
    plan.fit(into: 0, rows: 500, options: options, pace: pace, threads: 2)
    #expect(plan.duplicates == 1 && plan.path.times == 4)
    // What the user fixed stays.
    let fixed = try ForestFlowMethod().descriptor.options(parsing: ["duplicates": "30", "times": "12"])
    plan = ForestPlan(fixed, rows: 500)
    plan.fit(into: 0, rows: 500, options: fixed, pace: pace, threads: 2)
    #expect(plan.duplicates == 30 && plan.path.times == 12)
  }

  @Test func `Trials lie at both ends of the path and between`() throws {
    let options = try ForestFlowMethod().descriptor.options(parsing: [:])
    #expect(ForestPlan(options, rows: 100).tried == [0, 1, 3, 5, 7])
    let few = try ForestFlowMethod().descriptor.options(parsing: ["times": "2"])
    #expect(ForestPlan(few, rows: 100).tried == [0, 1])
  }
}
