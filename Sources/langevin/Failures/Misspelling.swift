import ArgumentParser
import Tables

/// Finds misspelt subcommands before the argument parser does, which would call them unexpected arguments.
enum Misspelling {
  static func check(_ arguments: [String], in root: any ParsableCommand.Type) throws(Failure) {
    var command = root
    var path = "langevin"
    for word in arguments {
      let children = command.configuration.subcommands
      guard !children.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
      let names = children.map { name(of: $0) }
      guard let index = names.firstIndex(of: word) else {
        throw Failure(.usage, "there is no subcommand '\(word)' of '\(path)'", cure: cure(word, names, path))
      }
      command = children[index]
      path += " " + names[index]
    }
  }

  /// The first long option of a command line that its subcommand does not have.
  ///
  /// The argument parser notes a missing argument before an unknown option, though the slip is mostly the cause.
  static func option(in words: [String], for command: any ParsableCommand.Type) -> Failure? {
    let known = Set(
      Langevin.helpMessage(for: command, columns: 1000).split { !($0.isLetter || $0 == "-") }.map(String.init)
        .filter { $0.hasPrefix("--") })
    for word in words {
      if word == "--" { return nil }
      let name = word.split(separator: "=").first.map(String.init) ?? word
      guard name.hasPrefix("--"), !known.contains(name) else { continue }
      let near = nearest(to: name, in: known).first
      return Failure(.usage, "unknown option '\(name)'", cure: near.map { "did you mean '\($0)'?" })
    }
    return nil
  }

  /// The subcommand that a command line names.
  static func command(of arguments: [String], in root: any ParsableCommand.Type) -> any ParsableCommand.Type {
    var command = root
    for word in arguments {
      guard let next = command.configuration.subcommands.first(where: { name(of: $0) == word }) else { return command }
      command = next
    }
    return command
  }

  private static func cure(_ word: String, _ names: [String], _ path: String) -> String {
    if let near = nearest(to: word, in: names).first { return "did you mean '\(path) \(near)'?" }
    if word.contains(".csv") { return "to make a table like it: langevin synth \(word) -o synthetic.csv" }
    return "there are \(names.joined(separator: ", ")); see \(path) --help"
  }

  static func name(of command: any ParsableCommand.Type) -> String {
    command.configuration.commandName ?? "\(command)".lowercased()
  }
}
