import Foundation
import Testing

/// Bad data and places: the status, a message with the place and the cure, and nothing left behind.
@Suite struct BadInputTests {
  @Test(arguments: [
    ("", "empty"), ("a,b\n", "no rows"), ("a,b\n1,2\n3\n", "line 3"), ("a,b\n1,2\n3,4,5\n", "line 3"),
    ("a,a\n1,2\n", "\"a\""), ("a,b\n1,\"x\n", "line 2"), ("a\n" + String(repeating: "5\n", count: 30), "no column"),
    ("a,b\n1,x\n2,y\n3,z\n", "at least 10"), ("a,b\n1,\n2,\n", "no value at all"),
  ]) func `Bad data are refused with their place`(text: String, message: String) throws {
    let scratch = Scratch()
    scratch.file("data.csv", text)
    for subcommand in ["synth", "fit"] {
      let outcome = try Command.run(subcommand, "data.csv", "-o", "out", "--steps", "3", in: scratch)
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains("data.csv"))
      #expect(outcome.errors.contains(message))
      #expect(outcome.errors.contains("\n  help: "))
      #expect(outcome.output.isEmpty)
      #expect(scratch.names == ["data.csv"])
    }
  }

  @Test func `A missing file, a directory and a missing folder are told apart`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let missing = try Command.run("synth", "peple.csv", "-o", "out.csv", in: scratch)
    #expect(missing.status == 74)
    #expect(missing.errors.contains("people.csv?"))
    let folder = try Command.run("synth", ".", "-o", "out.csv", in: scratch)
    #expect(folder.status == 74)
    #expect(folder.errors.contains("directory"))
    let place = try Command.run("synth", "people.csv", "-o", "none/out.csv", in: scratch)
    #expect(place.status == 74)
    #expect(place.errors.contains("mkdir -p none"))
    let onFolder = try Command.run("synth", "people.csv", "-o", ".", in: scratch)
    #expect(onFolder.status == 74)
    #expect(scratch.names == ["people.csv"])
  }

  @Test func `The input is not overwritten`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    try FileManager.default.createSymbolicLink(atPath: scratch.path("link.csv"), withDestinationPath: "people.csv")
    for output in ["people.csv", "./people.csv", "link.csv"] {
      let outcome = try Command.run("synth", "people.csv", "-o", output, "--steps", "3", in: scratch)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("would be overwritten"))
    }
    #expect(scratch.text("people.csv") == Sample.people)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "the system has no /dev/full"))
  func `A full disk is an error`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let run = try Command.start(["synth", "people.csv", "-o", "/dev/full"] + Sample.quick, in: scratch)
    run.process.waitUntilExit()
    #expect(run.outcome().status == 74)
    #expect(run.outcome().errors.contains("No space left"))
    let inspect = try Command.run("inspect", "people.csv", output: "/dev/full", in: scratch)
    #expect(inspect.status == 74)
  }

  @Test func `A file that is no model is refused`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    scratch.file("cut.langevin", "\u{1}\u{2}")
    let foreign = try Command.run("sample", "people.csv", "-o", "out.csv", in: scratch)
    #expect(foreign.status == 65)
    let cut = try Command.run("sample", "cut.langevin", "-o", "out.csv", in: scratch)
    #expect(cut.status == 65)
    let missing = try Command.run("sample", "none.langevin", "-o", "out.csv", in: scratch)
    #expect(missing.status == 74)
    let folder = try Command.run("score", "people.csv", "--model", ".", in: scratch)
    #expect(folder.status == 74)
    #expect(scratch.names == ["cut.langevin", "people.csv"])
  }

  @Test(arguments: [
    (["--steps", "-3"], Int32(2), "1 or more"), (["--rows", "-3"], 2, "1 or more"),
    (["--where", "age=300..400"], 65, "which run from 18 to "),
    (["--where", "since=1999-01-01..1999-12-31"], 65, "which run from 2024-01-"),
  ]) func `What is asked is refused in the user's own terms`(
    words: [String], status: Int32, message: String
  ) throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let run = try Command.start(["synth", "people.csv", "-o", "out.csv"] + words, in: scratch)
    run.process.waitUntilExit()
    #expect(run.outcome().status == status)
    #expect(run.outcome().errors.contains(message))
    #expect(scratch.names == ["people.csv"])
  }

  @Test func `Errors are JSON where asked`() throws {
    let outcome = try Command.run("inspect", "none.csv", "--json")
    let error = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.errors.utf8)) as? [String: Any])
    #expect(error["event"] as? String == "error")
    #expect(error["status"] as? Int == 74)
    #expect((error["message"] as? String)?.contains("none.csv") == true)
  }
}
