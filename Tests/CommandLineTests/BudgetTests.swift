import Foundation
import Testing

/// `--budget`: what is left out for want of time is said, and the line that repeats the run does so without a time.
@Suite struct BudgetTests {
  /// Runs the line that a run gave to repeat it, with another output.
  private func repeated(_ outcome: Command.Outcome, in scratch: Scratch, as name: String) throws {
    let line = try #require(
      outcome.errors.split(separator: "\n").last { $0.contains("to repeat this exactly: ") }, "\(outcome.errors)")
    let words = line.split(separator: " ").map(String.init)
    let start = try #require(words.firstIndex(of: "exactly:"))
    #expect(!words.contains("--budget"))
    let again = try Command.run(words[(start + 2)...].map { $0 == "out.csv" ? name : $0 }, in: scratch)
    #expect(again.status == 0, "\(again.errors)")
    #expect(scratch.text(name) == scratch.text("out.csv"), "\(line)")
  }

  @Test(arguments: ["tabular-masked", "tabular-ddpm", "forest-flow"])
  func `With hardly any time rows are made all the same, and can be made again`(method: String) throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run(
      "synth", "people.csv", "-o", "out.csv", "--method", method, "--budget", "20ms", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    if method != "forest-flow" {
      // The time is over when rows are to be made.
      #expect(outcome.errors.contains("evaluations"), "\(outcome.errors)")
    }
    try repeated(outcome, in: scratch, as: "again.csv")
  }

  @Test func `A run that ends while the learning rate rises has not learned enough`() throws {
    let scratch = Scratch()
    scratch.file("iris.csv", Sample.numbers)
    let outcome = try Command.run(
      "synth", "iris.csv", "-o", "out.csv", "--budget", "20ms", "--method", "tabular-masked", in: scratch)
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("Underfitted: "), "\(outcome.errors)")
    #expect(!outcome.errors.contains("Right: "))
  }

  @Test func `A report is written although the time is over`() throws {
    let scratch = Scratch()
    scratch.file("numbers.csv", Sample.numbers)
    let outcome = try Command.run(
      "synth", "numbers.csv", "-o", "out.csv", "--report", "report.html", "--budget", "20ms", "--repeats", "3",
      in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(scratch.has("report.html"))
    #expect(outcome.errors.contains("1 of 3"), "\(outcome.errors)")
    #expect(outcome.errors.contains("500 of each table at most"), "\(outcome.errors)")
    #expect(scratch.text("report.html").contains("Of each table 500 rows at most were judged"))
  }

  @Test func `Plain methods for which there was no time have not failed`() throws {
    let scratch = Scratch()
    scratch.file("readings.csv", ImputeTests.readings)
    let outcome = try Command.run("impute", "readings.csv", "-o", "out.csv", "--budget", "20ms", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("there was no time left to measure it"), "\(outcome.errors)")
    #expect(outcome.errors.contains("method series-ridge, because nothing could be measured"), "\(outcome.errors)")
    #expect(!outcome.errors.contains("failed") && !outcome.errors.contains("lowest error"), "\(outcome.errors)")
    try repeated(outcome, in: scratch, as: "again.csv")
  }

  @Test func `Falls of the learning rate need the steps at which they end`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let words = ["synth", "people.csv", "-o", "out.csv", "--seed", "1", "--set", "width=16", "--threads", "1"]
    for (falls, steps, problem) in [
      ("10:30,20:25", "30", "--decay needs --steps 25"), ("10", "30", "--decay is a list"),
      ("10:30,40:50", "50", "--decay is a list"),
    ] {
      let outcome = try Command.run(words + ["--decay", falls, "--steps", steps], in: scratch)
      #expect(outcome.status == 2 && outcome.errors.contains(problem), "\(outcome.errors)")
    }
    for (name, more) in [("a.csv", ["--decay", "10:30,20:25"]), ("b.csv", ["--decay", "10:30,20:25"]), ("c.csv", [])] {
      let outcome = try Command.run(
        ["synth", "people.csv", "-o", name] + words.dropFirst(4) + ["--steps", "25"] + more, in: scratch)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(scratch.text("a.csv") == scratch.text("b.csv") && scratch.text("a.csv") != scratch.text("c.csv"))
  }
}

extension Sample {
  /// 1,200 rows of numbers that depend on each other.
  fileprivate static let numbers: String = {
    let rows = (0..<1200).map { row -> String in
      let x = Double(row * 7919 % 1201) / 10, y = x * x / 20 + Double(row * 31 % 17)
      return String(format: "%.1f,%.2f,%@", x, y, y > 200 ? "high" : "low")
    }
    return (["x,y,level"] + rows).joined(separator: "\n") + "\n"
  }()
}
