import Testing

@testable import Tables

@Suite struct SchemaInferenceTests {
  private func kind(_ cells: [String], _ options: CSVReadOptions = .init(), name: String = "a") throws -> ColumnKind {
    let text = "\(name),other\n" + cells.map { "\($0),\(Int.random(in: 0...9))\n" }.joined()
    return try read(text, options).schema.columns[0].kind
  }

  private func note(_ cells: [String]) throws -> TableNote? {
    try read("a,other\n" + cells.enumerated().map { "\($1),\($0 % 3)\n" }.joined()).notes.first { $0.column == "a" }
  }

  @Test func `Numbers`() throws {
    #expect(try kind(["1", "-2", "3"]) == .integer)
    #expect(try kind(["1", "2.50", ""]) == .decimal(digits: 2))
    #expect(try kind(["1e-5", "2.5"]) == .decimal(digits: 1))
    #expect(try kind([".5", "5."]) == .decimal(digits: 1))
    #expect(try kind(["0", "1", "0"]) == .integer)
    #expect(try kind(["20240131", "20240201"]) == .integer)
  }

  @Test func `Digits are kept: fixed, trimmed and shortest`() throws {
    func notation(_ cells: [String]) throws -> ColumnSchema.NumberNotation {
      try read("a\n" + cells.map { $0 + "\n" }.joined()).schema.columns[0].notation
    }
    #expect(try notation(["1.50", "2.25"]) == .init(minimumDigits: 2))
    #expect(try notation(["1.5", "2.25"]) == .init(minimumDigits: 1))
    #expect(try notation(["1", "2.25"]) == .init(minimumDigits: 0))
    #expect(try notation(["1e3", "2.25"]).isShortest)
    #expect(try notation(["0.1234567890123456", "2.25"]).isShortest)
  }

  @Test func `Codes are never integers`() throws {
    #expect(try kind(["01234", "99999", "01234"]) == .category)
    #expect(try kind(["9007199254740993", "12", "9007199254740993"]) == .category)
    #expect(try kind(["+4915112345678", "+4915112345678", "+4915112345670"]) == .category)
    #expect(try note(["01234", "99999", "01234"])?.what.contains("looks like numbers") == true)
  }

  @Test(arguments: [["true", "false"], ["TRUE", "FALSE"], ["yes", "No"], ["t", "f"], ["Y", "N"]])
  func `Booleans keep their spelling`(levels: [String]) throws {
    let result = try read("a\n\(levels[0])\n\(levels[1])\n\(levels[0])\n")
    #expect(result.schema.columns[0].kind == .boolean)
    #expect(result.table.columns[0].values == .categories(indices: [0, 1, 0], levels: levels))
    #expect(try kind(levels + ["maybe"]) == .category)
  }

  @Test(arguments: [
    (["2024-01-31", "2023-02-28"], "yyyy-MM-dd"), (["2024/01/31", "2023/02/28"], "yyyy/MM/dd"),
    (["31.01.2024", "28.02.2023"], "dd.MM.yyyy"), (["31/01/2024", "01/02/2023"], "dd/MM/yyyy"),
    (["01/31/2024", "01/02/2023"], "MM/dd/yyyy"), (["1/31/2024", "12/2/2023"], "M/d/yyyy"),
    (["2024-01-31 12:34", "2024-02-01 00:00"], "yyyy-MM-dd HH:mm"),
    (["2024-01-31T12:34:56.789Z", "2024-02-01T00:00:00.000Z"], "yyyy-MM-ddTHH:mm:ss.SSSZ"),
    (["2024-01-31 12:34:56+02:00", "2024-02-01 00:00:00+02:00"], "yyyy-MM-dd HH:mm:ss+02:00"),
    (["31.01.2024 9:05", "01.02.2024 10:00"], "dd.MM.yyyy H:mm"),
  ]) func `Dates and date-times by their format`(cells: [String], pattern: String) throws {
    let format = try DateFormat(pattern: pattern)
    #expect(try kind(cells) == (format.hasTime ? .dateTime(format: format) : .date(format: format)))
  }

  @Test func `Ambiguous days and months are read day first, with a warning`() throws {
    let result = try read("a\n01/02/2024\n03/04/2024\n")
    #expect(result.schema.columns[0].kind == .date(format: try DateFormat(pattern: "dd/MM/yyyy")))
    let note = try #require(result.notes.first)
    #expect(note.severity == .warning)
    #expect(note.option == "--date-format a=MM/dd/yyyy")
    let other = try read(
      "a\n01/02/2024\n03/04/2024\n", .init(dateFormats: ["a": try DateFormat(pattern: "MM/dd/yyyy")]))
    #expect(other.table.columns[0].values == .numbers([19724, 19786]))
  }

  @Test func `Impossible days make a text of the column`() throws {
    #expect(try kind(["2024-02-30", "2024-01-31", "2024-02-30"]) == .category)
    #expect(try kind(["2023-02-29", "2024-01-31", "2023-02-29"]) == .category)
  }

