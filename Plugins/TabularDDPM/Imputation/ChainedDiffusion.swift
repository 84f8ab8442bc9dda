import ChainedImputation
import DiffusionCore
import DownstreamModels
import Tables

/// The default imputer of tables: masked diffusion, trees that refine it, and a chain of forests.
///
/// One evaluation of the network gives the distribution of every missing cell, given all that its row holds. Trees, a
/// forest a column, then see the row with the network's guesses in its gaps and what the network says of the cell, and
/// correct it. On rows that none learned from, weights are chosen for the network, these trees and a chain of forests, and
/// what levels intervals need.
public struct ChainedDiffusion: TableImputer {
  static let id = "chained-diffusion"

  private var network: TabularMasked

  /// Makes the method with the networks that it offers, at least one.
  public init(denoisers: [Registration<any TrainableDenoiser>] = StandardDenoisers.all) {
    network = TabularMasked(denoisers: denoisers)
  }

  /// The method with more networks.
  public func offering(denoisers: [Registration<any TrainableDenoiser>]) -> ChainedDiffusion {
    var copy = self
    copy.network = network.offering(denoisers: denoisers)
    return copy
  }

  /// What the method is, and its options.
  public var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: Self.id, aliases: ["refined-diffusion"], tasks: [.impute],
      summary: "Masked diffusion, trees that refine it and a chain of forests, weighted by hidden cells.",
      rationale:
        "The best points on tables of some hundred rows or more, with draws and intervals that hold; minutes on a CPU.",
      citation: "Sahoo et al., MDLM, NeurIPS 2024; Ahamed & Cheng, RefiDiff, AAAI 2026; "
        + "Geurts et al., Extremely randomized trees, 2006",
      options: network.menu.options + Self.own,
      examples: ["langevin impute survey.csv -o filled.csv", "langevin impute survey.csv -o filled.csv --interval 90"])
  }

  private static let own = [
    OptionDescription(
      "trees", .integer(0...10_000), default: .integer(60),
      help: "trees that refine a column; 0 leaves the chain out too"
    ),
    OptionDescription(
      "leaf", .integer(1...1_000_000), default: .integer(5), help: "rows that a leaf of a tree holds at least"),
  ]

  /// Learns a table. Throws ``ImputationError`` for tables that it cannot learn, and what a training throws.
  public func fitImputer(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    try MaskedImputerTraining(
      method: Self.id, network: network,
      refiner: options.integer("trees") == 0
        ? nil
        : ExtraTrees(
          trees: options.integer("trees"), leaf: options.integer("leaf"), keptOutput: CellRefiner.scoreOutput)
    ).fit(table, schema: schema, options: options, run: run)
  }

  /// Reads a model back. Throws ``ArchiveError`` where the file does not hold one.
  public func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer {
    try FittedMaskedImputer(archive, method: Self.id, menu: network.menu)
  }
}

extension TabularMasked: TableImputer {
  /// Learns a table to fill its gaps. Throws ``ImputationError`` for tables that it cannot learn, and what a training throws.
  public func fitImputer(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    try MaskedImputerTraining(method: Self.id, network: self, refiner: nil).fit(
      table, schema: schema, options: options, run: run)
  }

  /// Reads a model back. Throws ``ArchiveError`` where the file does not hold one.
  public func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer {
    try FittedMaskedImputer(archive, method: Self.id, menu: menu)
  }
}
