import DiffusionCore
import Foundation

/// The file next to an output that keeps the state of an unfinished training.
final class CheckpointFile: Sendable {
  let path: String
  /// Whether the run goes on from it.
  let resumes: Bool
  private let interval: Double
  private let state: Locked<State>

  private struct State {
    /// Whether it holds the state of this run.
    var isOurs: Bool
    /// Why the last state could not be saved.
    var trouble: String?
  }

  /// - Throws: a ``Failure`` where something else has its name.
  init(_ path: String, resumes: Bool, interval: Double) throws(Failure) {
    self.path = path
    self.resumes = resumes
    self.interval = interval
    var status = stat()
    let isThere = lstat(path, &status) == 0
    guard !isThere || CheckpointPolicy.isCheckpoint(path) else {
      throw Failure(
        .usage,
        "\(path) is where the state of the training is kept, and holds something else: it is not a training checkpoint",
        cure: "name another output, or move that file")
    }
    state = Locked(State(isOurs: resumes && isThere))
  }

  /// The file to go on from; nil where the run begins anew.
  var resumed: String? { resumes ? path : nil }

  /// Whether it holds a state of this run.
  var isKept: Bool { state.withValue { $0.isOurs } && isThere }

  /// Why the last state could not be saved; nil where it was.
  var trouble: String? { state.withValue { $0.trouble } }

  private var isThere: Bool { FileManager.default.fileExists(atPath: path) }

  /// How a training keeps its state there. What goes wrong is said once, and the training goes on.
  func policy(_ console: Console) -> CheckpointPolicy {
    let exists = isThere
    if resumes {
      console.say(exists ? "going on from \(path)" : "there is no checkpoint \(path): training starts anew")
    } else if exists {
      console.say(
        "\(path) is of an earlier run and will be replaced; --resume would go on from it, given the same data and options"
      )
    }
    var policy = CheckpointPolicy(path: path, resumes: resumes, interval: interval)
    policy.noted = { [state, interval] error in
      let reason = error.map { Failure($0).message }
      let before = state.withValue { state in
        let before = state.trouble
        state.trouble = reason
        if reason == nil { state.isOurs = true }
        return before
      }
      if let reason, before == nil {
        console.say(
          "warning: the state of the training cannot be saved: \(reason); training goes on, and every \(Wording.span(interval)) it is tried again"
        )
      } else if reason == nil, before != nil {
        console.say("the state of the training is saved again")
      }
    }
    return policy
  }

  /// Removes the state of this run when the output is complete. Any other file of that name stays, another run's state too.
  func remove() {
    if isKept, CheckpointPolicy.isCheckpoint(path) { unlink(path) }
  }
}
