import Testing

@testable import Tables

@Suite struct SchemaTests {
  private func sample() throws -> Schema {
    try read(
      "id,n,x,b,c,d,t,k,note\n"
        + (1...30).map {
          "A\(100 + $0),\($0 % 7),\($0).50,\($0 % 2 == 0 ? "yes" : "no"),l\($0 % 3),2024-01-\(10 + $0 % 20),"
            + "2024-01-01T00:00:\(10 + $0)Z,fixed,word\($0) and \($0 * 31 % 17) more\n"
        }.joined()
    ).schema
  }

  @Test func `A schema comes back from its JSON`() throws {
    let schema = try sample()
    #expect(
      schema.columns.map(\.kind.name) == [
        .identifier, .integer, .decimal, .boolean, .category, .date, .dateTime, .constant, .text,
      ])
    #expect(try Schema(json: schema.json()) == schema)
  }

  @Test func `The JSON is flat and says plain things`() throws {
    let json = try Schema(columns: [
      ColumnSchema(name: "x", kind: .decimal(digits: 2), missingMarkers: ["?"], missingText: "?", minimum: 1)
    ]).json()
    #expect(
      json == """
        {
          "columns" : [
            {
              "digits" : 2,
              "kind" : "decimal",
              "minimum" : 1,
              "missingMarkers" : [
                "?"
              ],
              "missingText" : "?",
              "name" : "x"
            }
          ],
          "format" : {
            "decimalComma" : false,
            "delimiter" : ",",
            "hasHeader" : true,
            "lineEnding" : "\\n",
            "quotedEmptyIsMissing" : false,
            "trimsSpaces" : false
          }
        }
        """)
  }

  @Test(arguments: [
    (#"{"columns":[{"name":"a","kind":"integr"}],"format":{}}"#, TableError.Reason.unknownKind, "integer"),
    (#"{"columns":[{"name":"a"}],"format":{}}"#, .invalidSchema, "kind"),
    (#"{"columns":[{"name":"a","kind":"decimal"}],"format":{}}"#, .invalidSchema, "digits"),
    (#"{"columns":[{"name":"a","kind":"date","format":"yyyy-MM"}],"format":{}}"#, .unknownFormat, "yyyy-MM"),
    (#"{"columns":[{"name":"a","kind":"date","format":"yyyy-MM-dd HH:mm"}],"format":{}}"#, .invalidSchema, "time"),
    (#"{"columns":[],"format":{}}"#, .invalidSchema, "no columns"),
    (#"{"columns":[{"name":"a","kind":"text"},{"name":"a","kind":"text"}],"format":{}}"#, .invalidSchema, "twice"),
    (#"{"columns":[{"name":"a","kind":"integer","minimum":2,"maximum":1}],"format":{}}"#, .invalidSchema, "greater"),
    (#"{"columns":[{"name":"a","kind":"text","missingText":"?"}],"format":{}}"#, .invalidSchema, "missingText"),
    (#"{"columns":[{"name":"a","kind":"text"}"#, .invalidSchema, ""),
  ]) func `A wrong schema says what is wrong`(json: String, reason: TableError.Reason, word: String) throws {
    let error = try #require(throws: TableError.self) { try Schema(json: json) }
    #expect(error.reason == reason)
    #expect(word.isEmpty || error.description.contains(word), "\(error)")
  }

  @Test func `A column is found by name or its nearest is named`() throws {
    let schema = try sample()
    #expect(try schema.column(named: "note").kind == .text)
    let error = try #require(throws: TableError.self) { try schema.column(named: "nite") }
    #expect(error.reason == .unknownColumn)
    #expect(error.cure.contains("note"))
  }

  // MARK: A new file against a schema

  private func readNew(_ text: String, by schema: Schema) throws -> CSVReader.Result {
    let scratch = Scratch()
    return try CSVReader(path: scratch.file(text)).read(schema: schema)
  }

  private let small = Schema(columns: [
    ColumnSchema(name: "n", kind: .integer), ColumnSchema(name: "x", kind: .decimal(digits: 2)),
    ColumnSchema(name: "c", kind: .category, levels: ["red", "blue"]),
    ColumnSchema(name: "b", kind: .boolean, levels: ["no", "yes"]),
    ColumnSchema(name: "d", kind: .date(format: try! DateFormat(pattern: "yyyy-MM-dd"))),
    ColumnSchema(name: "k", kind: .constant(value: "v"), levels: ["v"]),
  ])

  @Test func `Columns come in any order; levels keep their indices and new ones follow`() throws {
    let result = try readNew(
      "k,c,d,n,b,x\nv,green,2024-01-31,5,yes,1.5\nv,blue,1970-01-02,,no,-2\n", by: small)
    #expect(result.table.columnNames == ["n", "x", "c", "b", "d", "k"])
    #expect(result.table["c"]?.values == .categories(indices: [2, 1], levels: ["red", "blue", "green"]))
    #expect(result.table["b"]?.values == .categories(indices: [1, 0], levels: ["no", "yes"]))
    #expect(result.table["d"]?.values == .numbers([19753, 1]))
    #expect(result.table["n"]?.values == .numbers([5, .nan]))
    #expect(result.schema["c"]?.levels == ["red", "blue", "green"])
  }

  @Test(arguments: [
    ("n", "2.5", "whole number"), ("x", "tall", "number"), ("b", "maybe", "no, yes"), ("d", "31.01.2024", "yyyy-MM-dd"),
    ("k", "w", "\"v\""),
  ]) func `A value that does not fit is named with line, column and what was expected`(
    column: String, text: String, expected: String
  ) throws {
    var cells = ["n": "5", "x": "1.5", "c": "red", "b": "yes", "d": "2024-01-31", "k": "v"]
    let names = small.columns.map(\.name)
    func row() -> String { names.map { cells[$0]! }.joined(separator: ",") + "\n" }
    let good = row()
    cells[column] = text
    let error = try #require(throws: TableError.self) {
      try readNew(names.joined(separator: ",") + "\n" + good + row(), by: small)
    }
    #expect(error.reason == .doesNotFit)
    #expect(error.line == 3)
    #expect(error.column == column)
    #expect(error.found == text)
    #expect(error.expected?.contains(expected) == true)
  }

  @Test func `Unknown and missing columns are named with the nearest`() throws {
    let unknown = try #require(throws: TableError.self) { try readNew("n,x,c,b,d,kk\n1,2,red,no,,v\n", by: small) }
    #expect(unknown.reason == .unknownColumn)
    #expect(unknown.column == "kk")
    #expect(unknown.cure.contains("Did you mean k?"))
    let missing = try #require(throws: TableError.self) { try readNew("n,x,c,b\n1,2,red,no\n", by: small) }
    #expect(missing.reason == .missingColumn)
    #expect(missing.expected == "d, k")
  }
}
