import DiffusionCore
import Foundation
import Imputing
import Tables
import Testing

/// A model that takes a millisecond for each draw of each evaluation.
private struct SlowFilling: FittedImputer {
  static let method = MethodDescriptor(
    id: "slow", tasks: [.impute], summary: "", rationale: "", citation: "",
    options: [OptionDescription("evaluations", .integer(1...1000), default: .integer(10), help: "")], examples: [])

  let schema = Schema(columns: [])
  var series: SeriesLayout? { nil }
  var report: FitReport? { nil }

  func impute(_ table: Table, _ request: ImputationRequest) throws -> Imputation {
    let (draws, evaluations) = request.affordable(draws: 32, evaluations: 10)
    for part in 0..<draws {
      Thread.sleep(forTimeInterval: 1e-3 * Double(evaluations))
      guard request.shouldContinue(Double(part + 1) / Double(draws)) else { throw CancellationError() }
    }
    return Imputation(filled: table, columns: [])
  }

  func archive() throws -> ModelArchive { ModelArchive(metadata: [:]) }
}

@Suite struct TimedFillingTests {
  private func choices(_ timed: TimedFilling) throws -> [String] {
    let gathered = Gathered()
    var request = ImputationRequest(draws: 0)
    request.announce = { gathered.add($0.repeating ?? "") }
    _ = try timed.impute(SlowFilling(), of: SlowFilling.method, Table(columns: []), request)
    return gathered.all
  }

  @Test func withoutATimeNothingIsLeftOut() throws { #expect(try choices(TimedFilling(seconds: nil)) == []) }

  /// 320 ms of work; sleeping takes longer than it was told, never less, so that even a busy machine gives fewer draws.
  @Test func inAShortTimeThereAreFewerDrawsThenFewerEvaluations() throws {
    #expect(try choices(TimedFilling(seconds: 60)) == [])
    let some = try choices(TimedFilling(seconds: 0.2))
    #expect(some.first?.hasPrefix("draws=") == true, "\(some)")
    let few = try choices(TimedFilling(seconds: 0.01))
    #expect(few == ["draws=2", "evaluations=2"])
  }

  @Test func whatWouldBeWorthNothingIsNotDone() {
    #expect(throws: FillingTooSlow.self) { try choices(TimedFilling(seconds: 0.01, leastEffort: 0.12)) }
  }

  @Test func whoStopsTheWorkIsNotTakenForTheTime() {
    var request = ImputationRequest()
    request.shouldContinue = { _ in false }
    #expect(throws: CancellationError.self) {
      try TimedFilling(seconds: 60).impute(SlowFilling(), of: SlowFilling.method, Table(columns: []), request)
    }
  }

  private final class Gathered: @unchecked Sendable {
    private let lock = NSLock()
    private var texts: [String] = []
    var all: [String] { lock.withLock { texts } }
    func add(_ text: String) { lock.withLock { texts.append(text) } }
  }
}

@Suite struct ImputationEffortTests {
  private func affordable(_ effort: Double, draws: Int = 0, _ given: [String] = []) throws -> [Int] {
    var request = ImputationRequest(
      draws: draws,
      options: try OptionValues(
        arguments: given,
        as: [
          OptionDescription("draws", .integer(2...1000), default: .integer(32), help: ""),
          OptionDescription("evaluations", .integer(1...1000), default: .integer(8), help: ""),
        ]))
    request.effort = effort
    let (own, each) = request.affordable(draws: 32, evaluations: 8)
    return [own, each]
  }

  @Test func drawsComeFirstAndEnoughStay() throws {
    #expect(try affordable(1) == [32, 8])
    #expect(try affordable(0.5) == [16, 8])
    #expect(try affordable(0.125) == [8, 4])
    #expect(try affordable(0.0625) == [8, 2])
    #expect(try affordable(0.03125) == [4, 2])
    #expect(try affordable(0.001) == [2, 2])
    #expect(try affordable(0.1, draws: 20) == [20, 2], "what is asked for is made")
  }

  @Test func whatWasGivenStays() throws {
    #expect(try affordable(0.1, ["evaluations=8"]) == [3, 8])
    #expect(try affordable(0.1, ["draws=40"]) == [40, 2])
    #expect(try affordable(1, ["draws=40", "evaluations=3"]) == [40, 3])
  }
}
