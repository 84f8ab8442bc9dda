import Foundation
import Testing

@testable import Tables

@Suite struct CSVWriterTests {
  private let table = Table(columns: [
    Column(name: "n", values: .numbers([1, .nan, -3])),
    Column(name: "x", values: .numbers([0.1, 2.5, -1000])),
    Column(name: "d", values: .numbers([0, 19753, .nan])),
    Column(name: "c, \"level\"", values: .categories(indices: [0, 1, -1], levels: ["a;b", ""])),
    Column(name: "t", values: .texts([" led", "two\nlines", nil])),
  ])
  private let schema = Schema(columns: [
    ColumnSchema(name: "n", kind: .integer, missingMarkers: ["NA"], missingText: "NA"),
    ColumnSchema(name: "x", kind: .decimal(digits: 3), notation: .init(minimumDigits: 1)),
    ColumnSchema(name: "d", kind: .date(format: try! DateFormat(pattern: "dd.MM.yyyy"))),
    ColumnSchema(name: "c, \"level\"", kind: .category), ColumnSchema(name: "t", kind: .text),
  ])

  @Test func `A golden file`() throws {
    let scratch = Scratch()
    try table.write(to: scratch.path("t.csv"), schema: schema)
    #expect(
      scratch.text("t.csv") == """
        n,x,d,"c, ""level\""",t
        1,0.1,01.01.1970,a;b," led"
        NA,2.5,31.01.2024,"","two
        lines"
        -3,-1000.0,,,

        """)
  }

  @Test func `A golden file with decimal comma and semicolons`() throws {
    let scratch = Scratch()
    var schema = schema
    schema.format = CSVFormat(delimiter: .semicolon, decimalComma: true, lineEnding: .carriageReturnLineFeed)
    try table.rows(0..<1).write(to: scratch.path("t.csv"), schema: schema)
    #expect(
      scratch.text("t.csv") == "n;x;d;\"c, \"\"level\"\"\";t\r\n1;0,1;01.01.1970;\"a;b\";\" led\"\r\n")
  }

  @Test func `Nothing is left without finish, and the old file stays`() throws {
    let scratch = Scratch()
    _ = scratch.file("t.csv", "old")
    do {
      let writer = try CSVWriter(path: scratch.path("t.csv"), schema: schema)
      try writer.append(table)
      #expect(scratch.names.count == 2)
    }
    #expect(scratch.names == ["t.csv"])
    #expect(scratch.text("t.csv") == "old")
  }

  @Test func `An error while appending leaves nothing behind`() throws {
    let scratch = Scratch()
    let writer = try CSVWriter(path: scratch.path("t.csv"), schema: schema)
    #expect(throws: TableError.self) { try writer.append(Table(columns: [table.columns[0]])) }
    #expect(scratch.names == [])
  }

  @Test func `Permissions of an existing file and links are kept`() throws {
    let scratch = Scratch()
    let path = scratch.file("real.csv", "old")
    chmod(path, 0o640)
    symlink(path, scratch.path("link.csv"))
    try table.write(to: scratch.path("link.csv"), schema: schema)
    #expect(scratch.text("real.csv").hasPrefix("n,x,d"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("link.csv")) == path)
    var status = stat()
    stat(path, &status)
    #expect(status.st_mode & 0o777 == 0o640)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
  func `A full device is an error of writing`() throws {
    let error = try #require(throws: TableError.self) { try table.write(to: "/dev/full", schema: schema) }
    #expect(error.reason == .writeFailed)
    #expect(error.category == .inputOutput)
  }

  @Test func `A closed pipe is an error and not the end of the process`() throws {
    let scratch = Scratch()
    let path = scratch.path("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    let writer = try CSVWriter(path: path, schema: schema)
    close(reader)
    let error = try #require(throws: TableError.self) {
      try writer.append(table)
      try writer.finish()
    }
    #expect(error.reason == .closedPipe)
  }

  @Test func `A folder that is not there and a directory are refused`() throws {
    let scratch = Scratch()
    #expect(
      (#expect(throws: TableError.self) { try table.write(to: scratch.path("no/t.csv"), schema: schema) })?.reason
        == .missingFile)
    #expect(
      (#expect(throws: TableError.self) { try table.write(to: scratch.folder.path, schema: schema) })?.reason
        == .directory)
  }

  @Test func `A text that would read back as missing is refused`() throws {
    let scratch = Scratch()
    let schema = Schema(columns: [ColumnSchema(name: "a", kind: .category, missingMarkers: ["NA"])])
    let table = Table(columns: [Column(name: "a", values: .categories(indices: [0], levels: ["NA"]))])
    let error = try #require(throws: TableError.self) { try table.write(to: scratch.path("t.csv"), schema: schema) }
    #expect(error.reason == .ambiguousMissing)
    #expect(error.found == "NA")
  }

  @Test func `Infinite numbers and values of another kind are refused`() throws {
    let scratch = Scratch()
    let schema = Schema(columns: [ColumnSchema(name: "a", kind: .integer)])
    func reason(_ values: Column.Values) -> TableError.Reason? {
      let table = Table(columns: [Column(name: "a", values: values)])
      return (#expect(throws: TableError.self) { try table.write(to: scratch.path("t.csv"), schema: schema) })?.reason
    }
    #expect(reason(.numbers([.infinity])) == .infiniteNumber)
    #expect(reason(.texts(["1"])) == .tablesDiffer)
    #expect(scratch.names == [])
  }
}
