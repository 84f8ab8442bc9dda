import DiffusionCore
import Foundation
import Tables

/// Where a command speaks while it works: standard error, so that standard output holds results alone.
final class Console: Sendable {
  /// How much is said, and to whom.
  enum Voice: Sendable { case quiet, plain, verbose, json }

  let voice: Voice
  private let terminal: Terminal
  private let state = Locked(State())

  private struct State {
    /// Characters of the progress line on the screen.
    var drawn = 0
    /// When progress was last shown.
    var shown = -Double.infinity
    /// Names of choices that were printed, so that each is printed once.
    var announced: Set<String> = []
  }

  init(_ voice: Voice) {
    self.voice = voice
    terminal = .standardError
  }

  /// Says a sentence.
  func say(_ text: String) {
    let text = text.elided(to: 20_000)
    switch voice {
    case .quiet: break
    case .json: write(Event.Said(message: text).line)
    case .plain, .verbose: write(text + "\n")
    }
  }

  /// Says a sentence that only `--verbose` asks for.
  func detail(_ text: @autoclosure () -> String) {
    if voice == .verbose { say(text()) }
  }

  /// Says a choice that was made for the user, once.
  func announce(_ choice: Choice) {
    let isNew = state.withValue { $0.announced.insert(choice.name).inserted }
    guard isNew else { return }
    switch voice {
    case .quiet: break
    case .json: write(Event.Chosen(choice).line)
    case .plain, .verbose:
      let reason = choice.reason.isEmpty ? "" : ", because \(choice.reason)"
      let flag = choice.flag.isEmpty ? "" : " (\(choice.flag))"
      write(wrapped("\(choice.name) \(choice.value)\(reason)\(flag)"))
    }
  }

  /// Says what was noticed in the data; of many notes the first, warnings before others.
  func report(_ notes: [TableNote]) {
    if voice == .json { return notes.forEach { write(Event.Noted($0).line) } }
    guard voice != .quiet else { return }
    let sorted = notes.filter { $0.severity == .warning } + notes.filter { $0.severity != .warning }
    let limit = voice == .verbose ? sorted.count : 10
    for note in sorted.prefix(limit) {
      let mark = note.severity == .warning ? terminal.strong("warning:", .yellow) + " " : ""
      write(wrapped("\(mark)\(note)"))
    }
    if sorted.count > limit { write("… and \(sorted.count - limit) more notes (--verbose)\n") }
  }

  /// Shows progress: on a terminal one line, redrawn ten times a second; elsewhere a line every few seconds.
  ///
  /// - Parameter isLast: shown whatever the time.
  func progress(_ event: Event.Progress, isLast: Bool = false) {
    guard voice != .quiet else { return }
    let interval = voice == .json ? 1 : terminal.redraws ? 0.1 : 5
    let isDue = state.withValue { state in
      // Not at once: what ends within a moment needs no progress.
      if state.shown == -.infinity { state.shown = event.elapsed }
      guard event.elapsed - state.shown >= interval || event.elapsed < state.shown || isLast else { return false }
      state.shown = event.elapsed
      return true
    }
    guard isDue else { return }
    if voice == .json { return write(event.line) }
    if terminal.redraws {
      draw(ProgressText.line(event, width: Terminal.width(of: 2) - 1, hasBlocks: terminal.hasBlocks))
    } else if !isLast {
      write(ProgressText.sentence(event) + "\n")
    }
  }

  /// Forgets the time of the last progress, so that a new phase begins afresh, and takes the line off the screen.
  func endPhase() {
    write("")
    state.withValue { $0.shown = -.infinity }
  }

  /// A sentence for a terminal, broken between words; for a log it stays one line.
  private func wrapped(_ text: String) -> String {
    guard terminal.redraws else { return text + "\n" }
    return TextTable.wrapped(text, width: Terminal.width(of: 2) - 3).joined(separator: "\n  ") + "\n"
  }

  // Escapes are not needed to draw a line over: spaces do, with and without colours.
  private func draw(_ line: String) {
    state.withValue { state in
      StandardError.write("\r" + line + String(repeating: " ", count: max(0, state.drawn - line.count)))
      state.drawn = line.count
    }
  }

  private func write(_ text: String) {
    state.withValue { state in
      let erased = state.drawn > 0 ? "\r" + String(repeating: " ", count: state.drawn) + "\r" : ""
      state.drawn = 0
      if !(erased + text).isEmpty { StandardError.write(erased + text) }
    }
  }
}
