import Foundation
import Testing

/// A few cases of every area, always the same ones; `bin/fuzz` runs many.
@Suite struct FuzzAreaTests {
  /// The tool beside the test bundle.
  private static let tool: URL? = {
    var bundle = URL(fileURLWithPath: CommandLine.arguments[0])
    if let flag = CommandLine.arguments.firstIndex(of: "--test-bundle-path"), flag + 1 < CommandLine.arguments.count {
      bundle = URL(fileURLWithPath: CommandLine.arguments[flag + 1])
    }
    for _ in 0..<5 {
      bundle.deleteLastPathComponent()
      var isFolder: ObjCBool = false
      let tool = bundle.appending(path: "fuzz").path
      if FileManager.default.fileExists(atPath: tool, isDirectory: &isFolder), !isFolder.boolValue {
        return URL(fileURLWithPath: tool)
      }
    }
    return nil
  }()

  @Test(arguments: [("models", 120), ("arrow", 3000), ("csv", 150), ("schemas", 1500), ("conditions", 80)])
  func `No case crashes, takes too long or too much, or gives garbage`(area: String, count: Int) throws {
    let process = Process(), output = Pipe()
    process.executableURL = try #require(Self.tool)
    // Tests run side by side: time is not theirs alone.
    process.arguments = [area, "--seed", "1", "--count", "\(count)", "--seconds", "60"]
    process.standardOutput = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    #expect(text.contains("\(area): \(count) cases"), "\(text)")
  }
}
