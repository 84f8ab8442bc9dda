import DiffusionCore
import Foundation

/// What balancing came to, for a person and for a program.
struct BalanceOutcome: JSONLine {
  var event = "result"
  var command = "balance"
  let output: String
  let method: String
  var seed: UInt64?
  /// Rows that were written.
  let rows: Int
  /// The classes before and after.
  let report: BalanceReport
  /// The weight of each class, where weights were written in the place of rows.
  var weights: [Double]?
  let seconds: Double
  /// Seconds of the method alone, without reading and writing.
  var samplingSeconds: Double?
  /// How the training went, where there was one.
  var training: FitReport?
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
    if let training { console.say(training.explanation) }
    console.say(String(counts.text(width: 100).dropLast()))
    if report.copies > 0 {
      let share =
        report.copies == report.newRows && report.copies > 1
        ? "all" : "\(Wording.count(report.copies)) of the"
      let verb = report.copies == 1 ? "is a copy of a row" : "are copies of rows"
      console.say("\(share) \(Wording.count(report.newRows, "new row")) \(verb) in the file")
    }
    if weights == nil, report.newRows == 0 {
      console.say("the classes have these numbers of rows already: none is added")
    }
    let name = output == "-" ? "standard output" : output
    console.say("wrote \(Wording.count(rows, "row")) to \(name) (\(Wording.span(seconds)))")
    if let repeatCommand, !hidesRepeat { console.say("to repeat this exactly: \(repeatCommand)") }
  }

  private var counts: TextTable {
    let head = weights == nil ? ["class", "before", "after", ""] : ["class", "rows", "weight", ""]
    let body = report.classes.enumerated().map { place, one in
      [
        one.label, Wording.count(one.before),
        weights.map { String(format: "%.4g", $0[place]) } ?? Wording.count(one.after), "",
      ]
    }
    return TextTable(rows: [head] + body, rightAligned: [1, 2])
  }
}
