import DiffusionCore
import Foundation
import Tables

/// What `--json` writes: one JSON object a line, told apart by `event`.
enum Event {
  /// How far a long part of the work is.
  struct Progress: JSONLine {
    var event = "progress"
    /// `training`, `sampling`, or what of an evaluation is measured.
    var phase: String
    /// The part that is done, 0 ... 1.
    var share: Double
    /// Steps or rows done, and in all where that is known; nil where work has no such unit.
    var done: Int?, total: Int?
    /// Steps or rows a second.
    var rate: Double?
    /// Losses in nats a row, in training.
    var loss: Double?, heldOut: Double?
    /// Seconds spent and left.
    var elapsed: Double, remaining: Double?
  }

  /// A choice that was made for the user.
  struct Chosen: JSONLine {
    var event = "choice"
    var name: String, value: String, reason: String, flag: String
    init(_ choice: Choice) {
      (name, value, reason, flag) = (choice.name, choice.value, choice.reason, choice.flag)
    }
  }

  /// Something noticed in the data.
  struct Noted: JSONLine {
    var event: String
    var column: String?, what: String, why: String, option: String?
    init(_ note: TableNote) {
      event = note.severity.rawValue
      (column, what, why, option) = (note.column, note.what, note.why, note.option)
    }
  }

  /// Anything else that is said.
  struct Said: JSONLine {
    var event = "message"
    var message: String
  }

  /// The error that ended the command.
  struct Failed: JSONLine {
    var event = "error"
    var message: String, help: String?, status: Int32
  }
}

/// A value that is written as one line of JSON.
protocol JSONLine: Encodable, Sendable {}

extension JSONLine {
  /// The line with its end. Keys are in order; a number that is not finite is written as text.
  var line: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let data = (try? encoder.encode(self)) ?? Data("{}".utf8)
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