  @Test func `Identifiers by shape, sequence or name`() throws {
    let counter = try kind((1...30).map { "ID000\($0 + 10)" })
    #expect(counter == .identifier(pattern: .counter(prefix: "ID", width: 5, suffix: "", last: 40)))
    #expect(try kind((1...12).map { "\($0)" }) == .identifier(pattern: .sequence(last: 12, step: 1)))
    #expect(try kind((1...12).map { "\($0 * $0)" }) == .integer)
    #expect(
      try kind((1...12).map { "\($0 * $0)" }, name: "user_id") == .identifier(pattern: .sequence(last: 144, step: 1)))
    #expect(try kind((1...12).map { "\($0 * $0)" }, name: "paid") == .integer)
    #expect(try kind((10...30).map { "u\($0)@site.org" }).name == .identifier)
    let uuid = (10...30).map { "3f2504e0-4f89-11d3-9a0c-0305e82c33\($0)" }
    #expect(try kind(uuid).name == .identifier)
  }

  @Test func `Free text, constants and categories`() throws {
    let words = ["red", "green", "blue", "far", "near", "old"]
    var random = SeededGenerator(seed: 1)
    let sentences = (0..<40).map { _ in (0..<6).map { _ in words.randomElement(using: &random)! }.joined(separator: " ")
    }
    #expect(try kind(sentences) == .text)
    #expect(try kind(["x", "x", "x"]) == .constant(value: "x"))
    #expect(try kind(["7", "7"]) == .constant(value: "7"))
    #expect(try kind(["x", "", "x"]) == .category)
    #expect(try kind((0..<60).map { "level \($0 % 20)" }) == .category)
    #expect(try kind((0..<60_000).map { "level \($0 % 20_000)" }) == .category)
  }

  @Test func `Only the empty field is missing unless more is asked`() throws {
    let text = "a,b\nNA,None\nx,None\n,y\n"
    #expect(try read(text).table["a"]?.values == .categories(indices: [0, 1, -1], levels: ["NA", "x"]))
    let result = try read(text, .init(missing: ["NA"]))
    #expect(result.table["a"]?.missingCount == 2)
    #expect(result.table["b"]?.missingCount == 0)
    #expect(result.schema["a"]?.missingMarkers == ["NA"])
  }

  @Test func `Numbers among which a few cells are marks are a warning that proposes the cure`() throws {
    let cells = (0..<50).map { $0 % 10 == 3 ? "?" : "\($0).5" }
    let note = try #require(try note(cells))
    #expect(note.severity == .warning)
    #expect(note.what.contains("\"?\" (5)"))
    #expect(note.option == "--missing \"?\"")
    let result = try read("a\n" + cells.map { $0 + "\n" }.joined(), .init(missing: ["?"]))
    #expect(result.schema.columns[0].kind == .decimal(digits: 1))
    #expect(result.schema.columns[0].missingText == "?")
    #expect(result.table.columns[0].missingCount == 5)
  }

  @Test func `A stray text among many numbers is a warning with its line, among levels it is none`() throws {
    let cells = (0..<50).map { $0 == 7 ? "abc" : "\($0).5" }
    let note = try #require(try note(cells))
    #expect(note.severity == .warning)
    #expect(note.what == "Read as texts: 1 cell is not a number, the first \"abc\" on line 9.")
    #expect(note.option == "--missing \"abc\"")
    // The numbers of rooms, six or more of them as one level.
    #expect(try self.note((0..<200).map { $0 % 40 == 0 ? "6+" : "\($0 % 5 + 1)" }) == nil)
  }

  @Test func `A numeric marker is missing however it is written`() throws {
    let result = try read("a\n1.5\n-999\n-999.0\n", .init(missing: ["-999"]))
    #expect(result.table.columns[0].missingCount == 2)
    #expect(result.schema.columns[0].minimum == 1.5)
  }

  @Test func `Long columns drop their spelling and lose nothing`() throws {
    let numbers = (0..<20_000).map { Double($0 * 7919 % 20_011) / 8 }
    let result = try read("a,b\n" + numbers.map { "\($0),\($0 == 3 ? "" : "1")\n" }.joined())
    #expect(result.table["a"]?.values == .numbers(numbers))
    #expect(result.schema["a"]?.maximum == numbers.max())
    let format = try DateFormat(pattern: "yyyy-MM-ddTHH:mm")
    let times = (0..<20_000).map { Double($0) * 660 }
    let dated = try read("t\n" + times.map { format.text(of: $0) + "\n" }.joined())
    #expect(dated.table["t"]?.values == .numbers(times))
    #expect(dated.schema["t"]?.maximum == times.last)
  }

  @Test func `Kinds that the caller asks for are kept`() throws {
    #expect(try kind(["1", "2", "1"], .init(kinds: ["a": .category])) == .category)
    #expect(try kind(["1", "2", "1"], .init(kinds: ["a": .text])) == .text)
    #expect(try kind(["1", "2", "1"], .init(kinds: ["a": .decimal])) == .decimal(digits: 0))
    let error = try #require(errorReading("a\n1\nx\n", .init(kinds: ["a": .integer])))
    #expect(error.reason == .doesNotFit)
    #expect(error.line == 3)
    #expect(error.found == "x")
    let fraction = try #require(errorReading("a\n1\n2.5\n", .init(kinds: ["a": .integer])))
    #expect(fraction.line == 3)
  }
}
