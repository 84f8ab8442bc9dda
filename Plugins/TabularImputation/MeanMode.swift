import ChainedImputation
import DiffusionCore
import Tables
import Tensors

/// The mean of a number, the most frequent level of a category: what every other method has to beat.
struct MeanMode: TableImputer {
  static let id = "mean-mode"
  var isBaseline: Bool { true }

  var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: Self.id, tasks: [.impute], summary: "The mean of a number, the most frequent level of a category.",
      rationale: "The floor: it keeps means and shrinks every spread and every bond between columns.",
      citation: "Little & Rubin, Statistical Analysis with Missing Data, 2019, chapter 4",
      examples: ["langevin impute survey.csv -o filled.csv --method mean-mode"])
  }

  func fitImputer(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    let cells = try CellCoding(learning: table, schema: schema, run: run)
    return FittedBaseline(
      method: Self.id, schema: schema, cells: cells, filler: .chain(FittedChain(priors: try cells.cells(of: table))))
  }

  func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer {
    try FittedBaseline(archive, method: Self.id)
  }
}
