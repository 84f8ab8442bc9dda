import Foundation
import Testing

@testable import Tables

@Suite struct BadInputTests {
  @Test func `A row with too many fields is named by its line`() throws {
    let error = try #require(errorReading("a,b\n1,2\n3,4,5\n"))
    #expect(error.reason == .tooManyFields)
    #expect(error.line == 3)
    #expect(error.found == "5")
    #expect(error.expected == "2 fields")
    #expect(error.category == .badData)
  }

  /// The parser runs batches ahead, and is stopped in the midst of them.
  @Test(arguments: [1, 2000, 50_000, 200_000]) func `A long file ends with the error of its first line, or of its last`(
    rows: Int
  ) throws {
    let body = String(repeating: "12,some text\n", count: rows)
    let schema = try read("x,y\n1,a\n2,b\n").schema
    let scratch = Scratch()
    let path = scratch.file("a,b\n" + body)
    let error = #expect(throws: TableError.self) { try CSVReader(path: path).read(schema: schema) }
    #expect(error?.reason == .unknownColumn)
    #expect(errorReading("a,b\n" + body + "1\n")?.reason == .tooFewFields)
  }

  @Test func `A row with too few fields is named by its line and the first missing column`() throws {
    let error = try #require(errorReading("a,b,c\n1,2,3\n4,5\n"))
    #expect(error.reason == .tooFewFields)
    #expect(error.line == 3)
    #expect(error.column == "c")
    #expect(error.found == "2 fields")
    #expect(errorReading("a,b\n1,2\n3\n")?.found == "1 field")
  }

  @Test(arguments: ["\n", "\r\n"]) func `Lines are physical, also after line breaks inside quotes`(
    ending: String
  ) throws {
    let rows = ["a,b", "1,\"x\(ending)y\(ending)z\"", "2,plain", "3"]
    let error = try #require(errorReading(rows.joined(separator: ending) + ending))
    #expect(error.reason == .tooFewFields)
    #expect(error.line == 6)
  }

  @Test func `An unterminated quote is named by the line where it began`() throws {
    let error = try #require(errorReading("a,b\n1,x\n2,\"never closed\n3,y\n"))
    #expect(error.reason == .unterminatedQuote)
    #expect(error.line == 3)
    #expect(error.column == "b")
  }

  @Test func `Text after a closing quote is refused with its line`() throws {
    let error = try #require(errorReading("a,b\n1,x\n2,\"say \"so\" now\"\n"))
    #expect(error.reason == .strayQuote)
    #expect(error.line == 3)
    #expect(error.column == "b")
  }

  @Test func `A quote inside a plain field is refused with its line`() throws {
    let error = try #require(errorReading("a,b\n1,5\" pipe\n"))
    #expect(error.reason == .strayQuote)
    #expect(error.line == 2)
  }

  @Test func `Invalid UTF-8 is named by line and byte`() throws {
    let scratch = Scratch()
    let path = scratch.file("latin.csv", bytes: Array("a,b\n1,x\n2,caf".utf8) + [0xe9] + Array("\n".utf8))
    let error = try #require(throws: TableError.self) { try Table.read(path) }
    #expect(error.reason == .invalidUTF8)
    #expect(error.line == 3)
    #expect(error.byteOffset == 13)
    #expect(error.file == path)
  }

  @Test func `A character cut by the end of the file is invalid UTF-8`() throws {
    let scratch = Scratch()
    let path = scratch.file("cut.csv", bytes: Array("a\nx".utf8) + [0xc3])
    let error = try #require(throws: TableError.self) { try Table.read(path) }
    #expect(error.reason == .invalidUTF8)
    #expect(error.byteOffset == 3)
  }

  @Test func `A NUL byte is named by line and byte`() throws {
    let error = try #require(errorReading("a\nx\ny\u{0}z\n"))
    #expect(error.reason == .nulByte)
    #expect(error.line == 3)
    #expect(error.byteOffset == 5)
  }

  @Test func `UTF-16 is refused with the cure`() throws {
    let scratch = Scratch()
    let path = scratch.file("wide.csv", bytes: [0xff, 0xfe, 0x61, 0, 0x0a, 0])
    let error = try #require(throws: TableError.self) { try Table.read(path) }
    #expect(error.reason == .utf16)
    #expect(error.cure.contains("iconv"))
  }

  @Test(arguments: [
    ([0x50, 0x4b, 3, 4, 0, 0], "Excel"), ([0x25, 0x50, 0x44, 0x46, 0x2d], "PDF"),
    (Array("SQLite format 3\u{0}".utf8), "SQLite"),
  ]) func `A file that is not CSV is called what it is`(bytes: [UInt8], what: String) throws {
    let scratch = Scratch()
    let path = scratch.file("table.csv", bytes: bytes)
    let error = try #require(throws: TableError.self) { try Table.read(path) }
    #expect(error.reason == .notCSV)
    #expect(error.problem.contains(what))
  }

  @Test func `Duplicate and empty header names are named`() throws {
    let twice = try #require(errorReading("a,b,a\n1,2,3\n"))
    #expect(twice.reason == .duplicateHeader)
    #expect(twice.column == "a")
    #expect(twice.line == 1)
    let empty = try #require(errorReading("a,,c\n1,2,3\n"))
    #expect(empty.reason == .emptyHeader)
    #expect(empty.column == "#2")
  }

  @Test func `An empty file, blank lines and a header alone are told apart`() throws {
    #expect(errorReading("")?.reason == .emptyFile)
    #expect(errorReading("\n\n")?.reason == .emptyFile)
    #expect(errorReading("\u{feff}")?.reason == .emptyFile)
    #expect(errorReading("a,b\n")?.reason == .headerOnly)
    #expect(errorReading("a,b")?.reason == .headerOnly)
  }

