import Foundation

/// Where the golden values of the engine lie.
enum EngineFixtures {
  static var folder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/engine")
  }
}
