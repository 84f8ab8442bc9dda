import Foundation
import Testing

/// Files of a run that are one file: refused before anything starts, by whatever name.
@Suite struct FileConflictTests {
  private let scratch = Scratch()

  init() throws {
    scratch.file("people.csv", Sample.people)
    scratch.file("other.csv", Sample.people)
    scratch.file("model.langevin", "a model")
    scratch.file("schema.json", "a schema")
    try FileManager.default.linkItem(atPath: scratch.path("people.csv"), toPath: scratch.path("hard.csv"))
    for (link, target) in [("link.csv", "people.csv"), ("new.csv", "out.csv"), ("here", ".")] {
      try FileManager.default.createSymbolicLink(atPath: scratch.path(link), withDestinationPath: target)
    }
  }

  private func check(_ words: [String], says message: String, input: String? = nil, output: String? = nil) throws {
    let names = scratch.names
    let redirection = (input.map { " <'\($0)'" } ?? "") + (output.map { " >>'\($0)'" } ?? "")
    let line = ([Command.binary.path] + words).map { "'\($0)'" }.joined(separator: " ")
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", "exec \(line)\(redirection)"]
    shell.currentDirectoryURL = scratch.folder
    let errors = Scratch()
    shell.standardError = FileHandle(forWritingAtPath: errors.file("errors", ""))
    if input == nil { shell.standardInput = FileHandle.nullDevice }
    if output == nil { shell.standardOutput = FileHandle.nullDevice }
    try shell.run()
    shell.waitUntilExit()
    let said = errors.text("errors")
    #expect(shell.terminationStatus == 2 && said.contains(message), "\(words): \(said)")
    #expect(said.contains("help: "), "\(words): \(said)")
    #expect(scratch.names == names, "\(words)")
    #expect(scratch.text("people.csv") == Sample.people && scratch.text("other.csv") == Sample.people, "\(words)")
    #expect(scratch.text("model.langevin") == "a model" && scratch.text("schema.json") == "a schema", "\(words)")
  }

  @Test(arguments: ["people.csv", "./people.csv", "here/people.csv", "link.csv", "hard.csv"])
  func `The data are not written over, under any of their names`(name: String) throws {
    for command in [
      ["synth", "people.csv", "-o", name], ["fit", "people.csv", "-o", name],
      ["synth", "people.csv", "-o", "out.csv", "--report", name],
      ["fit", "people.csv", "--task", "impute", "-o", name],
      ["impute", "people.csv", "-o", name], ["impute", "people.csv", "-o", "out.csv", "--report", name],
      ["impute", "people.csv", "-o", "out.csv", "--draws", "2", "--draws-output", name],
      ["balance", "people.csv", "--target", "owner", "-o", name],
      ["balance", "people.csv", "--target", "owner", "--compare", "--html", name],
      ["evaluate", "people.csv", "other.csv", "--html", name], ["evaluate", "other.csv", "people.csv", "--json", name],
      ["evaluate", "other.csv", "other.csv", "--holdout", "people.csv", "--json", name],
      ["tune", "people.csv", "-o", name], ["tune", "people.csv", "--html", name],
      ["explain", "people.csv", "--html", name], ["inspect", "people.csv", "--schema", name],
      ["score", "people.csv", "--model", "model.langevin", "-o", name],
      ["sample", "model.langevin", "--complete", "people.csv", "-o", name],
      ["synth", "other.csv", "--complete", "people.csv", "-o", name],
    ] { try check(command, says: "an input of this command") }
  }

  @Test(arguments: [
    ["synth", "people.csv", "--schema", "schema.json", "-o", "schema.json"],
    ["sample", "model.langevin", "-o", "./model.langevin"],
    ["score", "people.csv", "--model", "model.langevin", "-o", "here/model.langevin"],
    ["impute", "people.csv", "--model", "model.langevin", "-o", "out.csv", "--report", "model.langevin"],
    ["explain", "model.langevin", "--html", "model.langevin"],
    ["balance", "people.csv", "--target", "owner", "--schema", "schema.json", "-o", "schema.json"],
    ["fit", "people.csv", "--plugin", "other.csv", "-o", "other.csv"],
  ]) func `Schemas, models and plugins are not written over`(words: [String]) throws {
    try check(words, says: "an input of this command")
  }

