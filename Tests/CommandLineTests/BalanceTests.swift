import Foundation
import Testing

/// The command `balance`, run as a person runs it.
@Suite struct BalanceTests {
  /// A table whose spelling a rewriting would lose: quotes, spelt-out zeros, a missing marker, no line end at the end.
  static let text: String = {
    var text = "\"id\",amount,\"kind\",when,class\r\n"
    for row in 0..<60 {
      let kind = row % 3 == 0 ? "\"a, b\"" : row % 3 == 1 ? "plain" : "NA"
      let amount = String(format: "%.2f", Double(row * 37 % 101) / 4) + (row == 5 ? "0" : "")
      text += "R-\(String(format: "%03d", row)),\(amount),\(kind),2024-0\(row % 9 + 1)-1\(row % 10),"
      text += row % 6 == 0 ? "rare" : "common"
      if row < 59 { text += "\r\n" }
    }
    return text
  }()

  static func scratch(_ text: String = text) -> Scratch {
    let scratch = Scratch()
    scratch.file("data.csv", text)
    return scratch
  }

  static let usual = [
    "balance", "data.csv", "--target", "class", "-o", "out.csv", "--seed", "3", "--method", "smote-nc",
  ]

  @Test func `The rows of the file come first byte for byte, then new ones, and counts are printed`() throws {
    let scratch = Self.scratch()
    let outcome = try Command.run(Self.usual, in: scratch)
    #expect(outcome.status == 0)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("common      50     50"))
    #expect(outcome.errors.contains("rare        10     50"))
    let made = scratch.text("out.csv")
    #expect(made.utf8.starts(with: Self.text.utf8))
    let new = made.utf8.dropFirst(Self.text.utf8.count)
    let lines = String(decoding: Array(new), as: UTF8.self).components(separatedBy: "\r\n").dropFirst()
      .filter { !$0.isEmpty }
    #expect(lines.count == 40)
    var names: Set<String> = []
    for line in lines {
      let fields = line.components(separatedBy: ",")
      #expect(fields.last == "rare")
      names.insert(fields[0])
      #expect(fields[0].hasPrefix("R-"))
      #expect(fields[1].wholeMatch(of: /\d+\.\d\d\d?/) != nil)
      #expect(line.contains(/,2024-\d\d-\d\d,/))
    }
    // Identifiers are new and differ.
    #expect(names.count == 40)
    #expect(names.allSatisfy { !Self.text.contains($0 + ",") })
  }

  @Test func `New rows alone, a flag, standard streams and the same bytes for the same seed`() throws {
    let scratch = Self.scratch()
    let only = try Command.run(Self.usual + ["--only-new", "--flag", "made", "--quiet"], in: scratch)
    #expect(only.status == 0)
    #expect(only.errors.isEmpty)
    let first = scratch.text("out.csv")
    let rows = first.components(separatedBy: "\r\n").filter { !$0.isEmpty }
    #expect(rows.count == 41)
    #expect(rows[0].hasSuffix(",class,made"))
    #expect(rows.dropFirst().allSatisfy { $0.hasSuffix(",rare,1") })
    try Command.run(Self.usual + ["--only-new", "--flag", "made", "--threads", "1"], in: scratch)
    #expect(scratch.text("out.csv") == first)
    let stream = try Command.run(
      ["balance", "-", "--target", "class", "-o", "-", "--seed", "3", "--flag", "--method", "smote-nc"],
      input: Self.text)
    #expect(stream.status == 0)
    let lines = stream.output.components(separatedBy: "\r\n").filter { !$0.isEmpty }
    #expect(lines.count == 101)
    #expect(lines[0].hasSuffix(",class,synthetic"))
    #expect(lines[1...60].allSatisfy { $0.hasSuffix(",0") })
    #expect(lines[61...].allSatisfy { $0.hasSuffix(",rare,1") })
    let json = try Command.run(Self.usual + ["--json"], in: scratch).json()
    #expect(json["command"] as? String == "balance")
    #expect(json["method"] as? String == "smote-nc")
    let report = try #require(json["report"] as? [String: Any])
    let classes = try #require(report["classes"] as? [[String: Any]])
    #expect(classes.map { $0["after"] as? Int } == [50, 50])
  }

