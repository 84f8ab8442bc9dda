import DiffusionCore
import Foundation
import Tensors
import Testing

@testable import Tuning

@Suite struct TuningSearchTests {
  static let options = [
    OptionDescription("width", .integer(1...100), default: .integer(10), help: "").trying([.integer(5), .integer(20)]),
    OptionDescription("dropout", .number(0...1), automatic: "", help: "").trying([.number(0), .number(0.5)]),
    OptionDescription("other", .flag, default: .flag(true), help: ""),
  ]

  static func search(budget: Double = 270, seed: UInt64 = 1, fixed: TuningConfiguration = [:]) -> TuningSearch {
    TuningSearch(
      .init(file: "a.csv", rows: 100, method: "m", fixed: fixed, budget: budget, seed: seed),
      space: TuningSpace(options, fixed: Set(fixed.keys)), shortest: 5)
  }

  /// Scores that know the truth: a width of 20 is good, dropout does nothing.
  static func score(_ configuration: TuningConfiguration) -> TuningScore {
    let width = Double(configuration["width"] ?? "10") ?? 0
    return TuningScore(total: 1 / width + (configuration["dropout"] == nil ? 0 : 1e-4), parts: [.init("width", width)])
  }

  static func finished(_ search: TuningSearch) -> TuningSearch {
    var search = search
    while var next = search.next {
      next.score = score(search.configurations[next.configuration])
      search.record(next)
    }
    return search
  }

  @Test func `A space has the options that name values, but for the fixed ones`() {
    let space = TuningSpace(Self.options)
    #expect(space.dimensions.map(\.option) == ["width", "dropout"])
    #expect(space.dimensions[0].values == [nil, "5", "20"] && space.size == 9)
    #expect(TuningSpace(Self.options, fixed: ["width"]).size == 3)
    let all = space.configurations(100, random: RandomStream(seed: 3))
    #expect(all.count == 9 && Set(all).count == 9 && all[0] == [:])
    #expect(space.configurations(4, random: RandomStream(seed: 3)) == Array(all[..<4]))
  }

  @Test(arguments: [16.0, 60, 600, 7200], [2, 9, 1000]) func `A plan spends its time in equal parts`(
    budget: Double, configurations: Int
  ) {
    let plan = HalvingPlan(budget: budget, shortest: 8, configurations: configurations)
    let spent = plan.rungs.map { Double($0.count) * $0.seconds }
    #expect(abs(spent.reduce(0, +) - budget) < 1e-9 && spent.allSatisfy { abs($0 - spent[0]) < 1e-9 })
    #expect(plan.rungs[0].seconds >= 8 && plan.rungs[0].count <= configurations)
    for (a, b) in zip(plan.rungs, plan.rungs.dropFirst()) { #expect(a.count > b.count && a.seconds < b.seconds) }
    #expect(plan.rungs.last?.count == 2)
  }

  @Test func `The best of a rung go on, and the defaults always`() throws {
    let search = Self.finished(Self.search())
    #expect(search.plan.rungs.map(\.count) == [9, 6, 2])
    #expect(search.trials.count == 17)
    #expect(search.candidates(2).first == 0)
    let best = try #require(search.best)
    #expect(best.rung == 2 && search.configurations[best.configuration] == ["width": "20"])
    #expect(search.defaults?.rung == 2 && search.defaults?.score?.total == 0.1)
    #expect(search.arguments(best.configuration) == ["width": "20"])
    let effects = OptionEffects(search).effects
    #expect(effects.map(\.option) == ["width", "dropout"])
    #expect(effects[0].share > 0.9 && effects[1].share == 0)
    #expect(effects[0].values.map(\.value) == ["20", nil, "5"] && effects[0].values.allSatisfy { $0.count == 3 })
  }

  @Test func `A search that was interrupted goes on as if it had not been`() throws {
    let whole = Self.finished(Self.search())
    var part = Self.search()
    for _ in 0..<11 {
      var next = try #require(part.next)
      next.score = Self.score(part.configurations[next.configuration])
      part.record(next)
    }
    // Nothing is known of the last rung: what had been best of a complete one counts.
    #expect(part.best?.rung == 0)
    let kept = try JSONDecoder().decode(TuningSearch.self, from: JSONEncoder().encode(part))
    #expect(kept == part)
    #expect(Self.finished(kept) == whole)
  }

  @Test func `Trials that fail come last, and where all fail there is no best`() throws {
    var search = Self.search()
    while var next = search.next {
      next.failure = "no"
      search.record(next)
    }
    #expect(search.best == nil && search.trials.count == 17)
    var one = Self.search()
    while var next = one.next {
      if search.configurations[next.configuration]["width"] == "20" {
        next.failure = "too wide"
      } else {
        next.score = Self.score(one.configurations[next.configuration])
      }
      one.record(next)
    }
    #expect(one.best?.configuration == 0)
  }
}
