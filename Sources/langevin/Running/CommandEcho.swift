/// The command line as it was given, with changes: what to type to repeat or resume a run.
struct CommandEcho: Sendable, Equatable {
  private let arguments: [String]

  /// Takes the words of a command line, the program's name first.
  init(_ arguments: [String] = CommandLine.arguments) { self.arguments = arguments }

  /// Leaves options that take a value out.
  func without(options: [String], flags: [String] = []) -> CommandEcho {
    var kept: [String] = []
    var skipsNext = false
    for word in arguments {
      if skipsNext {
        skipsNext = false
      } else if options.contains(word) {
        skipsNext = true
      } else if !flags.contains(word), !options.contains(where: { word.hasPrefix($0 + "=") }) {
        kept.append(word)
      }
    }
    return CommandEcho(kept)
  }

  /// Puts another word in the place of one.
  func replacing(_ word: String, by other: String) -> CommandEcho {
    CommandEcho(arguments.map { $0 == word ? other : $0 == "--output=" + word ? "--output=" + other : $0 })
  }

  /// Adds words at the end.
  func adding(_ words: String...) -> CommandEcho { adding(words) }
  func adding(_ words: [String]) -> CommandEcho { CommandEcho(arguments + words) }

  /// The line for a shell, each word quoted where it must be.
  var line: String { arguments.map(Self.quoted).joined(separator: " ") }

  static func quoted(_ word: String) -> String {
    let plain = word.unicodeScalars.allSatisfy { scalar in
      scalar.value > 127 || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || "-_./,:=+@%".unicodeScalars.contains(scalar)
    }
    if plain, !word.isEmpty { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
