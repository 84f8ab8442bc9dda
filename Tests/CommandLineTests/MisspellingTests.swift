import Testing

/// Words that do not exist: status 2, and the nearest that does.
@Suite struct MisspellingTests {
  @Test(arguments: [
    (["sinth", "a.csv"], "langevin synth"), (["plugins", "lst"], "langevin plugins list"),
    (["synth", "a.csv", "-o", "b.csv", "--rowz", "3"], "--rows"), (["synth", "--bugdet", "3s"], "--budget"),
    (["plugins", "info", "tabular-maskd"], "tabular-masked"), (["people.csv"], "langevin synth people.csv"),
  ]) func `A misspelt word names the nearest`(words: [String], nearest: String) throws {
    let run = try Command.start(words)
    run.process.waitUntilExit()
    let outcome = run.outcome()
    #expect(outcome.status == 2)
    #expect(outcome.errors.hasPrefix("langevin: error: "))
    #expect(outcome.errors.contains("\n  help: "))
    #expect(outcome.errors.contains(nearest))
    #expect(outcome.output.isEmpty)
  }

  @Test(arguments: [
    (["--method", "tabular-maskd"], "'tabular-masked'", 2), (["--set", "widht=16"], "'width'", 2),
    (["--denoiser", "mpl"], "'mlp'", 2), (["--where", "aeg=30"], "'age'", 65),
    (["--where", "city=Olso"], "'Oslo'", 65),
    (["--where", "age=x"], "no integer", 65), (["--where", "age"], "COLUMN=VALUE", 65),
    (["--where", "age=40..30"], "empty", 65), (["--where", "age=900.."], "outside", 65),
    (["--where", "city="], "never missing", 65), (["--where", "age=30", "--where", "age=31"], "two conditions", 65),
    (["--kind", "aeg=category"], "age", 65), (["--kind", "age=categry"], "category", 2),
    (["--drop", "aeg"], "age", 65),
    (["--delimiter", "colon"], "semicolon", 2), (["--budget", "soon"], "90s", 2), (["--rows", "0"], "--rows", 2),
    (["--budget", "3s", "--steps", "3"], "one of", 2), (["--set", "width=16", "--set", "width=17"], "twice", 2),
    (["--threads", "0"], "--threads", 2), (["--schema", "none.json"], "inspect", 74),
  ]) func `A misspelt or impossible option is refused with the cure`(
    words: [String], cure: String, status: Int32
  ) throws {
    let scratch = Scratch()
    let data = scratch.file("people.csv", Sample.people)
    let run = try Command.start(["synth", data, "-o", "out.csv"] + words, in: scratch)
    run.process.waitUntilExit()
    let outcome = run.outcome()
    #expect(outcome.status == status)
    #expect(outcome.errors.contains("langevin: error: "))
    #expect(outcome.errors.contains(cure))
    #expect(scratch.names == ["people.csv"])
  }

  @Test func `What is missing is named`() throws {
    let outcome = try Command.run("synth", "a.csv")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("--output"))
    #expect(outcome.errors.contains("langevin synth --help"))
  }
}
