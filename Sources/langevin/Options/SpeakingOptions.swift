import ArgumentParser

/// How much the command says on its way.
struct SpeakingOptions: ParsableArguments {
  @Flag(name: [.short, .long], help: "Says nothing but errors.")
  var quiet = false

  @Flag(name: [.short, .long], help: "Says more.")
  var verbose = false

  @Flag(
    help:
      "Writes for programs: the result as one JSON object on standard output, progress as JSON lines on standard error."
  )
  var json = false

  func validate() throws {
    if quiet, verbose { throw ValidationError("give one of --quiet and --verbose") }
  }

  var console: Console { Console(json ? (quiet ? .quiet : .json) : quiet ? .quiet : verbose ? .verbose : .plain) }
}
