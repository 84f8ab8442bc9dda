import ChainedImputation
import DiffusionCore
import Neighbours
import Synchronization
import Tables
import Tensors

/// Nearest neighbours: the mean of a number in the rows that are most alike, the most frequent level of a category.
struct NearestDonors: TableImputer {
  static let id = "knn"
  var isBaseline: Bool { true }

  var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: Self.id, aliases: ["nearest"], tasks: [.impute], summary: "The values of the rows that are most alike.",
      rationale: "No training, and any shape of dependence; weak where many columns say nothing.",
      citation: "Troyanskaya et al., Missing value estimation methods for DNA microarrays, Bioinformatics 17, 2001; "
        + "Gower, Biometrics 27, 1971",
      options: [
        OptionDescription(
          "neighbours", .integer(1...10_000), default: .integer(10), help: "rows that give their values")
      ],
      examples: ["langevin impute survey.csv -o filled.csv --method knn"])
  }

  func fitImputer(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    let cells = try CellCoding(learning: table, schema: schema, run: run)
    var matrix = try cells.cells(of: table)
    try FittedChain(priors: matrix).fill(&matrix, gang: ThreadGang(threads: run.threads))
    return FittedBaseline(
      method: Self.id, schema: schema, cells: cells,
      filler: .donors(Donors(matrix: matrix, neighbours: options.integer("neighbours"))))
  }

  func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer {
    try FittedBaseline(archive, method: Self.id)
  }
}

/// Rows that give values to others. The distance is Gower's over the columns that the asking row has; in a giver's gap
/// stands the column's mean or mode, and it gives nothing for that column.
struct Donors: Sendable {
  /// The givers.
  let matrix: CellMatrix
  let neighbours: Int

  /// Fills gaps, each from the nearest rows that have the cell. A row that is a giver itself may not give to itself, since
  /// it lacks what it asks for.
  func fill(_ asking: inout CellMatrix, _ request: ImputationRequest, gang: ThreadGang) throws {
    let width = matrix.width
    func columns(_ cells: CellMatrix) -> [GowerSpace.Column] {
      (0..<width).map { column in
        cells.levels[column] > 0
          ? .codes(cells.cells[column].map { Int32($0) }) : .numbers(cells.cells[column].map { Double($0) })
      }
    }
    let space = GowerSpace(tables: [columns(matrix), columns(asking)], rowCounts: [matrix.rows, asking.rows])
    let eligible = (0..<width).map { column -> [UInt8] in
      var may = [UInt8](repeating: 1, count: matrix.rows)
      for row in matrix.missing[column] { may[Int(row)] = 0 }
      return may
    }
    let gaps = asking.gaps
    let rows = gaps.indices.filter { !gaps[$0].isEmpty }
    let isStopped = Atomic<Bool>(false), done = Atomic<Int>(0)
    let given = [[Float]](unsafeUninitializedCapacity: rows.count) { results, count in
      nonisolated(unsafe) let results = results
      gang.run(rows.count) { item in
        let row = rows[item], own = gaps[row]
        guard !isStopped.load(ordering: .relaxed) else {
          (results.baseAddress! + item).initialize(to: [])
          return
        }
        let known = (0..<width).filter { !own.contains($0) }
        let givers = space.donors(
          count: neighbours, among: 0, to: row, of: 1, by: known, eligible: own.map { eligible[$0] })
        (results.baseAddress! + item).initialize(to: zip(own, givers).map { value(of: $0, in: $1) })
        let finished = done.add(1, ordering: .relaxed).newValue
        if finished % 256 == 0, !request.shouldContinue(Double(finished) / Double(rows.count)) {
          isStopped.store(true, ordering: .relaxed)
        }
      }
      count = rows.count
    }
    if isStopped.load(ordering: .relaxed) { throw CancellationError() }
    for (row, values) in zip(rows, given) {
      for (column, value) in zip(gaps[row], values) { asking.cells.values[column * asking.rows + row] = value }
    }
  }

  /// The mean, or the most frequent code (of equals the one whose row is nearest).
  private func value(of column: Int, in givers: [Int32]) -> Float {
    let own = matrix.cells[column], start = own.startIndex
    let values = givers.map { own[start + Int($0)] }
    guard !values.isEmpty else { return 0 }
    guard matrix.levels[column] > 0 else { return values.reduce(0, +) / Float(values.count) }
    var counts: [Float: Int] = [:]
    for value in values { counts[value, default: 0] += 1 }
    let most = counts.values.max()!
    return values.first { counts[$0] == most }!
  }
}

extension CellMatrix {
  /// By row, the columns whose cell is missing.
  fileprivate var gaps: [[Int]] {
    var gaps = [[Int]](repeating: [], count: rows)
    for column in 0..<width { for row in missing[column] { gaps[Int(row)].append(column) } }
    return gaps
  }
}
