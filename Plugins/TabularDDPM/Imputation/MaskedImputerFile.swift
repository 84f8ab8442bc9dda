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

    struct Shape: Codable {
      var outputs: Int, columns: Int
    }
  }

  func archive() throws -> ModelArchive {
    var archive = try predictor.model.contents.archive(method: method, parameters: predictor.model.store)
    try archive.set(
      Filling(
        cells: predictor.cells, blends: blends,
        refiners: refiners.mapValues { Filling.Shape(outputs: $0.trees.outputs, columns: $0.columns) }), for: "filling")
    for (column, refiner) in refiners.sorted(by: { $0.key < $1.key }) {
      let parts = refiner.trees.parts
      func name(_ part: String) -> String { "trees.\(column).\(part)" }
      archive.add(StoredTensor(name("splits"), parts.splits, shape: [parts.splits.count]))
      archive.add(StoredTensor(name("cuts"), Tensor(parts.cuts, shape: [parts.cuts.count])))
      archive.add(StoredTensor(name("next"), parts.next, shape: [parts.next.count]))
      archive.add(StoredTensor(name("values"), Tensor(parts.values, shape: [parts.values.count])))
      archive.add(StoredTensor(name("roots"), parts.roots, shape: [parts.roots.count]))
    }
    return archive
  }

  /// Reads a model, with one of the networks that the method offers.
  init(_ archive: ModelArchive, method: String, menu: DenoiserMenu) throws {
    let filling: Filling = try archive.value(for: "filling")
    var model = try FittedTabularMasked(archive, menu: menu)
    model.leastVisible = TabularMasked.leastVisible
    var refiners: [Int: CellRefiner] = [:]
    for (column, shape) in filling.refiners {
      func name(_ part: String) -> String { "trees.\(column).\(part)" }
      let parts = FittedExtraTrees.Parts(
        splits: try archive.tensor(name("splits")).integers(Int32.self), cuts: try archive.tensor(name("cuts")).tensor().values,
        next: try archive.tensor(name("next")).integers(Int32.self),
        values: try archive.tensor(name("values")).tensor().values,
        roots: try archive.tensor(name("roots")).integers(Int32.self))
      guard let trees = FittedExtraTrees(parts, outputs: shape.outputs, columns: shape.columns) else {
        throw ArchiveError(.metadata(key: "filling", reason: "the trees of a column are damaged"), file: archive.file)
      }
      refiners[column] = CellRefiner(column: column, columns: shape.columns, trees: trees)
    }
    self.init(
      method: method, predictor: MaskedPredictor(model: model, cells: filling.cells), refiners: refiners,
      blends: filling.blends)
  }
}
