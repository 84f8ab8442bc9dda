import Foundation
import Testing

@testable import Tables

/// Files written anew: what is not rewritten stays byte for byte.
@Suite struct RevisedCSVTests {
  /// Reads a text and writes it anew with some cells rewritten.
  private func revised(
    _ text: String, options: CSVReadOptions = .init(), leading: [(ColumnSchema, Column)] = [],
    trailing: [(ColumnSchema, Column)] = [], _ change: (inout TableRevision, Schema) -> Void = { _, _ in }
  ) throws -> String {
    let scratch = Scratch()
    let file = CSVText(text, named: "table.csv")
    let read = try CSVReader(file, options: options).read()
    var revision = TableRevision(table: read.table, sources: Array(0..<read.table.rowCount))
    change(&revision, read.schema)
    revision.table = Table(columns: leading.map(\.1) + revision.table.columns + trailing.map(\.1))
    let writer = try RevisedCSVWriter(
      path: scratch.path("out.csv"), text: file, schema: read.schema, leading: leading.map(\.0),
      trailing: trailing.map(\.0))
    try writer.append(revision)
    try writer.finish()
    return scratch.text("out.csv")
  }

  @Test(arguments: [
    "a,b\n12.50,x\n7,\n", "a,b\r\n12.50,x\r\n7,\r\n", "a,b\n12.50,x\n7,y", "a;b\n1,50;x\n2,5;\n",
    "\u{FEFF}a,b\n1,x\n2,y\n",
    "a,b\n\"1.50\",\"x, y\"\n\"2\",\"say \"\"so\"\"\"\n", "a, b, c\n1, x, 2.0\n2, y, \n3, z, 4.50\n", "a\n1\n\n3\n",
    "a,b\n\"two\nlines\",1\nplain,2\n", "a,b\n1,x\n\n2,y\n".replacing("\n\n", with: "\n"), "a,b\r1,x\r2,y\r",
    "\"a\",\"b\"\n\"1\",\"x\"\n\"\",\"y\"\n", "a\tb\n1e3\t0x\n+2\ty\n", "a,b\n 1,x \n2,  y\n",
  ]) func `A file without changes is written as it is`(text: String) throws {
    #expect(try revised(text) == text)
  }

  @Test func `Blank lines between rows are left out`() throws {
    #expect(try revised("a,b\n\n1,x\n\n\n2,y\n\n") == "a,b\n1,x\n2,y\n")
  }

  @Test func `Rewritten cells are written in the column's form, the others as they stand`() throws {
    let text = "when,level,kind\n01.02.2024,12.50,a\n02.02.2024,,\n03.02.2024,7.25,b\n"
    let out = try revised(text) { revision, _ in
      guard case .numbers(var levels) = revision.table.columns[1].values,
        case .categories(var kinds, let names) = revision.table.columns[2].values
      else { return }
      levels = [99, 8.5, 99]
      kinds = [1, 1, 0]
      revision.table.columns[1].values = .numbers(levels)
      revision.table.columns[2].values = .categories(indices: kinds, levels: names)
      revision.rewritten = ["level": [false, true, false], "kind": [false, true, false]]
    }
    #expect(out == "when,level,kind\n01.02.2024,12.50,a\n02.02.2024,8.50,b\n03.02.2024,7.25,b\n")
  }

  @Test func `Rows are added, moved and left out`() throws {
    let text = "t,x\n1,a\n2,b\n4,c\n"
    let out = try revised(text) { revision, _ in
      revision.table = revision.table.rows([0, 1, 1, 2])
      revision.table.columns[0].values = .numbers([1, 2, 3, 4])
      revision.sources = [0, 1, nil, 2]
      revision.moved = ["x": [0: 2]]
    }
    #expect(out == "t,x\n1,c\n2,b\n3,b\n4,c\n")
  }