  @Test func `One row reads`() throws {
    #expect(try read("a,b\n1,x\n").table.rowCount == 1)
  }

  @Test func `A column without a value is an error unless kept`() throws {
    let error = try #require(errorReading("a,b\n1,\n2,\n"))
    #expect(error.reason == .allMissing)
    #expect(error.column == "b")
    let kept = try read("a,b\n1,\n2,\n", .init(keepsEmptyColumns: true))
    #expect(kept.table["b"]?.missingCount == 2)
  }

  @Test func `A missing file names the nearest one`() throws {
    let scratch = Scratch()
    _ = scratch.file("adult.csv", "a\n1\n")
    let error = try #require(throws: TableError.self) { try Table.read(scratch.path("adlut.csv")) }
    #expect(error.reason == .missingFile)
    #expect(error.category == .inputOutput)
    #expect(error.cure.contains("adult.csv"))
  }

  @Test func `A directory is refused`() throws {
    let scratch = Scratch()
    let error = try #require(throws: TableError.self) { try Table.read(scratch.folder.path) }
    #expect(error.reason == .directory)
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func `A file without read permission is refused`() throws {
    let scratch = Scratch()
    let path = scratch.file("a\n1\n")
    chmod(path, 0)
    let error = try #require(throws: TableError.self) { try Table.read(path) }
    #expect(error.reason == .permissionDenied)
  }

  @Test func `Truncated and damaged gzip are told apart`() throws {
    let scratch = Scratch()
    let (table, schema) = try Table.read(
      scratch.file("a,b\n" + (0..<2000).map { "\($0 * 7919 % 1009),x\($0 % 31)\n" }.joined()))
    try table.write(to: scratch.path("whole.csv.gz"), schema: schema)
    var bytes = scratch.bytes("whole.csv.gz")
    let cut = scratch.file("cut.csv.gz", bytes: Array(bytes.dropLast(bytes.count / 2)))
    #expect(throws: TableError.self) { try Table.read(cut) }
    #expect((#expect(throws: TableError.self) { try Table.read(cut) })?.reason == .truncatedGzip)
    for index in 40..<60 { bytes[index] ^= 0x5a }
    let damaged = scratch.file("damaged.csv.gz", bytes: bytes)
    #expect((#expect(throws: TableError.self) { try Table.read(damaged) })?.reason == .corruptGzip)
  }

  @Test(arguments: ["inf", "-Infinity", "1e999"]) func `An infinite number is refused`(text: String) throws {
    let error = try #require(errorReading("a,b\n1,1.5\n2,\(text)\n3,2.5\n"))
    #expect(error.reason == .infiniteNumber)
    #expect(error.line == 3)
    #expect(error.column == "b")
    #expect(error.found == text)
  }

  @Test(arguments: [
    "a,b\n1,\"1,234.56\"\n2,17\n", "a;b\n1;1.234,56\n2;3,5\n", "a,b\n1,1 234\n2,17\n", "a,b\n1,\"1,234\"\n2,17\n",
    "a,b\n1,1'234.5\n2,17\n", "a,b\n1,1.234.567\n2,17\n",
  ]) func `Thousands separators are refused`(text: String) throws {
    let error = try #require(errorReading(text))
    #expect(error.reason == .thousandsSeparator)
    #expect(error.line == 2)
    #expect(error.column == "b")
    #expect(error.found?.hasPrefix("1") == true)
    #expect(error.cure.contains("--kind b=text"))
  }

  @Test func `Thousands separators read as text when asked`() throws {
    let result = try read("a,b\n1,\"1,234.56\"\n2,17\n", .init(kinds: ["b": .text]))
    #expect(result.table["b"]?.values == .texts(["1,234.56", "17"]))
  }

  @Test func `The other decimal mark is refused with the cure`() throws {
    let error = try #require(errorReading("a,b\n1,\"1,5\"\n2,\"2,25\"\n"))
    #expect(error.reason == .decimalMark)
    #expect(error.line == 2)
    #expect(error.cure.contains("--decimal-comma"))
    let result = try read("a,b\n1,\"1,5\"\n2,\"2,25\"\n", .init(decimalComma: true))
    #expect(result.table["b"]?.values == .numbers([1.5, 2.25]))
  }

  @Test func `A cell unlike thousands before it is refused with its line`() throws {
    let rows = (0..<9000).map { "\(Double($0) + 0.25)\n" }.joined()
    let error = try #require(errorReading("a\n\(rows)?\n"))
    #expect(error.reason == .mixedColumn)
    #expect(error.line == 9002)
    #expect(error.found == "?")
    let result = try read("a\n\(rows)?\n", .init(missing: ["?"]))
    #expect(result.table["a"]?.missingCount == 1)
    #expect(result.schema["a"]?.missingText == "?")
  }

  @Test func `A misspelt option column names the nearest`() throws {
    let error = try #require(errorReading("height,b\n1,2\n3,4\n", .init(kinds: ["hieght": .text])))
    #expect(error.reason == .unknownColumn)
    #expect(error.cure.contains("height"))
  }

  @Test func `The sentence names file, line, column, text and cure`() throws {
    let error = TableError(
      .doesNotFit, file: "x.csv", line: 7, column: "age", found: "old\n", expected: "a number",
      problem: "the value does not fit", cure: "Correct it.")
    #expect(
      error.description
        == "x.csv, line 7, column \"age\": the value does not fit; found \"old\\n\", expected a number. Correct it.")
  }
}
