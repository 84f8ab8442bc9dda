import Foundation
import Testing

/// The work itself: the same bytes again, interruption and resumption, models and what is asked of them.
@Suite struct RunTests {
  /// Starts a training that takes seconds, and keeps its state often.
  private func start(_ scratch: Scratch, output: String, _ more: String...) throws -> Command.Running {
    scratch.file("people.csv", Sample.people)
    let words = ["synth", "people.csv", "-o", output, "--steps", "1500", "--seed", "3", "--threads", "1"]
    return try Command.start(words + ["--set", "width=64", "--checkpoint-every", "50ms"] + more, in: scratch)
  }

  @Test func `One seed gives the same bytes, another does not`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    for (name, seed) in [("a.csv", "1"), ("b.csv", "1"), ("c.csv", "2")] {
      let outcome = try Command.run(
        "synth", "people.csv", "-o", name, "--steps", "20", "--seed", seed, "--threads", "2", in: scratch)
      #expect(outcome.status == 0)
    }
    #expect(scratch.text("a.csv") == scratch.text("b.csv"))
    #expect(scratch.text("a.csv") != scratch.text("c.csv"))
  }

  @Test func `A killed run goes on to the same result`() throws {
    let scratch = Scratch()
    let whole = try start(scratch, output: "whole.csv")
    whole.process.waitUntilExit()
    #expect(whole.outcome().status == 0)

    let killed = try start(scratch, output: "killed.csv")
    #expect(killed.wait { scratch.has("killed.csv.checkpoint") })
    kill(killed.process.processIdentifier, SIGKILL)
    killed.process.waitUntilExit()
    #expect(killed.outcome().status == 137)
    #expect(!scratch.has("killed.csv"))

    let resumed = try start(scratch, output: "killed.csv", "--resume")
    resumed.process.waitUntilExit()
    #expect(resumed.outcome().status == 0)
    #expect(resumed.outcome().errors.contains("going on from killed.csv.checkpoint"))
    #expect(scratch.text("killed.csv") == scratch.text("whole.csv"))
    #expect(scratch.names == ["killed.csv", "people.csv", "whole.csv"])
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func `An interrupted run saves and says how to go on`(number: Int32)
    throws
  {
    let scratch = Scratch()
    let run = try start(scratch, output: "out.csv")
    #expect(run.wait { scratch.has("out.csv.checkpoint") })
    kill(run.process.processIdentifier, number)
    if number == SIGHUP {
      // The shell sends it once more, and nothing is lost by that.
      usleep(5_000)
      kill(run.process.processIdentifier, number)
    }
    run.process.waitUntilExit()
    let outcome = run.outcome()
    #expect(outcome.status == 130)
    #expect(scratch.names == ["out.csv.checkpoint", "people.csv"])
    let hint = try #require(outcome.errors.split(separator: "\n").last { $0.contains("to go on: ") })
    let words = hint.split(separator: " ").map(String.init)
    #expect(words.contains("--resume") && words.contains("--seed"))
    let start = try #require(words.firstIndex(of: "synth"))
    let resumed = try Command.start(Array(words[start...]), in: scratch)
    resumed.process.waitUntilExit()
    #expect(resumed.outcome().status == 0)
    #expect(scratch.names == ["out.csv", "people.csv"])
  }

  @Test func `Resuming without a checkpoint says that it starts anew`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run("synth", "people.csv", "-o", "out.csv", "--steps", "12", "--resume", in: scratch)
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("starts anew"))
  }

  @Test func `A model is kept, sampled, completed and scored`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let fit = try Command.start(["fit", "people.csv", "-o", "people.langevin"] + Sample.quick, in: scratch)
    fit.process.waitUntilExit()
    #expect(fit.outcome().status == 0)

    let sample = try Command.run(
      "sample", "people.langevin", "-o", "-", "--rows", "25", "--seed", "1", "--where", "city=Oslo", "--where",
      "age=30..40", "--no-missing", "-q", in: scratch)
    #expect(sample.status == 0)
    let rows = sample.output.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows.count == 25)
    for row in rows {
      #expect(row.count == 5 && row[1] == "Oslo" && (30...40).contains(Int(row[0]) ?? 0) && !row[2].isEmpty)
    }

    scratch.file("partial.csv", "age,city,income,owner,since\n33,,,yes,\n,Bergen,41000,,2024-05-14\n")
    let complete = try Command.run(
      "sample", "people.langevin", "-o", "-", "--complete", "partial.csv", "--seed", "1", "-q", in: scratch)
    #expect(complete.status == 0)
    let filled = complete.output.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(filled.count == 2)
    #expect(filled.first?[0] == "33" && filled.first?[3] == "yes" && filled.first?[1].isEmpty == false)
    #expect(filled.last?[1] == "Bergen" && filled.last?[2] == "41000" && filled.last?[0].isEmpty == false)

    let score = try Command.run("score", "people.csv", "--model", "people.langevin", in: scratch)
    let scores = score.output.split(separator: "\n")
    #expect(scores.first == "score" && scores.count == 81)
    #expect(scores.dropFirst().allSatisfy { Double($0) != nil })
    let wide = try Command.run("score", "people.csv", "--model", "people.langevin", "--with-data", "-q", in: scratch)
    #expect(wide.output.hasPrefix("age,city,income,owner,since,score\n"))

    let misspelt = try Command.run("sample", "people.langevin", "-o", "x.csv", "--where", "cty=Oslo", in: scratch)
    #expect(misspelt.status == 65)
    #expect(misspelt.errors.contains("'city'"))
    #expect(!scratch.has("x.csv"))
  }
}
