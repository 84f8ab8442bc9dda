import Foundation

/// Where and how often the state of a run is kept.
///
///     if secondsSinceSaved > policy.interval { policy.save(seed: run.seed) { try state.archive() } }
public struct CheckpointPolicy: Sendable {
  /// The file.
  public var path: String
  /// Whether to go on from the file where it exists.
  public var resumes: Bool
  /// Seconds between two states.
  public var interval: Double
  /// Called after each attempt to save, with nil where it succeeded. Without it, failures pass in silence: a run goes on
  /// without its checkpoint.
  public var noted: @Sendable ((any Error)?) -> Void = { _ in }
  /// What was decided before the training began, by measured time or by trials, as JSON by key: it is saved with the state,
  /// since a resumed run must make the same decisions.
  private var decisions: [String: String] = [:]

  /// The metadata key that marks a file as a checkpoint, so that nothing else is ever taken for one.
  private static let mark = "checkpoint"
  /// Before the keys of decisions.
  private static let prefix = "decision."
  /// The last state of a training is saved where at least so many seconds would have to be repeated.
  private static let worthKeeping = 2.0

  /// Makes a policy.
  public init(path: String, resumes: Bool, interval: Double = 15) {
    self.path = path
    self.resumes = resumes
    self.interval = interval
  }

  /// Whether there is a state to go on from.
  public var isThere: Bool { FileManager.default.fileExists(atPath: path) }

  /// Has a decision saved with every state.
  ///
  ///     checkpoint.keep(network, as: "network")
  public mutating func keep(_ decision: some Encodable, as key: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    decisions[key] = String(decoding: try encoder.encode(decision), as: UTF8.self)
  }

  /// The decision of the run that goes on; nil where a run begins, or where the state has none that can be read. Whether
  /// the state belongs to this run is for its fingerprint to tell.
  public func kept<Decision: Decodable>(_: Decision.Type = Decision.self, as key: String) -> Decision? {
    guard resumes, isThere, let archive = try? ModelArchive.foreign(contentsOf: path) else { return nil }
    return try? archive.value(for: Self.prefix + key)
  }

  /// Whether a file is a checkpoint, of whatever run.
  public static func isCheckpoint(_ path: String) -> Bool {
    (try? ModelArchive.foreign(contentsOf: path))?.metadata[mark] != nil
  }

  /// Whether the last state of a training is worth a file, so that what comes after it can fail without loss.
  ///
  /// - Parameter seconds: since the last state was saved.
  public func isWorthKeeping(after seconds: Double) -> Bool { seconds >= min(Self.worthKeeping, interval) }

  /// Saves a state, for its owner alone to read, and replaces nothing but a checkpoint. A failure does not end the
  /// training: ``noted`` hears of it.
  ///
  /// - Parameters:
  ///   - seed: of the run; it stands by itself, so that a command can go on without being told it again.
  ///   - state: makes the file.
  public func save(seed: UInt64, _ state: () throws -> ModelArchive) {
    do {
      // Something else may have come there since the run began.
      guard !isThere || Self.isCheckpoint(path) else { throw CheckpointError.foreign(path) }
      var archive = try state()
      archive.setText("the state of an unfinished training; --resume goes on from it", for: Self.mark)
      archive.setText(String(seed), for: "seed")
      for (key, text) in decisions { archive.setText(text, for: Self.prefix + key) }
      try archive.write(to: path, permissions: .ownerOnly)
      noted(nil)
    } catch {
      noted(error)
    }
  }
}
