import ChainedImputation
import DiffusionCore
import DownstreamModels
import Neighbours
import Tables
import Tensors

/// A table learned by one of this plugin's methods: for every gap one value, without draws and intervals.
struct FittedBaseline: FittedImputer {
  let method: String
  let schema: Schema
  let cells: CellCoding
  let filler: Filler
  var series: SeriesLayout? { nil }
  var report: FitReport? { nil }

  /// What fills gaps.
  enum Filler: Sendable {
    /// A chain; without rounds it is means and modes.
    case chain(FittedChain)
    /// The rows that give values.
    case donors(Donors)
  }

  func impute(_ table: Table, _ request: ImputationRequest) throws -> Imputation {
    var matrix = try cells.cells(of: table)
    let gang = ThreadGang(threads: request.threads)
    switch filler {
    case .chain(let chain): try chain.fill(&matrix, gang: gang, report: request.shouldContinue)
    case .donors(let donors): try donors.fill(&matrix, request, gang: gang)
    }
    return imputation(of: table, matrix)
  }

  /// The table with the cells' guesses in its gaps, in the columns' own units, on their grids and within their ranges.
  private func imputation(of table: Table, _ matrix: CellMatrix) -> Imputation {
    var filled = table
    var columns: [ImputedColumn] = []
    for (cell, column) in cells.modelled.enumerated() where !matrix.missing[cell].isEmpty {
      let rows = matrix.missing[cell].map { Int($0) }, own = matrix.cells[cell], start = own.startIndex
      switch filled.columns[column].values {
      case .numbers(var numbers):
        for row in rows { numbers[row] = cells.number(cell, Double(own[start + row])) }
        filled.columns[column].values = .numbers(numbers)
      case .categories(var indices, var levels):
        guard case .levels(let known) = cells.forms[column] else { continue }
        var places: [String: Int32] = [:]
        for (place, level) in levels.enumerated() { places[level] = Int32(place) }
        for row in rows {
          let level = known[Int(own[start + row])]
          if places[level] == nil {
            places[level] = Int32(levels.count)
            levels.append(level)
          }
          indices[row] = places[level]!
        }
        filled.columns[column].values = .categories(indices: indices, levels: levels)
      case .texts: continue
      }
      columns.append(ImputedColumn(column: column, rows: rows))
    }
    var result = Imputation(filled: filled, columns: columns)
    if !cells.dependencies.isEmpty { result.adjust { cells.dependencies.enforce(on: &$0, given: table) } }
    return result
  }
}

extension CellCoding {
  /// A table's coding for a method that fills tables, with the checks that all of them make.
  init(
    learning table: Table, schema: Schema, run: TrainingRun
  ) throws {
    guard table.rowCount > 0 else { throw ImputationError.tooFewRows(0, needed: 1) }
    try self.init(fitting: table, schema: schema)
    guard !modelled.isEmpty else { throw ImputationError.nothingToLearn }
    for (name, reason) in unfilled {
      run.announce(Choice("column \(name)", "left as it is", because: reason, flag: "--schema, --drop"))
    }
  }
}
