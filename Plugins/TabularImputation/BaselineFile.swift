import ChainedImputation
import DiffusionCore
import DownstreamModels
import Tables
import Tensors

extension FittedBaseline {
  /// What the file says beside the tensors.
  private struct Contents: Codable {
    var schema: Schema
    var cells: CellCoding
    var chain: Chain?
    var donors: Givers?

    struct Chain: Codable {
      var start: [Model]
      var order: [Int]
      var rounds: [[Int: Model]]
      var others: [Int: Model]
    }

    /// A model of a column; trees lie in tensors of this name.
    enum Model: Codable {
      case constant([Float])
      case linear(FittedLinearModel, columns: [Int])
      case trees(String, outputs: Int)
    }

    struct Givers: Codable {
      var neighbours: Int, rows: Int, levels: [Int]
    }
  }

  func archive() throws -> ModelArchive {
    var archive = ModelArchive(metadata: ["method": method])
    var contents = Contents(schema: schema, cells: cells)
    func stored(_ model: FittedColumnModel, _ name: String) -> Contents.Model {
      switch model {
      case .constant(let values): return .constant(values)
      case .linear(let model, let columns): return .linear(model, columns: columns)
      case .trees(let trees):
        archive.add(trees.parts, named: name)
        return .trees(name, outputs: trees.outputs)
      }
    }
    func stored(_ models: [Int: FittedColumnModel], _ name: String) -> [Int: Contents.Model] {
      var result: [Int: Contents.Model] = [:]
      for column in models.keys.sorted() { result[column] = stored(models[column]!, "\(name).\(column)") }
      return result
    }
    switch filler {
    case .chain(let chain):
      contents.chain = Contents.Chain(
        start: chain.start.map { stored($0, "") }, order: chain.order,
        rounds: chain.rounds.enumerated().map { stored($1, "round\($0)") }, others: stored(chain.others, "others"))
    case .donors(let donors):
      let matrix = donors.matrix
      contents.donors = Contents.Givers(
        neighbours: donors.neighbours, rows: matrix.rows, levels: matrix.levels)
      archive.add(StoredTensor("cells", Tensor(matrix.cells.values, shape: [matrix.width, matrix.rows])))
      for (column, rows) in matrix.missing.enumerated() {
        archive.add(StoredTensor("missing.\(column)", rows, shape: [rows.count]))
      }
    }
    try archive.set(contents, for: "model")
    return archive
  }

  /// Reads a model back.
  init(_ archive: ModelArchive, method: String) throws {
    let contents: Contents = try archive.value(for: "model")
    let width = contents.cells.modelled.count
    let damaged = ArchiveError(.metadata(key: "model", reason: "its parts do not fit together"), file: archive.file)
    func read(_ model: Contents.Model) throws -> FittedColumnModel {
      switch model {
      case .constant(let values): return .constant(values)
      case .linear(let model, let columns): return .linear(model, columns: columns)
      case .trees(let name, let outputs):
        guard
          let trees = FittedExtraTrees(try archive.treeParts(named: name), outputs: outputs, columns: width)
        else { throw damaged }
        return .trees(trees)
      }
    }
    let filler: Filler
    if let chain = contents.chain {
      filler = .chain(
        FittedChain(
          start: try chain.start.map(read), order: chain.order, rounds: try chain.rounds.map { try $0.mapValues(read) },
          others: try chain.others.mapValues(read)))
    } else if let givers = contents.donors, givers.levels.count == width {
      filler = .donors(
        Donors(
          matrix: CellMatrix(
            cells: DenseCells(
              values: try archive.tensor("cells", shape: [width, givers.rows]).tensor().values,
              isCategory: givers.levels.map { $0 > 0 }, rows: givers.rows),
            missing: try (0..<width).map { try archive.tensor("missing.\($0)").integers(Int32.self) },
            levels: givers.levels), neighbours: givers.neighbours))
    } else {
      throw damaged
    }
    self.init(method: method, schema: contents.schema, cells: contents.cells, filler: filler)
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
  fileprivate func treeParts(named name: String) throws(ArchiveError) -> FittedExtraTrees.Parts {
    FittedExtraTrees.Parts(
      splits: try tensor("\(name).splits").integers(Int32.self), cuts: try tensor("\(name).cuts").tensor().values,
      next: try tensor("\(name).next").integers(Int32.self), values: try tensor("\(name).values").tensor().values,
      roots: try tensor("\(name).roots").integers(Int32.self))
  }
}
