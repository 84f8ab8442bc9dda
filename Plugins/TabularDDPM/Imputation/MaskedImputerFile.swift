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

    /// Checks what it says against the network.
    func check(_ field: StoredField, _ model: FittedTabularMasked) throws(ArchiveError) {
      let coding = model.contents.coding
      try cells.check(field("cells"), against: coding, schema: model.schema)
      let slots = model.objective.layout.slotsOfColumn
      for (column, blend) in blends {
        try field("blends").index(column, below: slots.count)
        try blend.check(field("blends")[column])
      }
      for (column, shape) in refiners {
        let own = field("refiners")[column]
        try field("refiners").index(column, below: slots.count)
        try own.require(!slots[column].isEmpty, "a column that is not modelled", "a modelled one")
        // All other columns, and what the network says of this one.
        let levels = coding.columns[column].levels.count
        let said = levels > 0 ? min(levels, CellRefiner.mostShares) : 3
        try own("columns").require(
          shape.columns == cells.modelled.count - 1 + said, "\(shape.columns)", "\(cells.modelled.count - 1 + said)")
        try own("outputs").require(
          shape.outputs == (levels > 0 ? levels : 2), "\(shape.outputs)", "\(levels > 0 ? levels : 2)")
      }
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
    var model = try FittedTabularMasked(archive, menu: menu)
    let filling: Filling = try archive.value(for: Self.fillingKey)
    try filling.check(StoredField(Self.fillingKey, file: archive.file), model)
    model.leastVisible = TabularMasked.leastVisible
    var refiners: [Int: CellRefiner] = [:]
    for (column, shape) in filling.refiners {
      refiners[column] = CellRefiner(
        column: column, columns: shape.columns,
        trees: try archive.trees(named: "trees.\(column)", outputs: shape.outputs, columns: shape.columns))
    }
    let chain =
      try filling.hasChain
      ? archive.chain(named: Self.chainKey, cells: filling.cells) : nil
    self.init(
      method: method, predictor: MaskedPredictor(model: model, cells: filling.cells), refiners: refiners,
      blends: filling.blends, chain: chain)
  }
}
