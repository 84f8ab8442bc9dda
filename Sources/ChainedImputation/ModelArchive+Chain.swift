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
      splits: try integers("\(name).splits"), cuts: try numbers("\(name).cuts"), next: try integers("\(name).next"),
      values: try numbers("\(name).values"), roots: try integers("\(name).roots"))
    if hasTensor("\(name).member-ends") {
      parts.memberEnds = try integers("\(name).member-ends")
      parts.members = try numbers("\(name).members")
    }
    guard let trees = FittedExtraTrees(parts, outputs: outputs, columns: columns) else {
      throw ArchiveError(.metadata(key: name, reason: "its trees are damaged"), file: file)
    }
    return trees
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

  /// Reads a chain over the columns of cells, and checks it against them.
  public func chain(named key: String, cells: CellCoding) throws(ArchiveError) -> FittedChain {
    let stored: StoredChain = try value(for: key)
    let field = StoredField(key, file: file), levels = cells.modelled.indices.map { cells.classes($0) }
    func read(_ model: StoredChain.Model, of column: Int, _ field: StoredField) throws(ArchiveError)
      -> FittedColumnModel
    {
      let classes = levels[column]
      func outputs(_ count: Int) throws(ArchiveError) {
        try field.require((1...max(classes, 1)).contains(count), "\(count) outputs", "1 to \(max(classes, 1))")
      }
      switch model {
      case .constant(let values):
        try outputs(values.count)
        try field.finite(values)
        return .constant(values)
      case .linear(let model, let columns):
        for column in columns { try field("columns").index(column, below: levels.count) }
        let flaw = model.flaw(columns: columns.map { levels[$0] }, classes: classes)
        try field.require(flaw == nil, flaw ?? "", "a linear model of these columns")
        return .linear(model, columns: columns)
      case .trees(let name, let count):
        try outputs(count)
        return .trees(try trees(named: name, outputs: count, columns: levels.count))
      }
    }
    func read(_ models: [Int: StoredChain.Model], _ field: StoredField) throws(ArchiveError) -> [Int: FittedColumnModel]
    {
      var result: [Int: FittedColumnModel] = [:]
      for (column, model) in models.sorted(by: { $0.key < $1.key }) {
        try field.index(column, below: levels.count)
        result[column] = try read(model, of: column, field[column])
      }
      return result
    }
    try field("start").count(stored.start.count, levels.count)
    try field("order").require(stored.order.sorted() == Array(levels.indices), "another order", "one of all columns")
    try field("rounds").within(stored.rounds.count, 0...1000)
    var start: [FittedColumnModel] = [], rounds: [[Int: FittedColumnModel]] = []
    for (column, model) in stored.start.enumerated() {
      start.append(try read(model, of: column, field("start")[column]))
    }
    for (number, round) in stored.rounds.enumerated() { rounds.append(try read(round, field("rounds")[number])) }
    return FittedChain(
      start: start, order: stored.order, rounds: rounds, others: try read(stored.others, field("others")))
  }
}
