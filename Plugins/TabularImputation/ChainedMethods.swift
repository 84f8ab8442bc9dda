import ChainedImputation
import DiffusionCore
import DownstreamModels
import Tables
import Tensors

/// Chained equations with ridge regression for numbers and logistic regression for categories.
struct ChainedRidge: TableImputer {
  static let id = "chained-ridge"
  var isBaseline: Bool { true }

  var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: Self.id, aliases: ["ridge"], tasks: [.impute],
      summary: "Chained equations: ridge regression for numbers, logistic for categories.",
      rationale: "Seconds, and good where columns depend on each other in straight lines.",
      citation: "van Buuren & Groothuis-Oudshoorn, mice, J. Stat. Softw. 45, 2011",
      options: [
        OptionDescription("rounds", .integer(1...1000), default: .integer(10), help: "rounds over the columns at most"),
        OptionDescription(
          "strength", .number(0...1e6), default: .number(1e-4), help: "the penalty on squared coefficients"),
      ],
      examples: ["langevin impute survey.csv -o filled.csv --method chained-ridge"])
  }

  func fitImputer(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    let model = LinearModel(.ridge, strengths: [options.number("strength")])
    return try ChainedEquations(.linear(model), rounds: options.integer("rounds"))
      .fitted(to: table, schema: schema, method: Self.id, run: run)
  }

  func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer {
    try FittedBaseline(archive, method: Self.id)
  }
}

/// MissForest's loop with extremely randomised trees.
struct ChainedForests: TableImputer {
  static let id = "chained-forests"
  var isBaseline: Bool { true }

  var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: Self.id, aliases: ["missforest"], tasks: [.impute],
      summary: "Chained equations with a forest a column: MissForest's loop.",
      rationale: "The strongest of the classic methods on most tables; one value a cell, no draws.",
      citation: "Stekhoven & Bühlmann, MissForest, Bioinformatics 28, 2012; Geurts et al., "
        + "Extremely randomized trees, Machine Learning 63, 2006",
      options: [
        OptionDescription("trees", .integer(1...10_000), default: .integer(50), help: "trees a column"),
        OptionDescription(
          "leaf", .integer(1...1_000_000), default: .integer(3), help: "rows that a leaf holds at least"),
        OptionDescription(
          "column-share", .number(0.01...1), default: .number(1), help: "share of the columns that a split looks at"),
        OptionDescription("rounds", .integer(1...1000), default: .integer(3), help: "rounds over the columns at most"),
      ],
      examples: ["langevin impute survey.csv -o filled.csv --method chained-forests"])
  }

  func fitImputer(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    let trees = ExtraTrees(
      trees: options.integer("trees"), leaf: options.integer("leaf"), columnShare: options.number("column-share"))
    return try ChainedEquations(.trees(trees), rounds: options.integer("rounds"))
      .fitted(to: table, schema: schema, method: Self.id, run: run)
  }

  func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer {
    try FittedBaseline(archive, method: Self.id)
  }
}

extension ChainedEquations {
  /// Learns a table.
  func fitted(
    to table: Table, schema: Schema, method: String, run: TrainingRun
  ) throws -> FittedBaseline {
    let cells = try CellCoding(learning: table, schema: schema, run: run)
    var matrix = try cells.cells(of: table)
    let chain = try fit(
      &matrix, random: RandomStream(seed: run.seed), gang: ThreadGang(threads: run.threads),
      report: { run.shouldContinue(TrainingProgress(step: 0, share: $0, loss: 0, elapsed: 0)) })
    return FittedBaseline(method: method, schema: schema, cells: cells, filler: .chain(chain))
  }
}
