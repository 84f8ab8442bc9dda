import Foundation
import Tables
import Testing

@testable import Databases

@Suite("Tables of SQLite databases")
struct SQLiteTableTests {
  /// A database in a folder that goes with the test.
  final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("databases-\(UUID().uuidString)").path
    var file: String { path + "/people.db" }

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func run(_ sql: String) throws {
      let connection = try SQLiteConnection(file, writes: true)
      for part in sql.split(separator: ";") where !part.allSatisfy(\.isWhitespace) { try connection.run(String(part)) }
    }
    func rows(_ sql: String) throws -> [[SQLiteConnection.Value]] { try SQLiteConnection(file).rows(sql) }
    func table(_ name: String, replaces: Bool = false) throws -> SQLiteTable {
      SQLiteTable(try SQLiteAddress("sqlite:\(file)?table=\(name)\(replaces ? "&replace" : "")"))
    }
  }

  /// The form of the text, without columns.
  private let plain = Schema(columns: [], format: CSVFormat())

  @Test("Rows come as CSV that reads back with nulls, empty texts, spaces, quotes and full digits")
  func reading() throws {
    let folder = try Folder()
    try folder.run(
      """
      CREATE TABLE "odd name" (id INTEGER, "a,b" REAL, t TEXT);
      INSERT INTO "odd name" VALUES (1, 0.1, ' x '), (NULL, 12345.678901234567, 'say "no"'), (3, NULL, ''), (4, 1e300, NULL),
        (-9223372036854775808, -0.5, 'two
      lines');
      """)
    let text = try folder.table("odd%20name").text()
    let cells = text.cells(schema: plain)
    #expect(cells.names == ["id", "a,b", "t"])
    #expect(
      (0..<cells.rowCount).map { cells[$0] } == [
        ["1", "0.1", " x "], [nil, "12345.678901234567", "say \"no\""], ["3", nil, ""], ["4", "1e+300", nil],
        ["-9223372036854775808", "-0.5", "two\nlines"],
      ])
    let read = try CSVReader(text).read()
    #expect(["id", "a,b", "t"].map { read.schema[$0]?.missingCount } == [1, 1, 1])
  }

  @Test("What is written has the values and the narrowest types, and null is null")
  func writing() throws {
    let folder = try Folder()
    let csv = "whole,real,code,word,mixed,none\n1,0.5,007,a,1,\n-2,3,010,\"\",0x1F,\n,1e-3,,\"b \"\"q\"\"\",2.5,\n"
    try folder.table("made").write(CSVText(csv, named: "t"), schema: plain)
    #expect(
      try folder.rows("SELECT type FROM pragma_table_info('made')") == [
        [.text("INTEGER")], [.text("REAL")], [.text("TEXT")], [.text("TEXT")], [.text("TEXT")], [.text("TEXT")],
      ])
    #expect(
      try folder.rows("SELECT * FROM made") == [
        [.integer(1), .real(0.5), .text("007"), .text("a"), .text("1"), .null],
        [.integer(-2), .real(3.0), .text("010"), .text(""), .text("0x1F"), .null],
        [.null, .real(0.001), .null, .text("b \"q\""), .text("2.5"), .null],
      ])
  }

  @Test("A table that is read and written is the same, with the types that were declared")
  func roundTrip() throws {
    let folder = try Folder()
    try folder.run(
      """
      CREATE TABLE a (id INTEGER, price DECIMAL(10,2), code VARCHAR(3), ok BOOLEAN, note TEXT);
      INSERT INTO a VALUES (1, 2.5, '7', 1, NULL), (2, NULL, '8', 0, ''), (3, 1e-7, '9', NULL, ' a,"b" ');
      """)
    let source = try folder.table("a")
    let declared = try source.declaredTypes()
    #expect(
      declared == ["id": "INTEGER", "price": "DECIMAL(10,2)", "code": "VARCHAR(3)", "ok": "BOOLEAN", "note": "TEXT"])
    try folder.table("b").write(source.text(), schema: plain, declared: declared)
    #expect(try folder.rows("SELECT * FROM a") == folder.rows("SELECT * FROM b"))
    #expect(
      try folder.rows("SELECT name, type FROM pragma_table_info('a')")
        == folder.rows("SELECT name, type FROM pragma_table_info('b')"))
  }

  @Test("Decimal commas become points")
  func commas() throws {
    let folder = try Folder()
    let schema = Schema(columns: [], format: CSVFormat(delimiter: .semicolon, decimalComma: true))
    try folder.table("made").write(CSVText("x;t\n1,5;a,b\n2;c\n", named: "t"), schema: schema)
    #expect(
      try folder.rows("SELECT * FROM made") == [
        [.real(1.5), .text("a,b")], [.real(2.0), .text("c")],
      ])
  }

  @Test("A view is read, and never written")
  func view() throws {
    let folder = try Folder()
    try folder.run(
      "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1), (2); CREATE VIEW v AS SELECT x * 10 AS y FROM a")
    #expect(try folder.table("v").text().cells(schema: plain)[1][0] == "20")
    #expect(throws: DatabaseError.self) { try folder.table("v", replaces: true).checkWritable() }
  }

  @Test("A table that is there is kept unless it may be replaced, and all of it where writing fails")
  func replacing() throws {
    let folder = try Folder()
    try folder.run("CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1)")
    let error = #expect(throws: DatabaseError.self) { try folder.table("a").checkWritable() }
    #expect(error?.problem == .existingTable && error?.cure.contains("&replace") == true)
    try folder.table("a", replaces: true).checkWritable()
    // Two columns of one name are no table.
    #expect(throws: DatabaseError.self) {
      try folder.table("a", replaces: true).write(CSVText("y,y\n1,2\n", named: "t"), schema: plain)
    }
    #expect(try folder.rows("SELECT x FROM a") == [[.integer(1)]])
    try folder.table("a", replaces: true).write(CSVText("y\n5\n", named: "t"), schema: plain)
    #expect(try folder.rows("SELECT y FROM a") == [[.integer(5)]])
  }

  @Test("Empty texts stay texts where all columns are texts without nulls, and spaces stay")
  func emptyTexts() throws {
    let folder = try Folder()
    try folder.run("CREATE TABLE a (x TEXT, y TEXT)")
    for number in 0..<30 {
      try folder.run("INSERT INTO a VALUES (' \(number % 3 == 0 ? "" : "one")', '\(number % 2 == 0 ? "" : "two")')")
    }
    let read = try CSVReader(folder.table("a").text()).read()
    #expect(read.schema.columns.map(\.missingCount) == [0, 0])
    #expect(read.schema["x"]?.levels == [" ", " one"] && read.schema["y"]?.levels == ["", "two"])
  }

  @Test(
    "Missing cells are null: by a marker, by an empty field in quotes where that is missing; columns without a header have names"
  )
  func missing() throws {
    let folder = try Folder()
    var schema = Schema(
      columns: [
        ColumnSchema(name: "a", kind: .integer, missingMarkers: ["?"], missingText: "?"),
        ColumnSchema(name: "b", kind: .category),
      ],
      format: CSVFormat(hasHeader: false, quotedEmptyIsMissing: true))
    schema.columns[1].levels = ["x", "?"]
    try folder.table("made").write(CSVText("1,\"x\"\n?,\"\"\n3,\"?\"\n", named: "t"), schema: schema)
    #expect(
      try folder.rows("SELECT a, b FROM made") == [
        [.integer(1), .text("x")], [.null, .null], [.integer(3), .text("?")],
      ])
  }

  @Test(
    "A column has the narrowest type that loses nothing",
    arguments: [
      (["1", "-2", "0"], "INTEGER"), (["9007199254740993"], "INTEGER"), (["1", "2.5"], "REAL"),
      ([".5", "-.5", "1e-3"], "REAL"),
      (["9007199254740993", "2.5"], "TEXT"), (["12345678901234567890"], "TEXT"), (["007"], "TEXT"),
      (["0.5", "00.5"], "TEXT"),
      (["0x1F"], "TEXT"), (["1-2"], "TEXT"), (["+1"], "TEXT"), (["inf"], "TEXT"), (["1e999"], "TEXT"), ([""], "TEXT"),
      ([], "TEXT"),
    ])
  func narrowest(values: [String], name: String) {
    var type = NarrowestType()
    for value in values { type.add(value) }
    #expect(type.name == name)
  }

  @Test("Types that would change values or are constraints are not taken over")
  func untakenTypes() throws {
    let folder = try Folder()
    try folder.run(#"CREATE TABLE a (x BLOB, y "primary key", z UNSIGNED BIG INT, w, v "TEXT) --")"#)
    #expect(try folder.table("a").declaredTypes() == ["z": "UNSIGNED BIG INT"])
  }

  @Test("Errors tell what is there")
  func errors() throws {
    let folder = try Folder()
    func error(_ body: () throws -> Void) -> DatabaseError? {
      #expect(throws: DatabaseError.self, performing: body)
    }
    #expect(error { _ = try folder.table("a").text() }?.problem == .file)
    try folder.run("CREATE TABLE customers (x BLOB); INSERT INTO customers VALUES (x'00')")
    let misspelt = error { _ = try folder.table("custmers").text() }
    #expect(misspelt?.problem == .missingTable && misspelt?.cure.contains("customers") == true)
    #expect(error { _ = try folder.table("customers").text() }?.message.contains("column 'x'") == true)
    try "a,b\n1,2\n".write(toFile: folder.file, atomically: true, encoding: .utf8)
    #expect(error { _ = try folder.table("a").text() }?.message == "this is not an SQLite database")
    let here = SQLiteTable(try SQLiteAddress("sqlite:\(folder.path)?table=a"))
    #expect(error { _ = try here.text() }?.message == "this is a directory, not a database")
    #expect(error { try folder.table("sqlite_a").checkWritable() }?.problem == .existingTable)
  }
}
