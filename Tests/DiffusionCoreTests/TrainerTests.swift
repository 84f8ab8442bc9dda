@testable import DiffusionCore
import Foundation
import NeuralNetworks
import Testing

@Suite("Training")
struct TrainerTests {
  /// A linear regression on fewer rows than coefficients: it learns the rows' noise by heart, and held-out loss turns.
  private struct Regression: TrainingObjective {
    let weight: Parameter
    let inputs: [Float], targets: [Float]
    let trainingRows = 30
    static let width = 40

    static func make() -> (store: ParameterStore, objective: Regression) {
      var layout = ParameterLayout(), random = RandomStream(seed: 11)
      let weight = layout.add("weight", rows: width, columns: 1, .constant(0))
      let rows = 230
      let inputs = random.normals(rows * width)
      let targets = (0..<rows).map { 0.3 * inputs[$0 * width] - 0.3 * inputs[$0 * width + 1] + 1.5 * random.normal() }
      return (
        ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 1))),
        Regression(weight: weight, inputs: inputs, targets: targets)
      )
    }

    private func error(_ rows: [Int], scale: Float, on tape: Tape) -> Variable {
      let x = tape.constant(
        Tensor(
          rows.flatMap { inputs[$0 * Self.width..<($0 + 1) * Self.width] }, shape: [rows.count, Self.width]))
      return x.linear(tape.parameter(weight)).squaredError(
        rows.map { targets[$0] }, weights: Array(repeating: scale, count: rows.count))
    }

    func loss(_ batch: TrainingBatch, on tape: Tape) -> Variable {
      error(batch.rows.map { Int($0) }, scale: 1 / Float(batch.batchSize), on: tape)
    }

    func heldOutLoss(_ pass: ShardedPass) -> Double? {
      pass.map(rows: 200) { tape, range in
        Double(error(range.map { $0 + trainingRows }, scale: 1 / 200, on: tape).values[0])
      }.reduce(0, +)
    }
  }

  private static func settings(steps: Int?) -> TrainingSettings {
    var settings = TrainingSettings()
    (settings.steps, settings.budget) = (steps, steps == nil ? 600 : nil)
    (settings.batch, settings.patience, settings.slack) = (16, 4, 0.01)
    settings.optimizer.learningRate = 1e-3
    settings.optimizer.weightDecay = 0
    settings.optimizer.averageDecay = 0.98
    (settings.seed, settings.threads, settings.precision) = (5, 1, .float32)
    settings.warmUp = 20
    return settings
  }

  private func train(steps: Int?) throws -> (summary: TrainingSummary, values: [Float]) {
    let (store, objective) = Regression.make()
    let summary = try Trainer(Self.settings(steps: steps)).train(store, objective: objective)
    return (summary, Array(store.values))
  }

  @Test("a run whose held-out loss turns goes back to the best step, and the rate falls from there")
  func turning() throws {
    let (store, objective) = Regression.make()
    var visited: [Int] = []
    let summary = try Trainer(Self.settings(steps: nil)).train(store, objective: objective) { progress in
      visited.append(progress.step)
      return true
    }
    let turnedAt = try #require(summary.turnedAt)
    // At the turn the run reports the best step, and goes on from there.
    let turn = try #require(visited.indices.dropFirst().first { visited[$0] < visited[$0 - 1] })
    let best = visited[turn]
    #expect(summary.stoppedEarly && visited[turn - 1] == turnedAt - 1 && best < turnedAt)
    #expect(visited[turn + 1] == best + 1 && visited.last == summary.steps)
    // The fall is as long as that of a run of this length.
    #expect(abs(Double(summary.steps) * 0.6 - Double(best)) < 2)
    #expect(summary.curve.map(\.step) == summary.curve.map(\.step).sorted())
    #expect(summary.curve.contains { $0.step == best })
    let atBest = try #require(summary.curve.first { $0.step == best }?.heldOut)
    // The rate that falls brings no worse a loss than the step without.
    #expect(try #require(objective.heldOutLoss(pass(store))) <= atBest + 0.01)
  }

  private func pass(_ store: ParameterStore) -> ShardedPass {
    ShardedPass(store: store, rows: 200, precision: .float32, threads: 1, recordsGradients: false)
  }

  @Test("the steps of a run that went back repeat it, and so does a run with more steps")
  func repeating() throws {
    let first = try train(steps: nil)
    #expect(first.summary.turnedAt != nil)
    for steps in [first.summary.steps, first.summary.steps * 4] {
      let again = try train(steps: steps)
      #expect(again.values == first.values && again.summary.steps == first.summary.steps)
      #expect(again.summary.curve == first.summary.curve)
    }
  }

  @Test("a run that is interrupted before it goes back, or after, ends with the same parameters")
  func resuming() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("trainer-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let whole = try train(steps: nil)
    let turnedAt = try #require(whole.summary.turnedAt)
    for stop in [30, turnedAt - 60, turnedAt - 1, turnedAt, turnedAt + 1, turnedAt + 20] {
      try? FileManager.default.removeItem(atPath: path)
      let (store, objective) = Regression.make()
      var calls = 0
      #expect(throws: CancellationError.self) {
        try Trainer(Self.settings(steps: nil)).train(
          store, objective: objective, checkpoint: CheckpointPolicy(path: path, resumes: true), fingerprint: "test"
        ) { _ in
          calls += 1
          return calls < stop
        }
      }
      let (resumed, _) = Regression.make()
      let summary = try Trainer(Self.settings(steps: nil)).train(
        resumed, objective: objective, checkpoint: CheckpointPolicy(path: path, resumes: true), fingerprint: "test")
      #expect(Array(resumed.values) == whole.values, "stopped after \(stop) steps")
      #expect(summary.curve == whole.summary.curve && summary.turnedAt == turnedAt)
    }
  }

  /// A regression whose steps become slower after a while.
  private struct Slowing: TrainingObjective {
    let inner: Regression
    let start = ContinuousClock.now
    let trainingRows = 30

    func loss(_ batch: TrainingBatch, on tape: Tape) -> Variable {
      Thread.sleep(forTimeInterval: ContinuousClock.now - start < .seconds(0.8) ? 0.001 : 0.02)
      return inner.loss(batch, on: tape)
    }
    func heldOutLoss(_ pass: ShardedPass) -> Double? { inner.heldOutLoss(pass) }
  }

  @Test("a run whose steps become slower while the rate falls ends in time, and its falls repeat it")
  func slowing() throws {
    let (store, objective) = Regression.make()
    var settings = Self.settings(steps: nil)
    (settings.budget, settings.patience) = (1, 0)
    let summary = try Trainer(settings).train(store, objective: Slowing(inner: objective))
    let falls = try #require(summary.falls)
    #expect(falls.count > 1 && falls.last?.end == summary.steps && falls[0].end > summary.steps)
    // As it was planned, the fall would have taken some 5 s more.
    #expect(try #require(summary.seconds) < 3)

    let (again, _) = Regression.make()
    (settings.steps, settings.budget, settings.falls) = (summary.steps, nil, RateFall.list(RateFall.text(falls)))
    let second = try Trainer(settings).train(again, objective: objective)
    #expect(Array(again.values) == Array(store.values) && second == summary)
  }

  @Test("falls are read as they are written, and each takes the rate from where the one before has brought it")
  func falls() {
    let falls = [RateFall(start: 900, end: 1500), RateFall(start: 1200, end: 1300)]
    #expect(RateFall.text(falls) == "900:1500,1200:1300" && RateFall.list("900:1500,1200:1300") == falls)
    for text in ["", "900", "900:900", "900:1500,1500:1600", "900:1500,1200:1600", "900:1500,", "a:b", "-3:5", "1:2:3"]
    {
      #expect(RateFall.list(text) == nil, "\(text)")
    }
    #expect(falls.rate(at: 1200) == 0.5 && falls.rate(at: 1250) == 0.25 && falls.rate(at: 1300) == 0)
  }

  @Test("the pace is that of the last steps")
  func pace() throws {
    var pace = StepPace(window: 1)
    #expect(pace.secondsPerStep(step: 0, seconds: 0) == nil)
    for step in 1...40 { pace.note(step: step, seconds: step <= 20 ? Double(step) * 0.1 : 2 + Double(step - 20)) }
    #expect(abs(try #require(pace.secondsPerStep(step: 40, seconds: 22)) - 1) < 0.01)
    // A run that goes back begins anew.
    pace.note(step: 10, seconds: 23)
    pace.note(step: 12, seconds: 23.5)
    #expect(pace.secondsPerStep(step: 12, seconds: 23.5) == 0.25)
  }

  @Test("without patience, a run never goes back")
  func impatient() throws {
    let (store, objective) = Regression.make()
    var settings = Self.settings(steps: 1500)
    settings.patience = 0
    let summary = try Trainer(settings).train(store, objective: objective)
    #expect(summary.turnedAt == nil && summary.steps == 1500 && !summary.stoppedEarly)
  }
}
