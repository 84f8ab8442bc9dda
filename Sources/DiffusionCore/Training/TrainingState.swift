import Errors
import Foundation
import NeuralNetworks

/// All that a training knows between two steps, so that it can be killed at any moment and go on to the same result.
struct TrainingState: Codable {
  /// Names the data and the settings.
  let fingerprint: String
  var step = 0
  /// Seconds spent.
  var seconds = 0.0
  var summary = TrainingSummary()
  /// The total number of steps and the step at which the rate begins to fall, once known.
  var plan: Int?, decayStart: Int?
  /// The falls of the rate, where there is more than one.
  private(set) var falls: [RateFall]?
  var lossSum = 0.0, lossCount = 0
  var bestLoss: Double?, evaluationsSinceBest = 0
  /// Whether the rate has begun to fall.
  var isDecaying = false
  /// The averaged parameters at the best evaluation.
  var best: [Float]
  /// What else is needed to go back there; nil before the first evaluation and while the rate falls.
  private var turn: Turn?

  /// The parameters and the moments of the optimiser at the best evaluation.
  private struct Turn {
    var parameters: [Float], first: [Float], second: [Float]
  }

  private enum CodingKeys: String, CodingKey {
    case fingerprint, step, seconds, summary, plan, decayStart, lossSum, lossCount, bestLoss, evaluationsSinceBest
    case isDecaying, falls
  }

  init(fingerprint: String, best: [Float]) {
    self.fingerprint = fingerprint
    self.best = best
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    fingerprint = try values.decode(String.self, forKey: .fingerprint)
    step = try values.decode(Int.self, forKey: .step)
    seconds = try values.decode(Double.self, forKey: .seconds)
    summary = try values.decode(TrainingSummary.self, forKey: .summary)
    plan = try values.decodeIfPresent(Int.self, forKey: .plan)
    decayStart = try values.decodeIfPresent(Int.self, forKey: .decayStart)
    lossSum = try values.decode(Double.self, forKey: .lossSum)
    lossCount = try values.decode(Int.self, forKey: .lossCount)
    bestLoss = try values.decodeIfPresent(Double.self, forKey: .bestLoss)
    evaluationsSinceBest = try values.decode(Int.self, forKey: .evaluationsSinceBest)
    isDecaying = try values.decode(Bool.self, forKey: .isDecaying)
    falls = try values.decodeIfPresent([RateFall].self, forKey: .falls)
    best = []
  }

  /// Takes an evaluation in: the learning curve, and the parameters where they are the best yet.
  ///
  /// - Parameter turns: whether the run may go back to its best step.
  mutating func note(heldOut: Double?, store: ParameterStore, optimizer: Optimizer, turns: Bool) {
    summary.curve.append(.init(step: step, training: lossSum / Double(max(lossCount, 1)), heldOut: heldOut))
    lossSum = 0
    lossCount = 0
    guard let heldOut else { return }
    if heldOut < bestLoss ?? .infinity {
      bestLoss = heldOut
      best = Array((optimizer.average ?? store).values)
      summary.bestStep = step
      evaluationsSinceBest = 0
      if turns, !isDecaying {
        let moments = optimizer.moments
        turn = Turn(parameters: Array(store.values), first: moments.first, second: moments.second)
      }
    } else {
      evaluationsSinceBest += 1
    }
  }

  /// Whether held-out loss has been rising: two evaluations without a better one, and a loss clearly above the best. Less
  /// may be chance.
  ///
  /// - Parameter slack: see ``TrainingSettings/slack``.
  func hasTurned(slack: Double) -> Bool {
    guard let bestLoss, let last = summary.curve.last?.heldOut, evaluationsSinceBest >= 2 else { return false }
    return last > bestLoss + 0.1 * slack
  }

  /// Goes back to the best evaluation, as if the steps since had not been taken; their time stays spent.
  mutating func goBack(store: ParameterStore, optimizer: Optimizer) {
    guard let turn else { return }
    _ = store.values.update(fromContentsOf: turn.parameters)
    store.refreshHalves()
    optimizer.restore(
      step: summary.bestStep, first: turn.first, second: turn.second,
      average: optimizer.average == nil ? nil : best)
    summary.turnedAt = step
    step = summary.bestStep
    summary.curve.removeAll { $0.step > step }
    (lossSum, lossCount, evaluationsSinceBest) = (0, 0, 0)
  }

  /// Frees what only ``goBack(store:optimizer:)`` needs.
  mutating func forgetTurn() { turn = nil }

  /// Lets the rate fall faster from this step on.
  mutating func endEarlier(at end: Int) {
    guard let plan, let decayStart else { return }
    falls = (falls ?? [RateFall(start: decayStart, end: plan)]) + [RateFall(start: step, end: end)]
    self.plan = end
  }

  /// Closes the run: the last parameters are kept unless held-out rows say clearly that earlier ones were better.
  ///
  /// - Parameter slack: see ``TrainingSettings/slack``.
  mutating func finish(values: UnsafeMutableBufferPointer<Float>, slack: Double) {
    let last = summary.curve.last?.heldOut ?? .infinity
    if bestLoss.map({ last <= $0 + slack }) ?? true {
      best = Array(values)
      summary.bestStep = step
    }
    summary.steps = step
    summary.falls = falls
    summary.seconds = seconds
  }

  // MARK: The file

  private static let key = "training"

  func archive(store: ParameterStore, optimizer: Optimizer) throws -> ModelArchive {
    var archive = ModelArchive()
    try archive.set(self, for: Self.key)
    var parts = [(name: "parameters", values: Array(store.values)), (name: "best", values: best)] + optimizer.state
    if let turn {
      parts += [
        ("best parameters", turn.parameters), ("best first", turn.first), ("best second", turn.second),
      ].map { (name: $0.0, values: $0.1) }
    }
    for part in parts { archive.add(StoredTensor(part.name, Tensor(part.values, shape: [part.values.count]))) }
    return archive
  }

  mutating func restore(from path: String, store: ParameterStore, optimizer: Optimizer) throws {
    let archive = try ModelArchive(contentsOf: path)
    guard archive.metadata[Self.key] != nil else { throw CheckpointError.foreign(path) }
    var stored: TrainingState = try archive.value(for: Self.key)
    guard stored.fingerprint == fingerprint else { throw CheckpointError.otherRun(path) }
    func part(_ name: String) throws -> [Float] {
      try archive.tensor(name, shape: [store.values.count]).tensor().values
    }
    stored.best = try part("best")
    if !stored.isDecaying, stored.bestLoss != nil, archive.tensors.contains(where: { $0.name == "best parameters" }) {
      stored.turn = Turn(
        parameters: try part("best parameters"), first: try part("best first"), second: try part("best second"))
    }
    _ = store.values.update(fromContentsOf: try part("parameters"))
    store.refreshHalves()
    optimizer.restore(
      step: stored.step, first: try part("first"), second: try part("second"),
      average: optimizer.average == nil ? nil : try part("average"))
    self = stored
  }
}

/// A checkpoint that a run cannot go on from.
public enum CheckpointError: DiagnosedError, Sendable, Equatable {
  /// The file holds something else.
  case foreign(String)
  /// The file is of a run on other data or with other options.
  case otherRun(String)

  /// What is wrong, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .foreign(let path):
      Diagnosis(
        "\(path) is not a training checkpoint of this kind of method", cure: "remove it, or leave out --resume")
    case .otherRun(let path):
      Diagnosis(
        "\(path) is the checkpoint of a run on other data or with other options",
        cure: "give the same ones, or leave out --resume")
    }
  }
}
