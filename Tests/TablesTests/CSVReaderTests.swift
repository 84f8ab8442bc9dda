import Foundation
import Testing

@testable import Tables

@Suite struct CSVReaderTests {
  @Test(arguments: [",", ";", "\t", "|"]) func `The delimiter is found`(delimiter: String) throws {
    let text = "a,b,c\n1,x y,2.5\n2,z,3.5\n".replacingOccurrences(of: ",", with: delimiter)
    let result = try read(text)
    #expect(result.schema.format.delimiter.rawValue == delimiter)
    #expect(result.table["c"]?.values == .numbers([2.5, 3.5]))
  }

  @Test func `A delimiter inside quotes or in a decimal comma misleads nobody`() throws {
    #expect(try read("a,b\n\"x;y;z\",1\n\"p;q;r\",2\n").schema.format.delimiter == .comma)
    let german = try read("a;b\n1,5;2,25\n3,5;-4\n")
    #expect(german.schema.format.delimiter == .semicolon)
    #expect(german.schema.format.decimalComma)
    #expect(german.table["b"]?.values == .numbers([2.25, -4]))
    let asked = try read("a;b\n1;2\n", .init(delimiter: .comma))
    #expect(asked.table.columnNames == ["a;b"])
  }

  @Test func `Quotes, doubled quotes and line breaks inside fields are RFC 4180`() throws {
    let result = try read("a,b\r\n\"say \"\"so\"\"\",\"two\r\nlines\"\r\n\"x,y\",z\r\n")
    #expect(result.table["a"]?.values == .categories(indices: [0, 1], levels: ["say \"so\"", "x,y"]))
    #expect(result.table["b"]?.values == .categories(indices: [0, 1], levels: ["two\r\nlines", "z"]))
    #expect(result.schema.format.lineEnding == .carriageReturnLineFeed)
  }

  @Test func `Dropped columns are left out, and lines in them counted`() throws {
    let text = "a,b,c\n1,\"x\ny\",2\n3,,4\n"
    let result = try read(text, .init(dropped: ["b"]))
    #expect(result.table.columnNames == ["a", "c"])
    #expect(result.schema.columns.map(\.name) == ["a", "c"])
    #expect(errorReading(text + "5,6\n", .init(dropped: ["b"]))?.line == 5)
    let scratch = Scratch()
    let again = try Table.read(scratch.file(text), schema: result.schema, options: .init(dropped: ["b"]))
    #expect(again == result.table)
    #expect(errorReading(text, .init(dropped: ["d"]))?.reason == .unknownColumn)
  }

  @Test func `A byte order mark is no part of the first name`() throws {
    #expect(try read("\u{feff}a,b\n1,2\n").table.columnNames == ["a", "b"])
    #expect(try read("\u{feff}\"a\",b\n1,2\n").table.columnNames == ["a", "b"])
  }

  @Test func `Without a header columns are numbered`() throws {
    let table = try read("1,x\n2,\"\"\n", .init(header: false)).table
    #expect(table.columnNames == ["column1", "column2"])
    #expect(table["column1"]?.values == .numbers([1, 2]))
    #expect(table["column2"]?.values == .categories(indices: [0, 1], levels: ["x", ""]))
  }

  @Test func `Empty text and missing differ, except where all is quoted or numeric`() throws {
    #expect(
      try read("a,b\n\"\",1\n,2\nx,3\n").table["a"]?.values == .categories(indices: [0, -1, 1], levels: ["", "x"]))
    #expect(
      try read("\"a\",\"b\"\n\"\",\"1\"\n\"x\",\"2\"\n").table["a"]?.values
        == .categories(indices: [-1, 0], levels: ["x"]))
    let numbers = try read("a,b\n\"\",x\n2,y\n")
    #expect(numbers.table["a"]?.values == .numbers([.nan, 2]))
    #expect(numbers.schema["a"]?.missingCount == 1)
  }

  @Test func `Spaces are kept, save where they are layout`() throws {
    let kept = try read("a,b\n x,1\ny ,2\n\tz,3\n")
    #expect(kept.table["a"]?.values == .categories(indices: [0, 1, 2], levels: [" x", "y ", "\tz"]))
    let trimmed = try read("39, State-gov, 77516\n50, Private, 83311\n", .init(header: false))
    #expect(trimmed.table["column2"]?.values == .categories(indices: [0, 1], levels: ["State-gov", "Private"]))
    #expect(trimmed.table["column3"]?.values == .numbers([77516, 83311]))
    #expect(trimmed.notes.contains { $0.what.contains("trimmed") })
  }

  @Test func `Blank lines are skipped, and are missing cells in a single column`() throws {
    let several = try read("a,b\n\n1,2\n\n3,4\n")
    #expect(several.table.rowCount == 2)
    #expect(several.notes.contains { $0.what.contains("2 blank lines") })
    #expect(try read("a\r\n1\r\n\r\n3\r\n").table["a"]?.values == .numbers([1, .nan, 3]))
  }

  @Test func `A last row without a line break is a row; lone carriage returns end rows`() throws {
    #expect(try read("a,b\n1,2\n3,4").table.rowCount == 2)
    #expect(try read("a,b\r1,2\r3,4\r").table.rowCount == 2)
    #expect(try read("a,b\n1,2\n3,").table["b"]?.values == .numbers([2, .nan]), "a trailing empty field")
  }

  @Test func `Gzip is known by its magic and not by its name, in several members too`() throws {
    let scratch = Scratch()
    let (table, schema) = try read("a,b\n1,x\n2,y\n").tableAndSchema
    try table.write(to: scratch.path("one.csv.gz"), schema: schema)
    var second = schema
    second.format.hasHeader = false
    try table.write(to: scratch.path("two.csv.gz"), schema: second)
    let path = scratch.file("plain.csv", bytes: scratch.bytes("one.csv.gz") + scratch.bytes("two.csv.gz"))
    #expect(try Table.read(path).table["a"]?.values == .numbers([1, 2, 1, 2]))
  }

  @Test(arguments: [0, 1, 2, 3]) func `Characters, quotes and line ends cut by a block's end are whole`(
    shift: Int
  ) throws {
    // Blocks are 262,144 bytes: rows of odd length put every kind of byte on the border for one shift or another.
    let row = "é日👩,\"q\"\"\r\nx\",  sp  \r\n"
    let count = 40_000
    let text =
      "a,b,c" + String(repeating: " ", count: 0) + "\r\n" + String(repeating: "x", count: shift) + row
      + String(repeating: row, count: count - 1)
    let table = try read(text).table
    #expect(table.rowCount == count)
    let levels = shift == 0 ? ["é日👩"] : [String(repeating: "x", count: shift) + "é日👩", "é日👩"]
    guard case .categories(_, let a)? = table["a"]?.values, case .categories(_, let b)? = table["b"]?.values,
      case .categories(_, let c)? = table["c"]?.values
    else {
      Issue.record("not categories")
      return
    }
    #expect(a == levels)
    #expect(b == ["q\"\r\nx"])
    #expect(c == ["  sp  "])
  }

  @Test(arguments: 262_140...262_146) func `A space at a block's end is kept`(position: Int) throws {
    let long = String(repeating: "x", count: position - 4)
    let table = try read("a,b\n\(long) , 1\n", .init(kinds: ["a": .text, "b": .text])).table
    let spaced = try read("a,b\n\(long) ,1\n", .init(kinds: ["a": .text])).table
    #expect(table["b"]?.values == .texts([" 1"]))
    #expect(spaced["a"]?.values == .texts([long + " "]))
  }
}

extension CSVReader.Result {
  var tableAndSchema: (Table, Schema) { (table, schema) }
}
