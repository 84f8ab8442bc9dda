import Foundation
import Testing

/// What `inspect` shows and warns of.
@Suite struct InspectTests {
  /// The codes of the warnings about a table, each with its column.
  private func warnings(_ text: String, _ more: String...) throws -> Set<String> {
    let scratch = Scratch()
    scratch.file("data.csv", text)
    let run = try Command.start(["inspect", "data.csv", "--json"] + more, in: scratch)
    run.process.waitUntilExit()
    let found = try run.outcome().json()["warnings"] as? [[String: Any]] ?? []
    return Set(found.map { "\($0["code"] ?? "")" + ($0["column"].map { ":\($0)" } ?? "") })
  }

  private func table(_ header: String, rows: Int, _ row: (Int) -> String) -> String {
    ([header] + (0..<rows).map(row)).joined(separator: "\n") + "\n"
  }

  @Test func `Every column is shown with its kind and what is done with it`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run("inspect", "people.csv", in: scratch)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("80 rows, 5 columns"))
    for word in ["integer", "category", "boolean", "date", "yyyy-MM-dd", "Oslo", "11%"] {
      #expect(outcome.output.contains(word))
    }
    #expect(outcome.output.contains("Only 80 rows"))
  }

  @Test func `A schema is written, edited and given back`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let written = try Command.run("inspect", "people.csv", "--schema", "schema.json", in: scratch)
    #expect(written.status == 0)
    let edited = scratch.text("schema.json").replacing("\"kind\" : \"boolean\"", with: "\"kind\" : \"category\"")
    scratch.file("schema.json", edited)
    let run = try Command.start(
      ["synth", "people.csv", "-o", "out.csv", "--schema", "schema.json"] + Sample.quick, in: scratch)
    run.process.waitUntilExit()
    #expect(run.outcome().status == 0)
    scratch.file("bad.json", "{")
    let bad = try Command.run("synth", "people.csv", "-o", "out.csv", "--schema", "bad.json", in: scratch)
    #expect(bad.status == 65)
    #expect(bad.errors.contains("bad.json"))
  }

  @Test func `Few rows, constants and rare classes are warned of`() throws {
    let found = try warnings(
      table("a,b,kind", rows: 120) { "\($0 * 7 % 11),same,\($0 == 5 ? "rare" : $0 % 2 == 0 ? "even" : "odd")" })
    #expect(found == ["repeated-rows", "few-rows", "constant:b", "rare-class:kind"])
  }

  @Test func `A column that settles the target is warned of`() throws {
    // The third column says the answer; the first says nothing of it.
    let found = try warnings(
      table("a,b,code,answer", rows: 400) { row in
        let answer = row * row % 7 % 2
        return
          "\(row * 13 % 37),\(Double(row * 29 % 101) / 10),\(answer == 1 ? "X" : "Y")\(row % 3),\(answer == 1 ? "yes" : "no")"
      })
    #expect(found == ["leakage:code"])
  }

  @Test func `Copies of columns, near-unique ones and texts for missing are warned of`() throws {
    let found = try warnings(
      table("a,copy,name,mark,target", rows: 300) { row in
        let value = row * 37 % 211
        let mark = row % 10 == 0 ? "?" : "m\(row % 4)"
        return "\(value),\(value),n\(row * 7 % 200)x,\(mark),t\(row * row % 5)"
      })
    #expect(found.contains("near-equal:copy"))
    #expect(found.contains("near-unique:name"))
    #expect(found.contains("missing-marker"))
  }

  @Test func `Where diffusion is not the tool it is said`() throws {
    let words = ["rain", "the", "harbour", "slowly", "went", "blue", "over", "a", "stone", "and", "lamp", "never"]
    // Texts of no pattern: a congruential generator picks the words.
    func sentence(_ seed: Int) -> String {
      var state = UInt32(seed)
      return (0..<8).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return words[Int(state >> 20) % words.count]
      }.joined(separator: " ")
    }
    let prose = try warnings(table("note,remark,n", rows: 300) { "\(sentence($0)),\(sentence($0 + 1000)),\($0 % 5)" })
    #expect(prose.contains("mostly-text"))
    #expect(try warnings("a,b\n1,2\n2,3\n").contains("too-few-rows"))
    let wide = try warnings(
      table((0..<520).map { "c\($0)" }.joined(separator: ","), rows: 30) { row in
        (0..<520).map { "\((row * 31 + $0 * 17) % 23)" }.joined(separator: ",")
      })
    #expect(wide.contains("many-columns"))
  }

  @Test func `A misspelt target names the nearest column`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run("inspect", "people.csv", "--target", "ownr", in: scratch)
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("owner"))
  }
}
