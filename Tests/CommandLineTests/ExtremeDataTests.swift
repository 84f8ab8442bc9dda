import Foundation
import Testing

/// Numbers at the ends of the range, tables of a few cells, fields of megabytes: an answer or an error, never a crash.
@Suite struct ExtremeDataTests {
  /// Two columns of extreme numbers, one of ordinary ones, and classes.
  private static func table(_ rows: Int, _ extremes: [String]) -> String {
    "x,y,z,class\n"
      + (0..<rows).map { row in
        "\(extremes[row % extremes.count]),\(extremes[row * 7 % extremes.count]),\(row * row % 17),\(row % 3 == 0 ? "a" : "b")\n"
      }.joined()
  }

  private static let sets = [
    ["1.7976931348623157e308", "-1.7976931348623157e308", "0", "1", "-3", "2.5", "1e300"],
    ["1e19", "-1e19", "3", "4", "5", "7e18", "1e20"], ["5e-324", "1e-310", "-0.0", "2e-308", "0", "3e-320", "1e-300"],
    ["1e308", "1e308", "1e308", "1e308", "1e308", "1e308", "9e307"],
  ]

  private func run(_ arguments: [String], _ scratch: Scratch) throws -> Command.Outcome {
    let outcome = try Command.run(arguments, in: scratch, environment: ["SWIFT_BACKTRACE": "enable=no"])
    #expect([0, 1, 65].contains(outcome.status), "\(arguments): \(outcome.status) \(outcome.errors.suffix(500))")
    #expect(outcome.errors.utf8.count < 20_000)
    return outcome
  }

  @Test(arguments: sets) func `Extreme numbers are learned, made, explained, compared and filled`(extremes: [String])
    throws
  {
    let scratch = Scratch()
    scratch.file("t.csv", Self.table(60, extremes))
    scratch.file("s.csv", Self.table(40, extremes.reversed()))
    scratch.file("g.csv", Self.table(60, extremes + ["", ""]))
    let quick = ["--steps", "3", "--seed", "7", "--threads", "1", "--quiet"]
    for method in ["tabular-masked", "tabular-ddpm"] {
      #expect(try run(["fit", "t.csv", "-o", "m.langevin", "--method", method] + quick, scratch).status == 0)
      let sampled = ["sample", "m.langevin", "-o", "o.csv", "--rows", "30", "--seed", "1", "--quiet"]
      #expect(try run(sampled, scratch).status == 0)
      #expect(
        !scratch.text("o.csv").lowercased().contains("inf") && !scratch.text("o.csv").lowercased().contains("nan"))
      #expect(
        try run(["explain", "m.langevin", "--html", "e.html", "--seed", "1", "--quiet"], scratch).status == 0)
    }
    let compared = ["evaluate", "t.csv", "s.csv", "--json", "e.json", "--html", "e.html", "--seed", "1", "--quiet"]
    _ = try run(compared, scratch)
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(scratch.text("e.json").utf8)) }
    _ = try run(
      ["impute", "g.csv", "-o", "f.csv", "--table", "--method", "chained-ridge", "--seed", "1", "--quiet"], scratch)
  }

  @Test(arguments: sets, ["smote", "borderline-smote-2", "adasyn", "random", "random-smoothed"])
  func `Extreme numbers are balanced`(extremes: [String], method: String) throws {
    let scratch = Scratch()
    scratch.file("t.csv", Self.table(60, extremes))
    for extra in [[], ["--compatible"]] {
      _ = try run(
        ["balance", "t.csv", "--target", "class", "-o", "o.csv", "--method", method, "--seed", "1", "--quiet"] + extra,
        scratch)
    }
  }

  @Test func `Classes beyond the range of whole numbers are classes`() throws {
    let scratch = Scratch()
    scratch.file("t.csv", "a,y\n" + (0..<40).map { "\($0),\($0 % 4 == 0 ? "1e+19" : "3e+19")\n" }.joined())
    let outcome = try run(
      ["balance", "t.csv", "--target", "y", "-o", "o.csv", "--method", "random", "--ratio", "1e+19=20", "--seed", "1"],
      scratch)
    #expect(outcome.status == 0)
    #expect(scratch.text("o.csv").components(separatedBy: "1e+19").count == 21)
  }

  @Test func `More rows than memory holds are refused`() throws {
    let scratch = Scratch()
    scratch.file("t.csv", "a,y\n" + (0..<40).map { "\($0),\($0 % 4 == 0 ? 1 : 0)\n" }.joined())
    for rows in ["9223372036854775807", "9000000000000000000", "100000000000"] {
      for method in ["random", "smote"] {
        let outcome = try run(
          [
            "balance", "t.csv", "--target", "y", "-o", "o.csv", "--method", method, "--ratio", "1=\(rows)", "--seed",
            "1",
          ],
          scratch)
        #expect(outcome.status == 65 && outcome.errors.contains("--ratio"))
      }
      let outcome = try run(["synth", "t.csv", "-o", "o.csv", "--steps", "1", "--rows", rows], scratch)
      #expect(outcome.status == 65 && outcome.errors.contains("--rows"))
    }
  }

  @Test func `Long cells are cut in what is printed`() throws {
    let scratch = Scratch()
    let long = String(repeating: "y", count: 3_000_000)
    let rows = (0..<50).map { "\($0),z\n" }.joined()
    scratch.file("t.csv", "a,b\n1,\(long)\n" + rows)
    scratch.file("constant.csv", "a,b\n" + (0..<3).map { "\($0),\(long)\n" }.joined())
    scratch.file("mixed.csv", "a,b\n" + (0..<9000).map { "\($0),\($0).5\n" }.joined() + "1,\(long)\n")
    scratch.file("marks.csv", "a,b\n1,e" + String(repeating: "\u{301}", count: 1_000_000) + "\n" + rows)
    for name in ["t.csv", "constant.csv", "mixed.csv", "marks.csv"] {
      for extra in [[], ["--json"]] {
        let outcome = try Command.run(["inspect", name] + extra, in: scratch)
        #expect(outcome.output.utf8.count + outcome.errors.utf8.count < 50_000)
      }
    }
  }

  @Test func `Memory is bounded, and the bound can be set`() throws {
    let scratch = Scratch()
    scratch.file("t.csv", "a,b\n" + (0..<100_000).map { "\($0 % 9),text \($0)\n" }.joined())
    for arguments in [["inspect", "t.csv"], ["impute", "t.csv", "-o", "o.csv"], ["synth", "t.csv", "-o", "o.csv"]] {
      let outcome = try Command.run(arguments + ["--memory", "2M"], in: scratch)
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains("t.csv, line ") && outcome.errors.contains("--memory"))
    }
    #expect(try Command.run("inspect", "t.csv", "--memory", "1G", in: scratch).status == 0)
    #expect(try Command.run("inspect", "t.csv", "--memory", "much", in: scratch).status == 2)
  }
}
