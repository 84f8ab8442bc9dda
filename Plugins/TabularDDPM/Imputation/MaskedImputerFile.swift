import ChainedImputation
import DiffusionCore
import DownstreamModels

extension FittedMaskedImputer {
  private static let fillingKey = "filling", chainKey = "chain"

  /// What the file says beside the network, the trees and the chain.
  private struct Filling: Codable {
    var cells: CellCoding
    var blends: [Int: CellBlend]
    /// By column with trees.
    var refiners: [Int: Shape]
    var hasChain: Bool

    /// The numbers of a prediction, and the columns that the trees see.
    struct Shape: Codable {
      var outputs: Int, columns: Int
    }
  }

  func archive() throws -> ModelArchive {
    var archive = try predictor.model.contents.archive(method: method, parameters: predictor.model.store)
    try archive.set(
      Filling(
        cells: predictor.cells, blends: blends,
        refiners: refiners.mapValues { Filling.Shape(outputs: $0.trees.outputs, columns: $0.columns) },
        hasChain: chain != nil), for: Self.fillingKey)
    for (column, refiner) in refiners.sorted(by: { $0.key < $1.key }) {
      archive.add(refiner.trees, named: "trees.\(column)")
    }
    if let chain { try archive.add(chain, named: Self.chainKey) }
    return archive
  }

  /// Reads a model, with one of the networks that the method offers.
  init(_ archive: ModelArchive, method: String, menu: DenoiserMenu) throws {
    let filling: Filling = try archive.value(for: Self.fillingKey)
    var model = try FittedTabularMasked(archive, menu: menu)
    model.leastVisible = TabularMasked.leastVisible
    var refiners: [Int: CellRefiner] = [:]
    for (column, shape) in filling.refiners {
      refiners[column] = CellRefiner(
        column: column, columns: shape.columns,
        trees: try archive.trees(named: "trees.\(column)", outputs: shape.outputs, columns: shape.columns))
    }
    let chain =
      try filling.hasChain
      ? archive.chain(named: Self.chainKey, columns: filling.cells.modelled.count) : nil
    self.init(
      method: method, predictor: MaskedPredictor(model: model, cells: filling.cells), refiners: refiners,
      blends: filling.blends, chain: chain)
  }
}