  @Test func `A row after one without an ending begins on a line of its own`() throws {
    let out = try revised("t,x\r\n1,a\r\n2,b") { revision, _ in
      revision.table = revision.table.rows([0, 1, 0, 1])
      revision.sources = [0, 1, 0, 1]
    }
    #expect(out == "t,x\r\n1,a\r\n2,b\r\n1,a\r\n2,b")
  }

  @Test func `Columns are added on either side, in the habit of the file`() throws {
    func number(_ name: String, _ values: [Double]) -> (ColumnSchema, Column) {
      (ColumnSchema(name: name, kind: .decimal(digits: 1)), Column(name: name, values: .numbers(values)))
    }
    #expect(
      try revised("a,b\n1,x\n2,y\n", leading: [number("first", [1, 2])], trailing: [number("last, too", [.nan, 0.5])])
        == "first,a,b,\"last, too\"\n1,1,x,\n2,2,y,0.5\n")
    #expect(
      try revised("\"a\",\"b\"\n\"1\",\"x\"\n\"2\",\"y\"\n", trailing: [number("c", [.nan, 0.5])])
        == "\"a\",\"b\",\"c\"\n\"1\",\"x\",\"\"\n\"2\",\"y\",\"0.5\"\n")
    #expect(
      try revised("a, b\n1, x\n2, y\n", trailing: [number("c", [1, 0.5])]) == "a, b, c\n1, x, 1\n2, y, 0.5\n")
  }

  @Test func `Columns that are dropped are left out`() throws {
    #expect(try revised("a,b,c\n1,x,5\n2,y,6\n", options: .init(dropped: ["b"])) == "a,c\n1,5\n2,6\n")
    #expect(try revised("1,x,5\n2,y,6\n", options: .init(header: false, dropped: ["column2"])) == "1,5\n2,6\n")
  }

  @Test func `Lines of rows are those of the file`() throws {
    let text = CSVText("a,b\n\n\"two\nlines\",1\n\nplain,2\r\nlast,3\n", named: "t.csv")
    let schema = try CSVReader(text).read().schema
    #expect(text.lines(ofRows: [2, 0, 1], format: schema.format) == [7, 3, 6])
  }

  @Test(arguments: 0..<60) func `Random tables keep their bytes`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (table, schema) = RoundTripTests().randomTable(&random)
    let form = schema.format
    let options = CSVReadOptions(
      delimiter: form.delimiter, header: form.hasHeader, decimalComma: form.decimalComma)
    let scratch = Scratch()
    try table.write(to: scratch.path("t.csv"), schema: schema)
    let text = try CSVText(path: scratch.path("t.csv"))
    let read = try CSVReader(text, options: options).read(schema: schema)
    let writer = try RevisedCSVWriter(path: scratch.path("again.csv"), text: text, schema: read.schema)
    try writer.append(TableRevision(table: read.table, sources: Array(0..<read.table.rowCount)))
    try writer.finish()
    #expect(scratch.bytes("again.csv") == scratch.bytes("t.csv"))
    // All cells written from the table read back as the same table.
    let marks = [Bool](repeating: true, count: read.table.rowCount)
    let all = TableRevision(
      table: read.table, sources: Array(0..<read.table.rowCount),
      rewritten: Dictionary(uniqueKeysWithValues: read.table.columnNames.map { ($0, marks) }))
    let rewriter = try RevisedCSVWriter(path: scratch.path("all.csv"), text: text, schema: read.schema)
    try rewriter.append(all)
    try rewriter.finish()
    #expect(try CSVReader(path: scratch.path("all.csv"), options: options).read(schema: schema).table == read.table)
  }

  @Test func `Nothing is left of a file that fails`() throws {
    let scratch = Scratch()
    let text = CSVText("a,b\n1,x\n2,y\n", named: "t.csv")
    let read = try CSVReader(text).read()
    let writer = try RevisedCSVWriter(path: scratch.path("out.csv"), text: text, schema: read.schema)
    #expect(throws: TableError.self) {
      try writer.append(TableRevision(table: Table(columns: [read.table.columns[0]]), sources: [0, 1]))
    }
    #expect(scratch.names == [])
  }
}
