import DiffusionCore
import Foundation
import Testing

/// What is written: under its link, with its permissions, the same bytes again, and told where it fails.
@Suite struct FileSafetyTests {
  private let scratch = Scratch()

  init() { scratch.file("people.csv", Sample.people) }

  private func mode(_ name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path(name))
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
  }

  @Test func `All kinds of output keep the link and the permissions of what they replace`() throws {
    let names = ["table.csv", "model", "page.html", "schema.json"]
    for name in names {
      scratch.file("kept-" + name, "old")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: scratch.path("kept-" + name))
      try FileManager.default.createSymbolicLink(atPath: scratch.path(name), withDestinationPath: "kept-" + name)
    }
    for words in [
      ["balance", "people.csv", "--target", "owner", "--method", "random", "-o", "table.csv", "-q"],
      ["fit", "people.csv", "-o", "model"] + Sample.quick, ["explain", "people.csv", "--html", "page.html", "-q"],
      ["inspect", "people.csv", "--schema", "schema.json"],
    ] {
      let outcome = try Command.run(words, in: scratch)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    for name in names {
      #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: scratch.path(name))) == "kept-" + name)
      #expect(try mode("kept-" + name) == 0o600, "\(name)")
      #expect(scratch.text("kept-" + name).count > 100, "\(name)")
    }
    #expect(scratch.names == (names + names.map { "kept-" + $0 } + ["people.csv"]).sorted())
  }

  @Test func `The longest name can be written`() throws {
    let name = String(repeating: "a", count: 251) + ".csv"
    let outcome = try Command.run(["synth", "people.csv", "-o", name] + Sample.quick, in: scratch)
    #expect(outcome.status == 0 && scratch.has(name), "\(outcome.errors)")
    let longer = try Command.run(["synth", "people.csv", "-o", "a" + name] + Sample.quick, in: scratch)
    #expect(longer.status == 74 && longer.errors.contains("at most 255 bytes"), "\(longer.errors)")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "the system has no /dev/full"))
  func `A full disk is told with the file, whatever is written`() throws {
    for words in [
      ["inspect", "people.csv", "--schema", "/dev/full"], ["explain", "people.csv", "--html", "/dev/full"],
      ["fit", "people.csv", "-o", "/dev/full"] + Sample.quick,
      ["balance", "people.csv", "--target", "owner", "--method", "random", "-o", "/dev/full"],
    ] {
      let outcome = try Command.run(words, in: scratch)
      #expect(
        outcome.status == 74 && outcome.errors.contains("/dev/full: writing failed: No space left"), "\(outcome.errors)"
      )
    }
    #expect(scratch.names == ["people.csv"])
  }

  @Test func `A disk without room is told before the training`() throws {
    // A limit on the size of files acts like a full disk.
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = [
      "-c",
      "ulimit -f 8; exec '\(Command.binary.path)' synth people.csv -o out.csv --steps 1000000 2>errors </dev/null",
    ]
    shell.currentDirectoryURL = scratch.folder
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 74)
    #expect(scratch.text("errors").contains("out.csv: writing failed: File too large"), "\(scratch.text("errors"))")
    #expect(scratch.names == ["errors", "people.csv"])
  }

  @Test func `A model is the same file again, with a self-check too`() throws {
    for name in ["a", "b"] {
      #expect(try Command.run(["fit", "people.csv", "-o", name] + Sample.quick, in: scratch).status == 0)
      let filling = try Command.run(
        "fit", "people.csv", "--task", "impute", "--method", "tabular-masked", "--steps", "12", "--seed", "7",
        "--threads", name == "a" ? "1" : "2", "--set", "width=16", "-o", name + ".filling", in: scratch)
      #expect(filling.status == 0, "\(filling.errors)")
    }
    for ending in ["", ".filling"] {
      let files = try ["a", "b"].map { try Data(contentsOf: scratch.folder.appending(path: $0 + ending)) }
      #expect(files[0] == files[1] && files[0].count > 1000, "\(ending)")
    }
    let archive = try ModelArchive(contentsOf: scratch.path("a.filling"))
    let check = try #require(archive.metadata["self-check"])
    #expect(!check.contains("\"seconds\"") && check.contains("\"relativeError\""))
    // The times of a run are told, though not kept.
    let fit = try Command.run(["fit", "people.csv", "-o", "c", "--json"] + Sample.quick.dropLast(), in: scratch)
    let training = (try fit.json()["report"] as? [String: Any])?["training"] as? [String: Any]
    #expect(training?["seconds"] is Double)
  }

  // MARK: Checkpoints

  /// Starts a training that takes seconds, and keeps its state often.
  private func start(steps: Int = 1500, _ more: String...) throws -> Command.Running {
    let words = ["synth", "people.csv", "-o", "out/out.csv", "--steps", "\(steps)", "--seed", "3", "--threads", "1"]
    return try Command.start(words + ["--set", "width=64", "--checkpoint-every", "50ms"] + more, in: scratch)
  }

  @Test func `A checkpoint is its owner's alone, and is marked`() throws {
    mkdir(scratch.path("out"), 0o755)
    let run = try start()
    #expect(run.wait { scratch.has("out/out.csv.checkpoint") })
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
    #expect(try mode("out/out.csv.checkpoint") == 0o600)
    #expect(CheckpointPolicy.isCheckpoint(scratch.path("out/out.csv.checkpoint")))
    #expect(!CheckpointPolicy.isCheckpoint(scratch.path("people.csv")))
    // It stays with runs that keep none: it is another run's.
    let random = try Command.run(
      "balance", "people.csv", "--target", "owner", "--method", "random", "-o", "out/out.csv", in: scratch)
    #expect(random.status == 0 && scratch.has("out/out.csv.checkpoint"))
    let anew = try Command.run(["synth", "people.csv", "-o", "out/out.csv"] + Sample.quick, in: scratch)
    #expect(anew.status == 0 && scratch.has("out/out.csv.checkpoint"))
    // A run that goes on from it, or replaces it, removes it when it is done.
    let done = try start(steps: 200, "--checkpoint-every", "1ms")
    done.process.waitUntilExit()
    #expect(done.outcome().status == 0 && !scratch.has("out/out.csv.checkpoint"))
  }

  @Test func `A checkpoint that cannot be written does not end the training, nor an interruption`() throws {
    mkdir(scratch.path("out"), 0o755)
    let run = try start(steps: 100_000)
    #expect(run.wait { scratch.has("out/out.csv.checkpoint") })
    try FileManager.default.moveItem(atPath: scratch.path("out"), toPath: scratch.path("gone"))
    #expect(run.wait { run.scratch.text("stderr").contains("the state of the training cannot be saved") })
    // It goes on, and saves again as soon as it can.
    mkdir(scratch.path("out"), 0o755)
    #expect(run.wait { run.scratch.text("stderr").contains("saved again") })
    #expect(scratch.has("out/out.csv.checkpoint"))
    try FileManager.default.removeItem(atPath: scratch.path("out"))
    #expect(run.wait { run.scratch.text("stderr").components(separatedBy: "cannot be saved").count == 3 })
    kill(run.process.processIdentifier, SIGINT)
    run.process.waitUntilExit()
    let outcome = run.outcome()
    #expect(
      outcome.status == 130 && outcome.errors.contains("the state of the training could not be saved"),
      "\(outcome.errors)")
    #expect(!outcome.errors.contains("to go on"))
  }

  @Test func `Where the output cannot be written after the training, the error says how to go on`() throws {
    mkdir(scratch.path("out"), 0o755)
    let run = try start()
    #expect(run.wait { scratch.has("out/out.csv.checkpoint") })
    // A folder takes the place of the output.
    mkdir(scratch.path("out/out.csv"), 0o755)
    run.process.waitUntilExit()
    let outcome = run.outcome()
    #expect(outcome.status == 74 && outcome.errors.contains("out/out.csv"), "\(outcome.errors)")
    #expect(outcome.errors.contains("what was learned is kept in out/out.csv.checkpoint"))
    #expect(outcome.errors.contains("--resume"))
    rmdir(scratch.path("out/out.csv"))
    let resumed = try start("--resume")
    resumed.process.waitUntilExit()
    #expect(resumed.outcome().status == 0)
    #expect(scratch.text("out/out.csv").split(separator: "\n").count == 81)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("out")) == ["out.csv"])
  }

  @Test func `What a killed run left half made goes with the next one`() throws {
    #expect(try Command.run(["fit", "people.csv", "-o", "model"] + Sample.quick, in: scratch).status == 0)
    let sample = ["sample", "model", "-o", "rows.csv", "--rows", "3000000", "--seed", "1", "--threads", "1"]
    let run = try Command.start(sample, in: scratch)
    // More than is written to see whether there is room.
    #expect(
      run.wait {
        scratch.names.contains { $0.hasPrefix(".langevin-") && scratch.text($0).utf8.count > 1 << 17 }
      })
    // While it lives, another run leaves its file alone.
    try Command.run("inspect", "people.csv", "--schema", "schema.json", in: scratch)
    #expect(scratch.names.contains { $0.hasPrefix(".langevin-") })
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
    #expect(scratch.names.contains { $0.hasPrefix(".langevin-") })
    try Command.run("inspect", "people.csv", "--schema", "schema.json", in: scratch)
    #expect(scratch.names == ["model", "people.csv", "schema.json"])
  }

  @Test func `A new plugin's folder takes the place of nothing`() throws {
    mkdir(scratch.path("mine.partial"), 0o755)
    scratch.file("mine.partial/notes", "mine")
    let made = try Command.run("plugins", "new", "mine", "--language", "c", in: scratch)
    #expect(made.status == 0 && scratch.text("mine.partial/notes") == "mine" && scratch.has("mine/Makefile"))
    let again = try Command.run("plugins", "new", "mine", "--language", "c", in: scratch)
    #expect(again.status == 2)
    #expect(scratch.names == ["mine", "mine.partial", "people.csv"])
  }
}
