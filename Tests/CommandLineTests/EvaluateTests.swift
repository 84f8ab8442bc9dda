import Foundation
import Testing

/// `evaluate` and the report of `synth`, as a person runs them.
@Suite struct EvaluateTests {
  /// Real rows, rows that the generator has not seen, and synthetic ones: three stretches of one stream.
  private func tables() -> Scratch {
    let scratch = Scratch()
    let cities = ["Oslo", "Bergen", "Trondheim"]
    func rows(_ range: Range<Int>) -> String {
      let lines = range.map { row -> String in
        let age = 18 + row * 7919 % 61, city = cities[row * row % 7 % 3]
        let income = row % 9 == 0 ? "" : "\(20_000 + age * 500 + row * 37 % 1000)"
        return "\(row),\(age),\(city),\(income),\(age + row % 5 > 42 ? "yes" : "no")"
      }
      return (["id,age,city,income,owner"] + lines).joined(separator: "\n") + "\n"
    }
    scratch.file("real.csv", rows(0..<300))
    scratch.file("unseen.csv", rows(300..<450))
    scratch.file("synthetic.csv", rows(450..<750))
    return scratch
  }

  @Test func `Every figure is written, in words and as JSON`() throws {
    let scratch = tables()
    let outcome = try Command.run(
      "evaluate", "real.csv", "synthetic.csv", "--holdout", "unseen.csv", "--target", "owner", "--json", "out.json",
      "--html", "out.html", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("How alike: good"))
    #expect(outcome.output.contains("How safe") && outcome.output.contains("How useful"))
    #expect(outcome.errors.contains("id is left out: identifiers are made anew"))
    let result = try #require(
      try JSONSerialization.jsonObject(with: Data(scratch.text("out.json").utf8)) as? [String: Any])
    let figures = try #require(result["figures"] as? [String: [String: Any]])
    #expect(figures.count == 26)
    for (name, figure) in figures { #expect(figure["value"] is Double || figure["why"] is String, "\(name)") }
    #expect(scratch.text("out.html").hasPrefix("<!DOCTYPE html>"))
    #expect(scratch.text("out.html").contains("owner"))
    #expect(scratch.names == ["out.html", "out.json", "real.csv", "synthetic.csv", "unseen.csv"])
  }

