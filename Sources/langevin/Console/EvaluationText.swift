import Evaluation

/// The result of an evaluation for a terminal.
struct EvaluationText {
  let result: EvaluationResult
  let width: Int
  let terminal: Terminal

  init(_ result: EvaluationResult, width: Int, terminal: Terminal) {
    self.result = result
    self.width = width
    self.terminal = terminal
  }

  var text: String {
    result.figures.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      "\($0.key.rawValue) \($0.value.value.map { String($0) } ?? $0.value.why ?? "") \($0.value.floor.map { String($0) } ?? "")\n"
    }.joined()
  }
}
