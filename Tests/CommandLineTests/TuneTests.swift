import Foundation
import Testing

/// The command `tune`, run as a person runs it.
@Suite struct TuneTests {
  static func scratch(rows: Int = 400) -> Scratch {
    var text = "a,b,kind\n"
    for row in 0..<rows { text += "\(row * 37 % 101),\(row * 37 % 101 + row % 7),\(row % 3 == 0 ? "x" : "y")\n" }
    let scratch = Scratch()
    scratch.file("data.csv", text)
    return scratch
  }

  @Test func `A search that is stopped goes on, and ends with the best options and a report`() throws {
    let scratch = Self.scratch()
    let search = ["tune", "data.csv", "--budget", "16s", "--set", "width=32", "--html", "report.html"]
    let first = try Command.start(search + ["--seed", "5"], in: scratch)
    let state = scratch.folder.appending(path: "data.tuning.json")
    while first.process.isRunning, !FileManager.default.fileExists(atPath: state.path) { usleep(20_000) }
    first.process.interrupt()
    first.process.waitUntilExit()
    let stopped = first.outcome()
    #expect(stopped.status == 130)
    #expect(stopped.errors.contains("interrupted; 1 trial so far in data.tuning.json"))
    #expect(stopped.errors.contains("--resume"))
    #expect(!FileManager.default.fileExists(atPath: scratch.folder.appending(path: "report.html").path))

    // The seed is taken from the file.
    let whole = try Command.run(search + ["--resume"], in: scratch)
    #expect(whole.status == 0)
    #expect(whole.output.contains("langevin synth data.csv -o synthetic.csv --method tabular-masked"))
    #expect(whole.output.contains("--set width=32"))
    #expect(scratch.text("report.html").contains("Which options suit this table?"))
    let kept = try #require(
      try JSONSerialization.jsonObject(with: Data(scratch.text("data.tuning.json").utf8)) as? [String: Any])
    #expect((kept["trials"] as? [Any])?.count == 2)

    let other = try Command.run(
      ["tune", "data.csv", "--budget", "20s", "--set", "width=32", "--resume"], in: scratch)
    #expect(other.status == 2)
    #expect(other.errors.contains("data.tuning.json is of another search"))
  }

  @Test func `What cannot be tuned is told with the cure, and leaves no file`() throws {
    let scratch = Self.scratch(rows: 60)
    let cases: [(arguments: [String], status: Int32, words: String)] = [
      (["data.csv"], 65, "60 rows are too few to tune on"),
      (["data.csv", "--budget", "5s"], 2, "--budget is 16 s or more"),
      (["data.csv", "-o", "-"], 2, "-o names a file"),
      (["-"], 2, "-o names the file of trials"),
      (["data.csv", "--set", "widht=3"], 2, "did you mean"),
      (["none.csv"], 74, "none.csv"),
    ]
    for (arguments, status, words) in cases {
      let outcome = try Command.run(["tune"] + arguments, in: scratch)
      #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.localizedCaseInsensitiveContains(words), "\(arguments): \(outcome.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.folder.appending(path: "data.tuning.json").path))
    scratch.file("data.tuning.json", "{}")
    let damaged = try Command.run(["tune", "data.csv", "--resume"], in: scratch)
    #expect(damaged.status == 65 && damaged.errors.contains("does not hold the trials of a search"))
  }
}
