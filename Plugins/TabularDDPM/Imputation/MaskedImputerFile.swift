import ChainedImputation
import DiffusionCore
import DownstreamModels
import Tensors

extension FittedMaskedImputer {
  /// What the file says beside the network.
  private struct Filling: Codable {
    var cells: CellCoding
    var blends: [Int: CellBlend]
    /// By column with trees, the numbers of a prediction and the columns that they see.
    var refiners: [Int: Shape]

    /// Of the chain what fills gaps first, the order, and the columns with trees (others are constant).
    var chain: Chain?

    struct Chain: Codable {
      var start: [[Float]], order: [Int], constants: [Int: [Float]], trees: [Int: Shape], columns: [Int]
    }

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
        chain: storedChain), for: "filling")
    for (column, model) in chained.sorted(by: { $0.key < $1.key }) {
      if case .trees(let trees) = model { archive.add(trees.parts, named: "chain.\(column)") }
    }
    for (column, refiner) in refiners.sorted(by: { $0.key < $1.key }) {
      archive.add(refiner.trees.parts, named: "trees.\(column)")
    }
    return archive
  }

  /// The models of the chain's one round.
  private var chained: [Int: FittedColumnModel] {
    (chain?.rounds.first ?? [:]).merging(chain?.others ?? [:]) { own, _ in own }
  }

  private var storedChain: Filling.Chain? {
    chain.map { chain in
      var constants: [Int: [Float]] = [:], trees: [Int: Filling.Shape] = [:]
      for (column, model) in chained {
        switch model {
        case .constant(let values): constants[column] = values
        case .trees(let own):
          trees[column] = Filling.Shape(outputs: own.outputs, columns: predictor.cells.modelled.count)
        case .linear: preconditionFailure("the chain is one of trees")
        }
      }
      return Filling.Chain(
        start: chain.start.map { if case .constant(let values) = $0 { values } else { [] } }, order: chain.order,
        constants: constants, trees: trees, columns: (chain.rounds.first ?? [:]).keys.sorted())
    }
  }

  /// Reads a model, with one of the networks that the method offers.
  init(_ archive: ModelArchive, method: String, menu: DenoiserMenu) throws {
    let filling: Filling = try archive.value(for: "filling")
    var model = try FittedTabularMasked(archive, menu: menu)
    model.leastVisible = TabularMasked.leastVisible
    var refiners: [Int: CellRefiner] = [:]
    for (column, shape) in filling.refiners {
      let trees = try archive.forest("trees.\(column)", outputs: shape.outputs, columns: shape.columns)
      refiners[column] = CellRefiner(column: column, columns: shape.columns, trees: trees)
    }
    let chain = try filling.chain.map { stored -> FittedChain in
      var models: [Int: FittedColumnModel] = stored.constants.mapValues { .constant($0) }
      for (column, shape) in stored.trees {
        models[column] = .trees(
          try archive.forest("chain.\(column)", outputs: shape.outputs, columns: shape.columns))
      }
      let round = models.filter { stored.columns.contains($0.key) }
      return FittedChain(
        start: stored.start.map { .constant($0) }, order: stored.order, rounds: round.isEmpty ? [] : [round],
        others: models.filter { !stored.columns.contains($0.key) })
    }
    self.init(
      method: method, predictor: MaskedPredictor(model: model, cells: filling.cells), refiners: refiners,
      blends: filling.blends, chain: chain)
  }
}

extension ModelArchive {
  /// Adds a forest.
  fileprivate mutating func add(_ parts: FittedExtraTrees.Parts, named name: String) {
    add(StoredTensor("\(name).splits", parts.splits, shape: [parts.splits.count]))
    add(StoredTensor("\(name).cuts", Tensor(parts.cuts, shape: [parts.cuts.count])))
    add(StoredTensor("\(name).next", parts.next, shape: [parts.next.count]))
    add(StoredTensor("\(name).values", Tensor(parts.values, shape: [parts.values.count])))
    add(StoredTensor("\(name).roots", parts.roots, shape: [parts.roots.count]))
  }

  /// Reads a forest.
  fileprivate func forest(_ name: String, outputs: Int, columns: Int) throws(ArchiveError) -> FittedExtraTrees {
    let parts = FittedExtraTrees.Parts(
      splits: try tensor("\(name).splits").integers(Int32.self), cuts: try tensor("\(name).cuts").tensor().values,
      next: try tensor("\(name).next").integers(Int32.self), values: try tensor("\(name).values").tensor().values,
      roots: try tensor("\(name).roots").integers(Int32.self))
    guard let trees = FittedExtraTrees(parts, outputs: outputs, columns: columns) else {
      throw ArchiveError(.metadata(key: "filling", reason: "the trees '\(name)' are damaged"), file: file)
    }
    return trees
  }
}
