import DiffusionCore
import DownstreamModels
import Tensors

/// A chain as a file holds it; its trees lie in tensors.
private struct StoredChain: Codable {
  var start: [Model]
  var order: [Int]
  var rounds: [[Int: Model]]
  var others: [Int: Model]

  enum Model: Codable {
    case constant([Float])
    case linear(FittedLinearModel, columns: [Int])
    case trees(String, outputs: Int)
  }
}

extension ModelArchive {
  /// Adds a forest, as tensors whose names begin with the given one.
  public mutating func add(_ trees: FittedExtraTrees, named name: String) {
    let parts = trees.parts
    add(StoredTensor("\(name).splits", parts.splits, shape: [parts.splits.count]))
    add(StoredTensor("\(name).cuts", Tensor(parts.cuts, shape: [parts.cuts.count])))
    add(StoredTensor("\(name).next", parts.next, shape: [parts.next.count]))
    add(StoredTensor("\(name).values", Tensor(parts.values, shape: [parts.values.count])))
    add(StoredTensor("\(name).roots", parts.roots, shape: [parts.roots.count]))
    guard !parts.memberEnds.isEmpty else { return }
    add(StoredTensor("\(name).member-ends", parts.memberEnds, shape: [parts.memberEnds.count]))
    add(StoredTensor("\(name).members", Tensor(parts.members, shape: [parts.members.count])))
  }

  /// Reads a forest that sees so many columns.
  public func trees(named name: String, outputs: Int, columns: Int) throws(ArchiveError) -> FittedExtraTrees {
    var parts = FittedExtraTrees.Parts(
      splits: try integers("\(name).splits"), cuts: try tensor("\(name).cuts").tensor().values,
      next: try integers("\(name).next"), values: try tensor("\(name).values").tensor().values,
      roots: try integers("\(name).roots"))
    if tensors.contains(where: { $0.name == "\(name).member-ends" }) {
      parts.memberEnds = try integers("\(name).member-ends")
      parts.members = try tensor("\(name).members").tensor().values
    }
    guard let trees = FittedExtraTrees(parts, outputs: outputs, columns: columns) else {
      throw ArchiveError(.metadata(key: name, reason: "its trees are damaged"), file: file)
    }
    return trees
  }

  private func integers(_ name: String) throws(ArchiveError) -> [Int32] {
    let found = try tensor(name)
    guard found.type == .int32 else {
      throw ArchiveError(.metadata(key: name, reason: "it does not hold whole numbers"), file: file)
    }
    return found.integers(Int32.self)
  }

  /// Adds a chain under a metadata key.
  public mutating func add(_ chain: FittedChain, named key: String) throws(ArchiveError) {
    var trees: [(name: String, trees: FittedExtraTrees)] = []
    func stored(_ model: FittedColumnModel, _ name: String) -> StoredChain.Model {
      switch model {
      case .constant(let values): return .constant(values)
      case .linear(let model, let columns): return .linear(model, columns: columns)
      case .trees(let own):
        trees.append((name, own))
        return .trees(name, outputs: own.outputs)
      }
    }
    func stored(_ models: [Int: FittedColumnModel], _ name: String) -> [Int: StoredChain.Model] {
      var result: [Int: StoredChain.Model] = [:]
      for column in models.keys.sorted() { result[column] = stored(models[column]!, "\(name).\(column)") }
      return result
    }
    let value = StoredChain(
      start: chain.start.map { stored($0, "") }, order: chain.order,
      rounds: chain.rounds.enumerated().map { stored($1, "\(key).\($0)") },
      others: stored(chain.others, "\(key).others"))
    try set(value, for: key)
    for (name, own) in trees { add(own, named: name) }
  }

  /// Reads a chain of so many columns.
  public func chain(named key: String, columns: Int) throws(ArchiveError) -> FittedChain {
    let stored: StoredChain = try value(for: key)
    func read(_ model: StoredChain.Model) throws(ArchiveError) -> FittedColumnModel {
      switch model {
      case .constant(let values): return .constant(values)
      case .linear(let model, let columns): return .linear(model, columns: columns)
      case .trees(let name, let outputs): return .trees(try trees(named: name, outputs: outputs, columns: columns))
      }
    }
    func read(_ models: [Int: StoredChain.Model]) throws(ArchiveError) -> [Int: FittedColumnModel] {
      var result: [Int: FittedColumnModel] = [:]
      for (column, model) in models { result[column] = try read(model) }
      return result
    }
    var start: [FittedColumnModel] = [], rounds: [[Int: FittedColumnModel]] = []
    for model in stored.start { start.append(try read(model)) }
    for round in stored.rounds { rounds.append(try read(round)) }
    guard start.count == columns, stored.order.sorted() == Array(0..<columns) else {
      throw ArchiveError(.metadata(key: key, reason: "the chain has other columns than the model"), file: file)
    }
    return FittedChain(start: start, order: stored.order, rounds: rounds, others: try read(stored.others))
  }
}
