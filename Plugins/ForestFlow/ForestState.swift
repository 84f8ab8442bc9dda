import DiffusionCore
import Dispatch
import DownstreamModels
import Foundation

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

  /// A clock that goes on from the seconds spent.
  func clock() -> () -> Double {
    let start = DispatchTime.now().uptimeNanoseconds, spent = seconds
    return { spent + Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }
  }

  /// The rounds that stored forests took.
  func roundsDone(parts: Int) -> Int { forests.keys.reduce(0) { $0 + rounds[$1 / parts] } }

  private static let key = "forest-flow-training"

  func archive() throws -> ModelArchive {
    var archive = ModelArchive()
    try archive.set(self, for: Self.key)
    for job in forests.keys.sorted() { try archive.add(forests[job]!, named: "forest.\(job)") }
    return archive
  }

  /// Reads the state of a run with the same fingerprint.
  init(contentsOf path: String, fingerprint: String) throws {
    let archive = try ModelArchive(contentsOf: path)
    guard archive.metadata[Self.key] != nil else { throw CheckpointError.foreign(path) }
    self = try archive.value(for: Self.key)
    guard self.fingerprint == fingerprint else { throw CheckpointError.otherRun(path) }
    for tensor in archive.tensors {
      guard let job = Int(tensor.name.dropFirst("forest.".count)) else { throw CheckpointError.foreign(path) }
      forests[job] = try archive.forest(named: tensor.name, width: width)
    }
  }
}

extension ModelArchive {
  /// Adds the trees of one time and part.
  mutating func add(_ forest: FittedVectorTrees, named name: String) throws {
    let bytes = try forest.bytes()
    add(StoredTensor(name, bytes, shape: [bytes.count]))
  }

  /// Reads trees from rows of numbers to as many numbers.
  func forest(named name: String, width: Int) throws -> FittedVectorTrees {
    let stored = try tensor(name)
    guard stored.type == .uint8 else {
      throw ArchiveError(.metadata(key: name, reason: "it does not hold trees"), file: file)
    }
    do {
      return try FittedVectorTrees(bytes: Array(stored.bytes), columns: width, outputs: width)
    } catch {
      throw ArchiveError(.metadata(key: name, reason: "\(error)"), file: file)
    }
  }
}