  @Test func `By default a model is trained, its rows follow the file, and the seed and the steps repeat them`() throws
  {
    let scratch = Self.scratch()
    let arguments = ["balance", "data.csv", "--target", "class", "-o", "out.csv", "--seed", "3", "--steps", "40"]
    let outcome = try Command.run(arguments, in: scratch)
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("method diffusion"))
    #expect(outcome.errors.contains("rare        10     50"))
    let made = scratch.text("out.csv")
    #expect(made.utf8.starts(with: Self.text.utf8))
    #expect(made.components(separatedBy: "\r\n").filter { !$0.isEmpty }.count == 101)
    #expect(scratch.names == ["data.csv", "out.csv"])
    let again = try Command.run(arguments + ["--threads", "1", "--json"], in: scratch).json()
    #expect(scratch.text("out.csv") == made)
    #expect(again["method"] as? String == "diffusion")
    #expect((again["training"] as? [String: Any])?["method"] as? String == "tabular-masked")
    #expect((again["report"] as? [String: Any])?["classes"] != nil)
    let guided = try Command.run(arguments + ["--guidance", "2", "--only-new"], in: scratch)
    #expect(guided.status == 0)
  }

  @Test func `Ratios by number and by class`() throws {
    let scratch = Self.scratch()
    try Command.run(Self.usual + ["--ratio", "0.5", "--only-new"], in: scratch)
    #expect(scratch.text("out.csv").components(separatedBy: "\r\n").filter { !$0.isEmpty }.count == 16)
    try Command.run(Self.usual + ["--ratio", "rare=13,common=52", "--only-new"], in: scratch)
    #expect(scratch.text("out.csv").components(separatedBy: "\r\n").filter { !$0.isEmpty }.count == 6)
  }

  @Test func `Weights in the place of rows`() throws {
    let scratch = Self.scratch()
    let outcome = try Command.run(
      ["balance", "data.csv", "--target", "class", "-o", "out.csv", "--weights"], in: scratch)
    #expect(outcome.status == 0)
    let lines = scratch.text("out.csv").components(separatedBy: "\r\n")
    #expect(lines.count == 61 || lines.count == 62)
    #expect(lines[0].hasSuffix(",class,weight"))
    // 60 / (2 × 10) and 60 / (2 × 50).
    #expect(lines[1].hasSuffix(",rare,3"))
    #expect(lines[2].hasSuffix(",common,0.6"))
  }

  /// 240 rows, a sixth of them rare, of numbers and a category.
  static let comparable: String = {
    let rows = (0..<240).map { row -> String in
      let rare = row % 6 == 0
      let size = Double(row * 37 % 101) / 4 + (rare ? 12 : 0)
      return "\(size),\(row * 7919 % 89),\(row % 5 == 0 || rare ? "a" : "b"),\(rare ? "rare" : "common")"
    }
    return (["size,noise,kind,class"] + rows).joined(separator: "\n") + "\n"
  }()

  @Test func `Rows that SMOTE made are told, by inspect too`() throws {
    let scratch = Scratch()
    func line(_ row: Int, _ label: Int) -> String {
      // The golden ratio's multiples are spread evenly; squares keep the columns apart.
      let cells = [2, 3, 5, 7, 11].map { factor -> String in
        let part = Double(factor * row * row + row) * 0.618_033_988_749_895
        return String(Int((part - part.rounded(.down)) * 10_000) + 4_000 * label)
      }
      return (cells + ["\(label)"]).joined(separator: ",")
    }
    let rows = (1...200).map { line($0, 0) } + (201...225).map { line($0, 1) }
    scratch.file("plain.csv", (["a,b,c,d,e,y"] + rows).joined(separator: "\n") + "\n")
    let balanced = try Command.run(
      "balance", "plain.csv", "--target", "y", "--method", "smote", "-o", "smote.csv", "--seed", "1", in: scratch)
    #expect(balanced.status == 0, "\(balanced.errors)")
    let told = "rows with y '1' lie on the line between two others"
    #expect(!(try Command.run("inspect", "plain.csv", "--target", "y", in: scratch)).output.contains(told))
    let inspected = try Command.run("inspect", "smote.csv", "--target", "y", in: scratch)
    #expect(inspected.output.contains(told), "\(inspected.output)")
    let compared = try Command.run(
      "balance", "smote.csv", "--target", "y", "--compare", "--ratio", "1=300", "--folds", "2", "--steps", "20",
      "--seed", "1",
      "--set", "width=16", in: scratch)
    #expect(compared.errors.contains("of class '1' lie on the line between two others"), "\(compared.errors)")
  }

  @Test func `Rows that were copied stay in one fold and are told, by inspect too`() throws {
    let scratch = Scratch()
    func line(_ row: Int, _ label: Int) -> String { "\(row * 7919 % 10007),\(row * 104_729 % 997),\(label)" }
    let plain = (0..<120).map { line($0, 0) } + (200..<216).map { line($0, 1) }
    let copies = (0..<90).map { line(200 + $0 % 16, 1) }
    scratch.file("over.csv", (["a,b,y"] + plain + copies).joined(separator: "\n") + "\n")
    let inspected = try Command.run("inspect", "over.csv", "--target", "y", in: scratch)
    #expect(inspected.output.contains("90 of 226 rows (40%) repeat others"), "\(inspected.output)")
    #expect(inspected.output.contains("of y '1' 90 of 106 do"))
    let compared = try Command.run(
      "balance", "over.csv", "--target", "y", "--compare", "--folds", "2", "--steps", "20", "--seed", "1",
      "--set", "width=16", in: scratch)
    #expect(compared.status == 0, "\(compared.errors)")
    #expect(compared.errors.contains("90 rows of 226 repeat others (90 of rare classes)"), "\(compared.errors)")
    #expect(compared.output.contains("90 of 226 rows belong to others"))
    // With more folds than the copies leave different rows for.
    let refused = try Command.run(
      "balance", "over.csv", "--target", "y", "--compare", "--folds", "9", "--seed", "1", in: scratch)
    #expect(refused.status == 65 && refused.errors.contains("16 different ones"), "\(refused.errors)")
    let group = try Command.run(
      "balance", "over.csv", "--target", "y", "--compare", "--group", "y", in: scratch)
    #expect(group.status == 2 && group.errors.contains("--group"))
  }

  @Test func `A comparison says what to do, which arms do not suit, and writes figures and a page`() throws {
    let scratch = Self.scratch(Self.comparable)
    let arguments = [
      "balance", "data.csv", "--target", "class", "--compare", "--folds", "3", "--seed", "2", "--steps", "30",
    ]
    let outcome = try Command.run(arguments + ["--html", "report.html"], in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("nothing") && outcome.output.contains("diffusion"))
    #expect(
      outcome.output.contains("smote was not compared: smote works on numbers alone, and column 'kind' is a category"))
    #expect(scratch.text("report.html").contains("Should the rare class be balanced?"))
    #expect(scratch.names == ["data.csv", "report.html"])
    let json = try Command.run(arguments + ["--json", "--threads", "1"], in: scratch).json()
    let comparison = try #require(json["comparison"] as? [String: Any])
    let arms = try #require(comparison["arms"] as? [[String: Any]])
    #expect(
      arms.map { $0["id"] as? String } == [
        "nothing", "weights", "focal-loss", "random", "smote", "smote-nc", "smote-n", "adasyn", "diffusion",
      ])
    let measured = arms.filter { $0["failure"] == nil }
    #expect(measured.count == 6)
    for arm in measured {
      let models = try #require(arm["models"] as? [[String: Any]])
      #expect(models.count == 4)
      for model in models { #expect((model["metrics"] as? [String: Any])?.count == 9) }
    }
    // 240 rows in 3 folds: some 120 are learned from, 20 of them rare, and brought to 100.
    #expect((74...86).contains(try #require(arms.last?["newRows"] as? Double)))
    #expect(arms.last?["copies"] as? Double == 0)
    #expect((comparison["advice"] as? [String: Any])?["arm"] is String)
  }

  @Test(arguments: [
    (["--compare", "-o", "out.csv"], 2, "--compare writes no table", "leave out -o"),
    ([], 2, "-o names the table", ""),
    (["--html", "r.html", "-o", "out.csv"], 2, "need --compare", ""),
    (["--compare", "--method", "smote"], 2, "--method does not go with --compare", ""),
    (["--compare", "--folds", "1"], 2, "--folds is a number from 2 to 20", ""),
    (["--compare", "--set", "bordr=0.2"], 2, "unknown option 'bordr'", "border"),
    (["--compare", "--ratio", "rrare=300"], 65, "no class 'rrare'", "did you mean 'rare'?"),
    (["--compare", "--ratio", "rare=40"], 65, "no arm would add one", "--ratio"),
    (["--compare", "--target", "size"], 65, "a quantity, not a class", "bins"),
    (["--compare", "--folds", "20", "--ratio", "rare=60", "--target", "few"], 65, "no such column", ""),
  ]) func `Comparisons that cannot be made are refused with the cure, and nothing is written`(
    arguments: [String], status: Int, message: String, cure: String
  ) throws {
    let scratch = Self.scratch(Self.comparable)
    let target = arguments.contains("--target") ? [] : ["--target", "class"]
    let outcome = try Command.run(["balance", "data.csv", "--seed", "1"] + target + arguments, in: scratch)
    #expect(Int(outcome.status) == status)
    #expect(outcome.errors.contains(message))
    #expect(cure.isEmpty || outcome.errors.contains(cure))
    #expect(scratch.names == ["data.csv"])
  }

  @Test(arguments: [
    ("x,y\n1,a\n2,a\n3,a\n", "one class", "one class"),
    ("x,y\n" + (0..<20).map { "\($0 * $0),\($0 < 19 ? "a" : "b")\n" }.joined(), "one row", "too few to compare"),
    ("x,y\n" + (0..<20).map { "\($0 * $0),\($0 < 17 ? "a" : "b")\n" }.joined(), "needs 5", "too few to compare"),
    (
      "x,y\n" + (0..<20).map { "\($0 * $0),\($0 < 13 ? "a" : $0 < 16 ? "" : "b")\n" }.joined(), "missing in",
      "missing in"
    ),
  ]) func `Classes that no model can learn are told by diffusion and by a comparison`(
    text: String, diffusion: String, comparison: String
  ) throws {
    let scratch = Self.scratch(text)
    for (arguments, message) in [(["-o", "out.csv"], diffusion), (["--compare", "--html", "r.html"], comparison)] {
      let outcome = try Command.run(
        ["balance", "data.csv", "--target", "y", "--kind", "y=category"] + arguments, in: scratch)
      #expect(outcome.status == 65)
      #expect(outcome.errors.contains(message))
      #expect(scratch.names == ["data.csv"])
    }
  }

  @Test(arguments: [
    (["--target", "clas"], 65, "no such column", "class"),
    (["--target", "amount"], 65, "a quantity, not a class", "bins"),
    (["--target", "id"], 65, "identifier", "--target"),
    (["--target", "kind"], 65, "missing in 20 rows, first in row 3", "remove them"),
    (["--target", "class", "--ratio", "rrare=30"], 65, "no class 'rrare'", "did you mean 'rare'?"),
    (["--target", "class", "--ratio", "2"], 65, "ratio '2'", ""),
    (["--target", "class", "--ratio", "0.1"], 65, "no more than the present 0.2", "greater"),
    (
      ["--target", "class", "--method", "smote-nc", "--neighbours", "10"], 65, "10 rows, too few for 10 neighbours",
      "--neighbours 9"
    ),
    (["--target", "class", "--method", "smote"], 65, "'kind' is a category", "smote-nc"),
    (["--target", "class", "--method", "smoth"], 2, "unknown method 'smoth'", "smote"),
    (["--target", "class", "--flag", "amount"], 2, "a column 'amount' already", "--flag NAME"),
    (["--target", "class", "--method", "random", "--neighbours", "3"], 2, "unknown option 'neighbours'", ""),
    (["--target", "class", "--weights", "--only-new"], 2, "--weights adds no rows", ""),
    (["--target", "class", "--method", "smote-nc", "--budget", "9s"], 2, "trains no model", "--method diffusion"),
    (["--target", "class", "--neighbours", "3"], 2, "unknown option 'neighbours'", ""),
  ]) func `Bad requests are refused with the cure, and nothing is written`(
    arguments: [String], status: Int, message: String, cure: String
  ) throws {
    let scratch = Self.scratch()
    let outcome = try Command.run(
      ["balance", "data.csv", "-o", "out.csv", "--seed", "1", "--missing", "NA"] + arguments, in: scratch)
    #expect(Int(outcome.status) == status)
    #expect(outcome.errors.contains(message))
    #expect(cure.isEmpty || outcome.errors.contains(cure))
    #expect(scratch.names == ["data.csv"])
  }

  @Test(arguments: [
    ("x,y\n1,a\n2,a\n3,a\n", "one class"),
    ("x,y\n" + (0..<20).map { "\($0 * $0),\($0 < 19 ? "a" : "b")\n" }.joined(), "one row"),
    ("x,y\n" + (0..<20).map { "\($0 * $0),\($0 < 17 ? "a" : "b")\n" }.joined(), "3 rows, too few for 5 neighbours"),
  ]) func `Classes that cannot be balanced are told`(text: String, message: String) throws {
    let scratch = Self.scratch(text)
    let outcome = try Command.run(
      ["balance", "data.csv", "--target", "y", "-o", "out.csv", "--method", "smote", "--kind", "y=category"],
      in: scratch)
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains(message))
    #expect(scratch.names == ["data.csv"])
  }
}
