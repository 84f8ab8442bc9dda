import DiffusionCore
import DownstreamModels
import Foundation
import Tensors

/// What a run knows between two forests, so that it can be killed at any moment and go on to the same result.
struct ForestState: Codable {
  /// Names the data and the options.
  let fingerprint: String
  var plan: ForestPlan
  /// By time; empty before held-out rows have chosen.
  var rounds: [Int] = []
  var trial: ForestTrial?
  var isShort = false
  /// Seconds spent.
  var seconds = 0.0
  /// The numbers of a row, in and out.
  let width: Int
  /// Forests that are grown, by time · parts + part.
  var forests: [Int: FittedVectorTrees] = [:]

  private enum CodingKeys: String, CodingKey { case fingerprint, plan, rounds, trial, isShort, seconds, width }

  init(fingerprint: String, plan: ForestPlan, width: Int) {
    self.fingerprint = fingerprint
    self.plan = plan
    self.width = width
  }

  /// The rounds that stored forests took.
  func roundsDone(parts: Int) -> Int { forests.keys.reduce(0) { $0 + rounds[$1 / parts] } }

  private static let key = "forest-flow-training"

  func archive() throws -> ModelArchive {
    var archive = ModelArchive()
    try archive.set(self, for: Self.key)
    for job in forests.keys.sorted() { archive.add(forests[job]!, named: Self.name(job)) }
    return archive
  }

  /// Reads the state of a run with the same fingerprint.
  init(contentsOf path: String, fingerprint: String) throws {
    let archive = try ModelArchive(contentsOf: path)
    guard archive.metadata[Self.key] != nil else { throw CheckpointError.foreign(path) }
    self = try archive.value(for: Self.key)
    guard self.fingerprint == fingerprint else { throw CheckpointError.otherRun(path) }
    guard (1...200).contains(plan.path.times), rounds.isEmpty || rounds.count == plan.path.times,
      rounds.allSatisfy({ (1...10_000).contains($0) }), width > 0, plan.rows ?? 1 > 0
    else { throw CheckpointError.foreign(path) }
    let jobs = archive.tensors.compactMap { tensor in
      tensor.name.hasSuffix(".roots") ? Int(tensor.name.dropFirst("forest.".count).dropLast(".roots".count)) : nil
    }
    for job in jobs { forests[job] = try archive.forest(named: Self.name(job), width: width) }
  }

  private static func name(_ job: Int) -> String { "forest.\(job)" }
}

extension ModelArchive {
  /// Adds the trees of one time and part, as tensors whose names begin with the given one.
  mutating func add(_ forest: FittedVectorTrees, named name: String) {
    let parts = forest.parts
    add(StoredTensor("\(name).splits", parts.splits, shape: [parts.splits.count]))
    add(StoredTensor("\(name).cuts", Tensor(parts.cuts, shape: [parts.cuts.count])))
    add(StoredTensor("\(name).next", parts.next, shape: [parts.next.count]))
    add(StoredTensor("\(name).roots", parts.roots, shape: [parts.roots.count]))
    add(StoredTensor("\(name).outputs", parts.outputs, shape: [parts.outputs.count]))
  }

  /// Reads trees from rows of numbers to as many numbers.
  func forest(named name: String, width: Int) throws -> FittedVectorTrees {
    do {
      // Earlier versions kept the format of XGBoost.
      if hasTensor(name) {
        let stored = try tensor(name)
        guard stored.type == .uint8 else {
          throw ArchiveError(.elementType(tensor: name, found: stored.type.rawValue), file: file)
        }
        return try FittedVectorTrees(xgboost: Array(stored.bytes), columns: width, outputs: width)
      }
      let parts = FittedVectorTrees.Parts(
        splits: try integers("\(name).splits"), cuts: try numbers("\(name).cuts"), next: try integers("\(name).next"),
        roots: try integers("\(name).roots"), outputs: try integers("\(name).outputs"))
      return try FittedVectorTrees(parts, columns: width, outputs: width)
    } catch let error as DownstreamError {
      throw ArchiveError(
        .field(name: name, found: "what cannot be used (\(error))", expected: "a forest of this model"), file: file)
    }
  }
}
