import Foundation

/// What a stream is connected to, and so what may be written there.
struct Terminal: Sendable, Equatable {
  /// Whether a line can be drawn over.
  let redraws: Bool
  /// Whether colours may be used (https://no-color.org).
  let hasColour: Bool
  /// Whether block characters can be expected to show.
  let hasBlocks: Bool

  static var standardError: Terminal { Terminal(descriptor: 2, environment: ProcessInfo.processInfo.environment) }
  static var standardOutput: Terminal { Terminal(descriptor: 1, environment: ProcessInfo.processInfo.environment) }

  init(descriptor: Int32, environment: [String: String]) {
    let isTerminal = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    redraws = isTerminal
    hasColour = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
    let locale = environment["LC_ALL"] ?? environment["LC_CTYPE"] ?? environment["LANG"] ?? ""
    hasBlocks = isTerminal && locale.lowercased().contains("utf")
  }

  /// Characters in a line, asked anew each time: windows change. What is no terminal is taken to be wide.
  static func width(of descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return isatty(descriptor) == 1 ? 80 : 120
    }
    return Int(size.ws_col)
  }

  enum Colour: Int { case red = 31, green = 32, yellow = 33 }

  /// A text in bold colour where the stream has colours.
  func strong(_ text: String, _ colour: Colour) -> String {
    hasColour ? "\u{1B}[1;\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}