  @Test(arguments: [
    ["--holdout", "unseen.csv", "--target", "owner", "--repeats", "2"], ["--target", "none"],
    ["--holdout", "unseen.csv", "--target", "age", "--task", "regression"],
  ])
  func `The JSON is as its schema says`(_ options: [String]) throws {
    let scratch = tables()
    let outcome = try Command.run(["evaluate", "real.csv", "synthetic.csv", "--json", "-"] + options, in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs")
    let schema = try JSONSchemaCheck(Data(contentsOf: folder.appending(path: "evaluation.schema.json")))
    let departures = schema.departures(of: try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)))
    #expect(departures == [])
    #expect(schema.departures(of: ["schemaVersion": 2, "extra": 1]).count > 8, "the check sees what is wrong")
  }

  @Test func `The same seed gives the same figures, whatever the threads`() throws {
    let scratch = tables()
    var texts: [String] = []
    for threads in ["1", "2"] {
      let outcome = try Command.run(
        "evaluate", "real.csv", "synthetic.csv", "--holdout", "unseen.csv", "--seed", "5", "--threads", threads,
        in: scratch)
      #expect(outcome.status == 0, "\(outcome.errors)")
      texts.append(outcome.output)
    }
    #expect(texts[0] == texts[1])
  }

  @Test func `Several samplings give intervals`() throws {
    let scratch = tables()
    let outcome = try Command.run(
      "evaluate", "real.csv", "synthetic.csv", "unseen.csv", "--target", "none", "--json", "-", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let result = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let figures = try #require(result["figures"] as? [String: [String: Any]])
    let interval = try #require(figures["shape_error"]?["interval"] as? [String: Double])
    #expect(try #require(interval["low"]) < #require(interval["high"]))
    #expect(figures["utility_synthetic"]?["why"] is String)
  }

  @Test(arguments: [
    (["evaluate", "real.csv", "renamed.csv"], 65, "did you mean age?"),
    (["evaluate", "real.csv", "more.csv"], 65, "take zip out of more.csv"),
    (["evaluate", "real.csv", "fewer.csv"], 65, "(--drop age)"),
    (["evaluate", "real.csv", "words.csv"], 65, "line 2"),
    (["evaluate", "real.csv", "header.csv"], 65, "no rows"),
    (["evaluate", "real.csv", "empty.csv"], 65, "the file is empty"),
    (["evaluate", "real.csv", "nowhere.csv"], 74, "no such file"),
    (["evaluate", "real.csv", "synthetic.csv", "--target", "ovner"], 65, "did you mean owner?"),
    (["evaluate", "real.csv", "synthetic.csv", "--target", "id"], 65, "cannot be predicted"),
    (["evaluate", "real.csv", "synthetic.csv", "--target", "city", "--task", "regression"], 65, "no numbers"),
    (["evaluate", "real.csv", "synthetic.csv", "--holdot", "unseen.csv"], 2, "--holdout"),
    (["evaluate", "real.csv", "synthetic.csv", "--html", "real.csv"], 2, "overwritten"),
    (["evaluate", "real.csv", "synthetic.csv", "--repeats", "0"], 2, "1 to 1000"),
    (["synth", "real.csv", "-o", "o.csv", "--report", "r.html", "--where", "age=30"], 2, "--where"),
    (["synth", "real.csv", "-o", "o.csv", "--report", "r.html", "--holdout-share", "0.01"], 65, "too few"),
  ])
  func `What cannot be judged is said with its cure`(words: [String], status: Int32, message: String) throws {
    let scratch = tables()
    scratch.file("renamed.csv", scratch.text("synthetic.csv").replacingOccurrences(of: "age", with: "agee"))
    scratch.file("more.csv", "id,age,city,income,owner,zip\n1,30,Oslo,3,yes,7\n")
    scratch.file("fewer.csv", "id,city,income,owner\n1,Oslo,3,yes\n")
    scratch.file("words.csv", "id,age,city,income,owner\n1,old,Oslo,3,yes\n")
    scratch.file("header.csv", "id,age,city,income,owner\n")
    scratch.file("empty.csv", "")
    let run = try Command.start(words, in: scratch)
    run.process.waitUntilExit()
    let outcome = run.outcome()
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!scratch.has("r.html") && !scratch.has("o.csv"))
  }

  @Test func `A target with one class and columns without values are marked, never NaN`() throws {
    let scratch = tables()
    scratch.file("same.csv", "a,b,c\n" + (0..<60).map { "\($0),,x\n" }.joined())
    scratch.file("other.csv", "a,b,c\n" + (0..<30).map { "\($0 % 7),1,\($0 % 2 == 0 ? "x" : "y")\n" }.joined())
    let outcome = try Command.run(
      "evaluate", "same.csv", "other.csv", "--holdout", "same.csv", "--target", "c", "--json", "-",
      in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.output.lowercased().contains("nan"))
    let result = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let figures = try #require(result["figures"] as? [String: [String: Any]])
    #expect(figures["utility_real"]?["why"] is String)
  }

  /// Rows of two groups, Oslo and Bergen, that a number tells apart, from a stream of their own.
  private func rows(_ count: Int, stream: Int, only: String? = nil) -> String {
    var state = UInt64(stream) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 9_007_199_254_740_992
    }
    var lines = ["income,age,score,city"]
    while lines.count <= count {
      let city = uniform() < 0.2 ? "Bergen" : "Oslo"
      let level = (city == "Bergen" ? 300.0 : 500) + 60 * (uniform() + uniform() + uniform())
      let line = String(format: "%.2f,%d,%.3f,", level, 18 + Int(uniform() * 60), uniform() * 9) + city
      if only == nil || city == only { lines.append(line) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func cards(_ words: String..., in scratch: Scratch) throws -> [String] {
    let outcome = try Command.run(["evaluate"] + words + ["--target", "city", "--seed", "1"], in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(separator: "\n").filter { $0.hasPrefix("How ") }.map {
      String($0.split(separator: ":")[1].dropFirst())
    } + [outcome.output]
  }

  @Test func `Tables that share rows are never certified`() throws {
    let scratch = Scratch()
    scratch.file("real.csv", rows(400, stream: 1))
    scratch.file("other.csv", rows(400, stream: 2))
    scratch.file("unseen.csv", rows(200, stream: 3))
    let lines = scratch.text("real.csv").split(separator: "\n").map(String.init)
    // The columns in another order and the rows from the end: the same rows for all that.
    let turned = lines.map { $0.split(separator: ",").reversed().joined(separator: ",") }
    scratch.file(
      "learned.csv", ([turned[0]] + turned.dropFirst().suffix(200).reversed()).joined(separator: "\n") + "\n")
    let good = try cards("real.csv", "other.csv", "--holdout", "unseen.csv", in: scratch)
    #expect(good[0] == "good" && good[1] == "good" && good[3].contains("Same rows"))
    let learned = try cards("real.csv", "other.csv", "--holdout", "learned.csv", in: scratch)
    #expect(learned[0] == "good" && learned[1] == "not known" && learned[2] == "not known")
    #expect(learned[3].contains("The hold-out is not used: 100% of the held-out rows"))
    let held = try cards("real.csv", "unseen.csv", "--holdout", "unseen.csv", in: scratch)
    #expect(held[0...2].allSatisfy { $0 == "not known" })
    for words in [["real.csv", "real.csv"], ["real.csv", "real.csv", "--holdout", "real.csv"]] {
      let outcome = try Command.run(["evaluate"] + words + ["--target", "none"], in: scratch)
      #expect(outcome.output.contains("How safe: not good"), "\(words)")
    }
  }

  @Test func `Without a hold-out a second sample is good, and what is lost is named`() throws {
    let scratch = Scratch()
    scratch.file("real.csv", rows(400, stream: 1))
    scratch.file("other.csv", rows(400, stream: 2))
    scratch.file("oslo.csv", rows(400, stream: 4, only: "Oslo"))
    scratch.file("one.csv", rows(1, stream: 5))
    scratch.file("same.csv", "income,age,score,city\n" + String(repeating: "510.00,40,1.000,Oslo\n", count: 500))
    let good = try cards("real.csv", "other.csv", in: scratch)
    #expect(good[0] == "good" && good[1] == "not known" && good[2] == "not known")
    let lost = try cards("real.csv", "oslo.csv", in: scratch)
    #expect(lost[0] == "not good" && lost[3].contains("city 'Bergen'") && lost[3].contains("is missing"))
    for name in ["one.csv", "same.csv"] {
      let few = try cards("real.csv", name, in: scratch)
      #expect(few[0] != "good" && few[1] != "good", "\(name)")
    }
  }

  @Test func `Held-out rows of a group that was learned judge nothing`() throws {
    let scratch = tables()
    let outcome = try Command.run(
      "evaluate", "real.csv", "synthetic.csv", "--holdout", "unseen.csv", "--target", "none", "--group", "city",
      in: scratch)
    #expect(outcome.status == 65 && outcome.errors.contains("every held-out row is of a group of the real table"))
    let unknown = try Command.run(
      "evaluate", "real.csv", "synthetic.csv", "--target", "none", "--group", "town", in: scratch)
    #expect(unknown.status != 0 && unknown.errors.contains("town"))
    let both = try Command.run(
      "evaluate", "real.csv", "synthetic.csv", "--target", "city", "--group", "city", in: scratch)
    #expect(both.status == 2 && both.errors.contains("name the same column, city"))
    let alone = try Command.run(
      "evaluate", "real.csv", "synthetic.csv", "--target", "none", "--group", "city", in: scratch)
    #expect(alone.errors.contains("--group city has no effect without held-out rows"), "\(alone.errors)")
    #expect(alone.errors.contains("city is left out: it names rows that belong together"))
  }

  @Test func `Synth keeps rows from training and reports on them`() throws {
    let scratch = tables()
    let outcome = try Command.run(
      "synth", "real.csv", "-o", "made.csv", "--report", "report.html", "--target", "owner", "--steps", "30", "--seed",
      "7", "--threads", "1", "--set", "width=16", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("hold-out 30 rows"))
    #expect(scratch.text("made.csv").split(separator: "\n").count == 301)
    #expect(scratch.text("report.html").contains("</html>"))
  }
}
