import Foundation
import Testing

/// Standard input and output, and what is said on the way.
@Suite struct StreamTests {
  @Test func `A table goes through standard input and output as through files`() throws {
    let scratch = Scratch()
    let data = scratch.file("people.csv", Sample.people)
    let file = try Command.start(["synth", data, "-o", "out.csv"] + Sample.quick, in: scratch)
    file.process.waitUntilExit()
    #expect(file.outcome().status == 0)
    let stream = try Command.start(["synth", "-", "-o", "-"] + Sample.quick, input: Sample.people)
    stream.process.waitUntilExit()
    #expect(stream.outcome().output == scratch.text("out.csv"))
    #expect(stream.outcome().errors.isEmpty)
    #expect(scratch.names == ["out.csv", "people.csv"])
    let lines = scratch.text("out.csv").split(separator: "\n")
    #expect(lines.count == 81)
    #expect(lines[0] == "age,city,income,owner,since")
  }

  @Test func `A closed pipe ends the command quietly`() throws {
    let scratch = Scratch()
    let data = scratch.file("people.csv", Sample.people)
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    let words = (["synth", data, "-o", "-", "--rows", "200000", "--evaluations", "1"] + Sample.quick).joined(
      separator: " ")
    shell.arguments = ["-c", "{ '\(Command.binary.path)' \(words); echo $? >status; } 2>errors | head -n 1 >first"]
    shell.currentDirectoryURL = scratch.folder
    try shell.run()
    shell.waitUntilExit()
    #expect(scratch.text("status") == "74\n")
    #expect(scratch.text("errors").isEmpty)
    #expect(scratch.text("first") == "age,city,income,owner,since\n")
  }

  @Test func `Choices are said once, with their flags, and no escapes`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run(
      "synth", "people.csv", "-o", "out.csv", "--budget", "1s", "--threads", "1", in: scratch)
    #expect(outcome.status == 0)
    #expect(outcome.output.isEmpty)
    let seeds = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("seed ") }
    #expect(seeds.count == 1)
    #expect(seeds.first?.hasSuffix("(--seed)") == true)
    #expect(outcome.errors.contains("wrote 80 rows to out.csv"))
    #expect(!outcome.errors.contains("\u{1B}") && !outcome.errors.contains("\r"))
    // The line that repeats the run does so.
    let line = try #require(outcome.errors.split(separator: "\n").last { $0.contains("to repeat this exactly: ") })
    let words = line.split(separator: " ").map(String.init)
    #expect(words.contains("--steps") && words.contains("--seed") && !words.contains("--budget"))
    let first = scratch.text("out.csv")
    let start = try #require(words.firstIndex(of: "synth"))
    let again = try Command.start(Array(words[start...]), in: scratch)
    again.process.waitUntilExit()
    #expect(scratch.text("out.csv") == first)
  }

  @Test func `JSON results and progress parse`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run(
      "synth", "people.csv", "-o", "out.csv", "--steps", "12", "--json", "--rows", "33", in: scratch)
    let result = try outcome.json()
    #expect(result["rows"] as? Int == 33)
    #expect(result["method"] as? String == "tabular-masked")
    #expect((result["report"] as? [String: Any])?["verdict"] != nil)
    for line in outcome.errors.split(separator: "\n") {
      let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(event?["event"] is String)
    }
    let stream = try Command.run("synth", "people.csv", "-o", "-", "--steps", "12", "--json", in: scratch)
    #expect(stream.output.hasPrefix("age,city"))
    #expect(stream.errors.contains("\"event\":\"result\""))
  }
}
