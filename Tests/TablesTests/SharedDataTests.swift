import Foundation
import Testing

@testable import Tables

/// Kinds expected of the benchmark data sets, one letter a column: i integer, d decimal, b boolean, c category,
/// t date or date-time, n identifier, k constant, x text.
@Suite(.enabled(if: SharedData.isThere, "the shared benchmark data are not beside the package"))
struct SharedDataTests {
  @Test(arguments: [
    ("adult_train", 32561, "icicicccccii" + "icc"),
    ("adult_test", 16281, "iciciccccciiicc"),
    ("default", 30000, String(repeating: "i", count: 24)),
    ("magic", 19020, "ddddddddddc"),
    ("titanic", 891, "iicdiidcccbccbb"),
    ("penguins", 344, "ccddiic"),
    ("shoppers", 12330, "idididdddd" + "ciiii" + "cbb"),
    ("ETTh1", 17420, "tddddddd"),
    ("iris", 150, "ddddc"),
    ("diamonds", 53940, "dcccddiddd"),
    ("abalone", 4177, "cdddddddi"),
    ("car_eval", 1728, "ccccccc"),
    ("california", 20640, "dddddddddc"),
    ("churn", 10000, "nnciccii" + "diiidi"),
    ("italy_air_quality", 9357, "tcdiidiiiiiiddd"),
    ("aqi36_pm25_latlng", 36, "ndd"),
  ]) func `The kinds of every data set are as a person would say`(name: String, rows: Int, kinds: String) throws {
    let result = try CSVReader(path: SharedData.path(name)).read()
    #expect(result.table.rowCount == rows)
    let found = String(result.schema.columns.map(letter))
    #expect(found == kinds, "\(zip(result.schema.columns.map(\.name), found).map { "\($0) \($1)" })")
  }

  private func letter(_ column: ColumnSchema) -> Character {
    switch column.kind {
    case .integer: "i"
    case .decimal: "d"
    case .boolean: "b"
    case .category: "c"
    case .date, .dateTime: "t"
    case .identifier: "n"
    case .constant: "k"
    case .text: "x"
    }
  }

  @Test(arguments: [
    "abalone", "adult_train", "adult_test", "california", "car_eval", "churn", "churn_mlc", "credit_data", "default",
    "diamonds", "ecoli", "ETTh1", "hypothyroid", "iris", "italy_air_quality", "magic", "mammography", "oil",
    "penguins", "shoppers", "titanic", "yeast", "aqi36_pm25_ground", "aqi36_pm25_missing",
  ]) func `Every data set reads back as the same table`(name: String) throws {
    let scratch = Scratch()
    let (table, schema) = try Table.read(SharedData.path(name))
    try table.write(to: scratch.path("back.csv"), schema: schema)
    #expect(try Table.read(scratch.path("back.csv"), schema: schema) == table)
    #expect(try Schema(json: schema.json()) == schema)
  }

  @Test func `Adult's real level None-like texts are kept and its missing cells counted`() throws {
    let (table, schema) = try Table.read(SharedData.path("adult_train"))
    #expect(table.columns.reduce(0) { $0 + $1.missingCount } == 4262)
    #expect(schema.columns.reduce(0) { $0 + $1.missingCount } == 4262)
    // A cap that stands for "more than we say": proposed, and left to the user.
    #expect(
      table.proposedMissingMarkers() == [MissingMarkerProposal(column: "capital-gain", text: "99999", count: 159)])
  }

  @Test func `A repeated -200 far below the rest is proposed and not taken`() throws {
    let raw = try read("a\n" + (0..<30).map { $0 % 6 == 0 ? "-200\n" : "\(Double($0) + 0.5)\n" }.joined())
    #expect(raw.table["a"]?.missingCount == 0)
    #expect(raw.table.proposedMissingMarkers() == [MissingMarkerProposal(column: "a", text: "-200", count: 5)])
  }

  @Test func `ETTh1's first rows have the numbers and the clock of the file`() throws {
    let (table, schema) = try Table.read(SharedData.path("ETTh1"))
    #expect(schema["date"]?.kind == .dateTime(format: try DateFormat(pattern: "yyyy-MM-dd HH:mm:ss")))
    guard case .numbers(let dates)? = table["date"]?.values, case .numbers(let high)? = table["HUFL"]?.values else {
      Issue.record("not numbers")
      return
    }
    #expect(dates[0] == 1_467_331_200)
    #expect(dates[1] - dates[0] == 3600)
    #expect(high[0] == 5.827000141143799)
    #expect(schema["HUFL"]?.notation.isShortest == true)
  }
}