  @Test(arguments: [
    ["synth", "people.csv", "-o", "out.csv", "--report", "out.csv"],
    ["synth", "people.csv", "-o", "out.csv", "--report", "new.csv"],
    ["synth", "people.csv", "-o", "here/out.csv", "--report", "./out.csv"],
    ["synth", "people.csv", "-o", "out.csv", "--report", "out.csv.checkpoint"],
    ["synth", "people.csv", "-o", "-", "--report", "-"],
    ["synth", "people.csv", "-o", "-", "--report", "/dev/stdout"],
    ["impute", "people.csv", "-o", "out.csv", "--report", "new.csv"],
    ["impute", "people.csv", "-o", "out.csv", "--draws", "2", "--draws-output", "d.csv", "--report", "d.csv"],
    ["evaluate", "people.csv", "other.csv", "--html", "r", "--json", "./r"],
    ["evaluate", "people.csv", "other.csv", "--html", "-", "--json", "-"],
    ["tune", "people.csv", "-o", "out.csv", "--html", "new.csv"],
    ["tune", "people.csv", "--html", "people.tuning.json"],
  ]) func `Two outputs are not one file`(words: [String]) throws {
    try check(words, says: "must be different files")
  }

  @Test func `What is read from standard input or redirected is known`() throws {
    let table = ["people.csv", "link.csv"]
    for name in table {
      try check(["synth", "-", "-o", name], says: "an input of this command", input: "people.csv")
      try check(["inspect", "-", "--schema", name], says: "an input of this command", input: "people.csv")
      try check(["synth", "people.csv", "-o", "-"], says: "standard output is redirected to an input", output: name)
      try check(["inspect", "people.csv"], says: "standard output is redirected to an input", output: name)
      try check(["evaluate", "other.csv", name], says: "standard output is redirected to an input", output: "hard.csv")
      try check(
        ["synth", "other.csv", "-o", name], says: "is the file that standard output is redirected to", output: name)
    }
    try check(["sample", "-", "--complete", "-", "-o", "x.csv"], says: "both be read from standard input")
    try check(["score", "-", "--model", "/dev/stdin"], says: "both be read from standard input")
  }

  @Test func `A descriptor that leads to an input is known`() throws {
    try check(
      ["synth", "people.csv", "-o", "/dev/fd/3"], says: "an input of this command", input: "other.csv' 3<>'people.csv")
  }

  @Test func `What has a checkpoint's name and is none stops the run, and stays`() throws {
    scratch.file("out.csv.checkpoint", "mine")
    scratch.file("out.csv.checkpoint.notes.partial", "mine")
    scratch.file(".out.csv.1.partial", "mine")
    for words in [
      ["synth", "people.csv", "-o", "out.csv"], ["synth", "people.csv", "-o", "out.csv", "--resume"],
      ["fit", "people.csv", "-o", "out.csv"], ["balance", "people.csv", "--target", "owner", "-o", "out.csv"],
      ["impute", "people.csv", "-o", "out.csv"], ["fit", "people.csv", "--task", "impute", "-o", "out.csv"],
    ] { try check(words, says: "not a training checkpoint") }
    try check(["synth", "out.csv.checkpoint", "-o", "out.csv"], says: "an input of this command")
    // A method that keeps no checkpoint has no use for the name.
    let smote = try Command.run(
      "balance", "people.csv", "--target", "owner", "--method", "random", "-o", "out.csv", in: scratch)
    #expect(smote.status == 0, "\(smote.errors)")
    for name in ["out.csv.checkpoint", "out.csv.checkpoint.notes.partial", ".out.csv.1.partial"] {
      #expect(scratch.text(name) == "mine")
    }
    // The file of trials has a name that the user did not give.
    scratch.file("people.tuning.json", "mine")
    try check(["tune", "people.csv", "--budget", "16s"], says: "holds something else")
    #expect(scratch.text("people.tuning.json") == "mine")
  }
}
