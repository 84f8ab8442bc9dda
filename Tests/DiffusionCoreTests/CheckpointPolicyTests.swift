import Foundation
import Testing

@testable import DiffusionCore

/// Where the state of a training is kept: marked, private, and never in the place of another file.
@Suite struct CheckpointPolicyTests {
  private final class Noted: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: [String?] = []
    var all: [String?] { lock.withLock { stored } }
    func add(_ error: (any Error)?) { lock.withLock { stored.append(error.map { "\($0)" }) } }
  }

  private let folder = FileManager.default.temporaryDirectory.appending(path: "langevin-policy-\(UUID().uuidString)")
  private let noted = Noted()

  private func policy(_ name: String = "out.checkpoint") throws -> CheckpointPolicy {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var policy = CheckpointPolicy(path: folder.appending(path: name).path, resumes: false)
    policy.noted = { [noted] in noted.add($0) }
    return policy
  }

  private func state(_ text: String) -> ModelArchive { ModelArchive(metadata: ["training": text]) }

  @Test func `A saved state is marked, private, and has its seed`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let policy = try policy()
    #expect(!policy.isThere && !CheckpointPolicy.isCheckpoint(policy.path))
    policy.save(seed: 7) { state("first") }
    policy.save(seed: 7) { state("second") }
    #expect(noted.all == [nil, nil])
    #expect(policy.isThere && CheckpointPolicy.isCheckpoint(policy.path))
    let archive = try ModelArchive(contentsOf: policy.path)
    #expect(archive.metadata["seed"] == "7" && archive.metadata["training"] == "second")
    let attributes = try FileManager.default.attributesOfItem(atPath: policy.path)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
  }

  @Test func `What is no checkpoint is not replaced, and a failure is only noted`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let policy = try policy()
    // A model is none either.
    for content in [state("model").data(), Data("mine".utf8), Data()] {
      try content.write(to: URL(fileURLWithPath: policy.path))
      #expect(!CheckpointPolicy.isCheckpoint(policy.path))
      policy.save(seed: 1) { state("new") }
      #expect(try Data(contentsOf: URL(fileURLWithPath: policy.path)) == content)
    }
    #expect(noted.all.count == 3 && noted.all.allSatisfy { $0?.contains("is not a training checkpoint") == true })
    try self.policy("none/out.checkpoint").save(seed: 1) { state("new") }
    #expect(noted.all.last??.contains("there is no folder") == true)
    try self.policy("other").save(seed: 1) { throw CancellationError() }
    #expect(noted.all.last??.isEmpty == false && noted.all.count == 5)
  }

  @Test func `The last state is worth a file where seconds would be lost`() throws {
    let policy = CheckpointPolicy(path: "x", resumes: false),
      often = CheckpointPolicy(path: "x", resumes: false, interval: 0.1)
    #expect(!policy.isWorthKeeping(after: 1) && policy.isWorthKeeping(after: 3))
    #expect(!often.isWorthKeeping(after: 0.05) && often.isWorthKeeping(after: 0.2))
  }

  @Test func `Times are left out of archives alone`() throws {
    var summary = TrainingSummary()
    summary.steps = 3
    summary.seconds = 1.5
    var archive = ModelArchive()
    try archive.set(summary, for: "summary")
    #expect(archive.metadata["summary"]?.contains("seconds") == false)
    let read: TrainingSummary = try archive.value(for: "summary")
    #expect(read == summary && read.seconds == nil)
    let json = String(decoding: try JSONEncoder().encode(summary), as: UTF8.self)
    #expect(json.contains("\"seconds\":1.5"))
  }
}
