import Foundation
import Testing

@testable import Tables

/// A folder for one test, gone with it.
final class Scratch {
  let folder: URL

  init() {
    folder = FileManager.default.temporaryDirectory.appending(path: "langevin-tables-\(UUID().uuidString)")
    try! FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Writes a file and returns its path.
  func file(_ name: String, _ text: String) -> String { file(name, bytes: Array(text.utf8)) }
  func file(_ text: String) -> String { file("table.csv", text) }

  func file(_ name: String, bytes: [UInt8]) -> String {
    try! Data(bytes).write(to: folder.appending(path: name))
    return path(name)
  }

  func bytes(_ name: String) -> [UInt8] { Array((try? Data(contentsOf: folder.appending(path: name))) ?? Data()) }
  func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }
  var names: [String] { try! FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
}

/// Reads a table from a text.
func read(_ text: String, _ options: CSVReadOptions = .init()) throws -> CSVReader.Result {
  let scratch = Scratch()
  return try CSVReader(path: scratch.file(text), options: options).read()
}

/// The error that reading a text gives; a failed expectation where it gives none.
func errorReading(
  _ text: String, _ options: CSVReadOptions = .init(), sourceLocation: SourceLocation = #_sourceLocation
) -> TableError? {
  #expect(throws: TableError.self, sourceLocation: sourceLocation) { try read(text, options) }
}

/// A small generator with a seed (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

/// The shared benchmark data, beside the package.
enum SharedData {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/data").standardizedFileURL
  static var isThere: Bool { FileManager.default.fileExists(atPath: folder.path) }
  static func path(_ name: String) -> String { folder.appending(path: "\(name).csv.gz").path }
}
