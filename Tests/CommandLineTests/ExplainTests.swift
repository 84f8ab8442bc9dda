import Foundation
import Testing

/// `explain`, as a person runs it.
@Suite struct ExplainTests {
  /// What a browser would show, without tags.
  private func words(_ page: String) -> String { page.replacing(/<[^>]*>/, with: " ") }

  @Test func `Of a table the page shows how its columns turn into noise`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run("explain", "people.csv", "--html", "page.html", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("wrote page.html") && outcome.output.isEmpty)
    let page = scratch.text("page.html"), text = words(page)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("</html>"))
    #expect(text.contains("What does diffusion do to this table?") && text.contains("80 rows, 5 columns"))
    for word in ["age", "income", "owner", "noise alone", "▒▒▒▒", "missing", "2024-0"] {
      #expect(text.contains(word))
    }
    // Nothing is claimed of a model that is not there.
    #expect(!text.contains("Learning curve") && !text.contains("What was hard"))
    #expect(text.contains("This page shows real rows."))
    // The same page each time, and another with another seed.
    try Command.run("explain", "people.csv", "--html", "again.html", in: scratch)
    #expect(scratch.text("again.html") == page)
    try Command.run("explain", "people.csv", "--html", "other.html", "--seed", "5", in: scratch)
    #expect(scratch.text("other.html") != page)
  }

  @Test func `Of a model the page shows as well what was learned`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let fit = try Command.run(["fit", "people.csv", "-o", "people.langevin"] + Sample.quick, in: scratch)
    #expect(fit.status == 0, "\(fit.errors)")
    let outcome = try Command.run(
      "explain", "people.langevin", "--html", "-", "--columns", "age,city", "--threads", "1", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let text = words(outcome.output)
    for word in [
      "What did the model learn?", "Cell by cell", "The more it sees, the surer it is", "seeing 1 other cell",
      "What was hard",
      "tabular-masked", "There were too few rows to tell.",
    ] { #expect(text.contains(word), "\(word)") }
    #expect(text.contains("Rows on this page were made by the model."))
    #expect(scratch.names == ["people.csv", "people.langevin"])
  }

  @Test func `A method without these steps has a page that says so`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let fit = try Command.run(
      "fit", "people.csv", "-o", "people.langevin", "--method", "forest-flow", "--steps", "20", "--set", "duplicates=2",
      "--seed", "1", "--quiet", in: scratch)
    #expect(fit.status == 0, "\(fit.errors)")
    let outcome = try Command.run("explain", "people.langevin", "--html", "page.html", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(words(scratch.text("page.html")).contains("Not applicable"))
  }

  @Test(arguments: [
    (["people.csv", "--html", "page.html", "--columns", "aeg"], 65, "did you mean 'age'?"),
    (["nothing.csv", "--html", "page.html"], 74, "nothing.csv"),
    (["people.csv", "--html", "people.csv"], 2, "would be overwritten"),
    (["people.csv"], 2, "--html"),
  ]) func `What cannot be shown is an error, and nothing is written`(
    arguments: [String], status: Int, words: String
  ) throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run(["explain"] + arguments, in: scratch)
    #expect(Int(outcome.status) == status && outcome.errors.contains(words), "\(outcome.status): \(outcome.errors)")
    #expect(scratch.names == ["people.csv"])
  }
}
