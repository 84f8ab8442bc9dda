import Foundation
import Testing

@testable import Tables

@Suite struct RoundTripTests {
  @Test(arguments: 0..<100) func `What is written reads back as the same table`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let (table, schema) = randomTable(&random)
    let scratch = Scratch()
    let name = seed % 5 == 0 ? "t.csv.gz" : "t.csv"
    let writer = try CSVWriter(path: scratch.path(name), schema: schema)
    let half = table.rowCount / 2
    try writer.append(table.rows(0..<half))
    try writer.append(table.rows(half..<table.rowCount))
    try writer.finish()
    let options = CSVReadOptions(
      delimiter: schema.format.delimiter, header: schema.format.hasHeader, decimalComma: schema.format.decimalComma)
    let back = try Table.read(scratch.path(name), schema: schema, options: options)
    #expect(back == table, "\(scratch.text(name))")
    #expect(scratch.names == [name])
  }

  func randomTable(_ random: inout SeededGenerator) -> (Table, Schema) {
    let delimiter = CSVFormat.Delimiter.allCases.randomElement(using: &random)!
    var format = CSVFormat(
      delimiter: delimiter, hasHeader: Bool.random(using: &random), decimalComma: Bool.random(using: &random),
      lineEnding: Bool.random(using: &random) ? .lineFeed : .carriageReturnLineFeed)
    let rowCount = Int.random(in: 1...40, using: &random)
    var columns: [Column] = []
    var schemas: [ColumnSchema] = []
    for index in 0..<Int.random(in: 1...6, using: &random) {
      let name = "c\(index)" + randomText(&random)
      var schema = ColumnSchema(name: name, kind: .text)
      if Bool.random(using: &random) {
        schema.missingMarkers = ["?", "N;A,\""]
        schema.missingText = ["", "?", "N;A,\""].randomElement(using: &random)!
      }
      func isMissing(_ random: inout SeededGenerator) -> Bool { Int.random(in: 0..<5, using: &random) == 0 }
      let values: Column.Values
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        schema.kind = .integer
        values = .numbers(
          (0..<rowCount).map { _ in
            isMissing(&random)
              ? .nan : Double(Int.random(in: -9_007_199_254_740_991...9_007_199_254_740_991, using: &random))
          })
      case 1:
        let digits = Int.random(in: 1...6, using: &random)
        schema.kind = .decimal(digits: digits)
        schema.notation.minimumDigits = Int.random(in: 0...digits, using: &random)
        let scale = NumberText.powersOfTen[digits]
        values = .numbers(
          (0..<rowCount).map { _ in
            isMissing(&random) ? .nan : Double(Int.random(in: -99_999_999...99_999_999, using: &random)) / scale
          })
      case 2:
        schema.kind = .decimal(digits: 17)
        schema.notation.isShortest = true
        values = .numbers(
          (0..<rowCount).map { _ in
            let number = Double(bitPattern: random.next())
            return isMissing(&random) || !number.isFinite ? .nan : number
          })
      case 3:
        let format = try! DateFormat(
          pattern: ["yyyy-MM-dd", "d.M.yyyy H:mm:ss", "MM/dd/yyyyTHH:mm:ss.SSSZ", "yyyy-MM-dd HH:mm+02:00"]
            .randomElement(using: &random)!)
        schema.kind = format.hasTime ? .dateTime(format: format) : .date(format: format)
        values = .numbers(
          (0..<rowCount).map { _ in
            if isMissing(&random) { return .nan }
            let days = Int.random(in: -700_000...2_000_000, using: &random)
            let minutes = days * 1440 + Int.random(in: 0..<1440, using: &random)
            return format.hasTime ? Double(minutes) * 60 : Double(days)
          })
      case 4:
        schema.kind = .category
        schema.levels = Array(Set((0..<5).map { "\($0)" + randomText(&random) }))
        let count = Int32(schema.levels.count)
        values = .categories(
          indices: (0..<rowCount).map { _ in
            isMissing(&random) ? -1 : Int32.random(in: 0..<count, using: &random)
          }, levels: schema.levels)
      default:
        values = .texts((0..<rowCount).map { _ in isMissing(&random) ? nil : randomText(&random) })
      }
      schemas.append(schema)
      columns.append(Column(name: name, values: values))
    }
    // A file of blank lines alone names no column.
    if columns.count == 1 { format.hasHeader = true }
    return (Table(columns: columns), Schema(columns: schemas, format: format))
  }

  private func randomText(_ random: inout SeededGenerator) -> String {
    let pieces = [
      "a", "b", " ", "\"", ",", ";", "\t", "|", "\n", "\r\n", "\r", "é", "e\u{301}", "日本", "👩‍👩‍👧", "1", "-", "NA", "'",
      "\u{feff}",
    ]
    return (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
  }

  @Test func `A read file is written back byte for byte`() throws {
    let text = """
      id,size,share,when,flag,note
      ID001,1,0.50,2024-01-31,yes,"a ""quoted"" text, with comma"
      ID002,,1.25,2024-02-29,no,
      ID003,-3,0.00,,yes,plain

      """
    let scratch = Scratch()
    let (table, schema) = try Table.read(scratch.file(text))
    try table.write(to: scratch.path("back.csv"), schema: schema)
    #expect(scratch.text("back.csv") == text)
  }

  @Test func `A missing first row of a single column is kept without a header`() throws {
    let table = Table(columns: [Column(name: "column1", values: .numbers([.nan, 1, .nan, .nan]))])
    let schema = Schema(
      columns: [ColumnSchema(name: "column1", kind: .integer)], format: CSVFormat(hasHeader: false))
    let scratch = Scratch()
    try table.write(to: scratch.path("t.csv"), schema: schema)
    #expect(try Table.read(scratch.path("t.csv"), schema: schema, options: .init(header: false)) == table)
  }
}
