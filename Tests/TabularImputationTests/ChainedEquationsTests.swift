import ChainedImputation
import DiffusionCore
import DownstreamModels
import Tables
import Tensors
import Testing

@testable import TabularImputation

@Suite("Chained equations")
struct ChainedEquationsTests {
  /// Three columns of 24 rows with holes.
  private static func example() -> (table: Table, schema: Schema, gaps: [[Int]]) {
    let i = (0..<24).map(Double.init)
    func rest(_ x: Double, _ n: Double) -> Double { x.truncatingRemainder(dividingBy: n) }
    var columns = [
      i.map { rest($0, 7) + 0.25 * rest($0, 5) }, i.map { 2 * rest($0, 7) - 0.5 * rest($0, 3) + 1 },
      i.map { rest($0, 5) - 0.75 * rest($0, 7) + 0.1 * $0 },
    ]
    let gaps = [
      Array(stride(from: 3, to: 24, by: 6)), Array(stride(from: 1, to: 24, by: 5)),
      Array(stride(from: 2, to: 24, by: 8)),
    ]
    for (column, rows) in gaps.enumerated() { for row in rows { columns[column][row] = .nan } }
    let (table, schema) = ExampleTables.numbers([("a", columns[0]), ("b", columns[1]), ("c", columns[2])])
    return (table, schema, gaps)
  }

  @Test("ridge with no penalty to speak of is scikit-learn's IterativeImputer with LinearRegression")
  func reference() throws {
    // scikit-learn 1.9.1: i = np.arange(24.); x = np.stack([i%7+.25*(i%5), 2*(i%7)-.5*(i%3)+1, (i%5)-.75*(i%7)+.1*i], 1)
    // with x[3::6,0], x[1::5,1], x[2::8,2] = nan;
    // IterativeImputer(LinearRegression(), max_iter=4, tol=0, imputation_order="ascending").fit_transform(x)
    let expected = [
      [3.8812, 3.2440, 1.5324, 3.3031], [2.6949, 12.6186, 8.3802, 4.1417, 5.2004], [2.4675, -1.2901, -0.2050],
    ]
    let (table, schema, gaps) = Self.example()
    let cells = try CellCoding(fitting: table, schema: schema)
    var matrix = try cells.cells(of: table)
    let gang = ThreadGang(threads: 1)
    let model = LinearModel(.ridge, strengths: [1e-9], iterations: 500, tolerance: 1e-9)
    let chain = try ChainedEquations(.linear(model), rounds: 4, tolerance: 0).fit(
      &matrix, random: RandomStream(seed: 1), gang: gang)
    #expect(chain.rounds.count == 4)
    for (column, rows) in gaps.enumerated() {
      for (row, value) in zip(rows, expected[column]) {
        guard case .number(let mean, let deviation, _, let range) = cells.forms[column] else { continue }
        let own = matrix.cells[column], found = mean + deviation * Double(own[own.startIndex + row])
        // Cells are kept in single precision.
        #expect(abs(found - value) < 2e-3, "column \(column), row \(row): \(found) and \(value), \(range)")
      }
    }
    // New rows go through the same rounds.
    var again = try cells.cells(of: table)
    try chain.fill(&again, gang: gang)
    for (a, b) in zip(again.cells.values, matrix.cells.values) { #expect(abs(a - b) < 1e-4) }
  }

  @Test("rounds end when the changes grow, and the round before is kept")
  func ending() throws {
    let (table, _, schema) = ExampleTables.mixed(rows: 200)
    let cells = try CellCoding(fitting: table, schema: schema)
    var matrix = try cells.cells(of: table)
    let chain = try ChainedEquations(.trees(ExtraTrees(trees: 10)), rounds: 50).fit(
      &matrix, random: RandomStream(seed: 1), gang: ThreadGang(threads: 2))
    #expect(chain.rounds.count < 50)
  }

  @Test("a stop is obeyed")
  func stopping() throws {
    let (table, _, schema) = ExampleTables.mixed(rows: 200)
    var matrix = try CellCoding(fitting: table, schema: schema).cells(of: table)
    #expect(throws: CancellationError.self) {
      try ChainedEquations(.trees(ExtraTrees(trees: 2))).fit(
        &matrix, random: RandomStream(seed: 1), gang: ThreadGang(threads: 1), report: { $0 < 0.1 })
    }
  }

  @Test("neighbours by hand: two columns tell, the third is given")
  func neighbours() throws {
    let (table, schema) = ExampleTables.numbers([
      ("a", [0, 1, 2, 9, 10, 1, 10]), ("b", [0, 1, 2, 9, 10, 1, .nan]), ("c", [1, 2, 3, 40, 50, .nan, .nan]),
    ])
    let imputer = NearestDonors()
    let model = try imputer.fitImputer(
      table, schema: schema, options: try imputer.descriptor.options(parsing: ["neighbours": "3"]),
      run: TrainingRun())
    guard case .numbers(let c) = try model.impute(table, ImputationRequest()).filled.columns[2].values else { return }
    // Row 5 is nearest to rows 1, 0 and 2; row 6, which has only a = 10, to rows 4, 3 and then 2.
    #expect(c[5] == 2 && c[6] == (50 + 40 + 3) / 3)
  }
}
