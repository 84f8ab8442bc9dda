import DiffusionCore
import Evaluation
import Foundation

/// What a run came to, for a person and for a program.
struct RunOutcome: JSONLine {
  var event = "result"
  let command: String
  let output: String
  let method: String
  let seed: UInt64
  let threads: Int
  /// Rows that were written.
  var rows: Int?
  let seconds: Double
  var samplingSeconds: Double?
  /// How the training went.
  var report: FitReport?
  /// What was filled, of `impute`.
  var imputation: ImputationResult?
  /// What was measured of methods, of `fit --task impute`.
  var selfCheck: SelfCheckResult?
  /// The command that gives the same bytes.
  var repeatCommand: String?

  /// Says it: in words, or as one JSON object on standard output, or on standard error where the output is there.
  ///
  /// - Parameter hidesRepeat: whether the command line repeats the run as it is.
  func tell(_ console: Console, asJSON: Bool, resultIsTaken: Bool, hidesRepeat: Bool) throws {
    if asJSON {
      if resultIsTaken { StandardError.write(line) } else { try StandardOutput.write(line) }
      return
    }
    var took = Wording.span(seconds)
    if let samplingSeconds, seconds > 0 {
      took += ", training \(Wording.span(seconds - samplingSeconds)), sampling \(Wording.span(samplingSeconds))"
    }
    if let report {
      console.say(report.explanation)
      console.detail(Self.curve(report.training))
    }
    let name = output == "-" ? "standard output" : output
    console.say("wrote \(rows.map { "\(Wording.count($0, "row")) to " } ?? "")\(name) (\(took))")
    if let repeatCommand, !hidesRepeat { console.say("to repeat this exactly: \(repeatCommand)") }
  }

  private static func curve(_ training: TrainingSummary) -> String {
    let points = training.curve.suffix(12).map { point in
      "  step \(Wording.count(point.step)): loss \(Wording.loss(point.training))"
        + (point.heldOut.map { ", held-out \(Wording.loss($0))" } ?? "")
    }
    let start = training.initialHeldOut.map { ["  before the first step: held-out \(Wording.loss($0))"] } ?? []
    return
      (["\(Wording.count(training.steps, "step")), the best after \(Wording.count(training.bestStep))"] + start
      + points)
      .joined(separator: "\n")
  }
}
