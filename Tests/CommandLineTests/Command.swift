import Foundation
import Testing

/// The built command, run as a person runs it.
struct Command {
  /// What a finished run left.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
    /// The last line of standard output as a JSON object.
    func json() throws -> [String: Any] {
      let line = try #require(output.split(separator: "\n").last)
      return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  /// The binary beside the test bundle, else that of the last release build.
  static let binary: URL = {
    var places: [URL] = []
    var bundle = URL(fileURLWithPath: CommandLine.arguments[0])
    if let flag = CommandLine.arguments.firstIndex(of: "--test-bundle-path"), flag + 1 < CommandLine.arguments.count {
      bundle = URL(fileURLWithPath: CommandLine.arguments[flag + 1])
    }
    for _ in 0..<5 {
      bundle.deleteLastPathComponent()
      places.append(bundle.appending(path: "langevin"))
    }
    places.append(package.appending(path: ".build/release/langevin"))
    return places.first { isProgram($0.path) } ?? places[places.count - 1]
  }()

  /// The package's folder.
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - input: what stands on standard input.
  ///   - output: a file for standard output in the place of capturing it.
  ///   - environment: variables beside those of the tests.
  @discardableResult
  static func run(
    _ arguments: String..., input: String = "", output: String? = nil, in folder: Scratch? = nil,
    environment: [String: String] = [:]
  ) throws -> Outcome {
    try run(arguments, input: input, output: output, in: folder, environment: environment)
  }

  /// Runs the command with a list of arguments, and waits.
  static func run(
    _ arguments: [String], input: String = "", output: String? = nil, in folder: Scratch? = nil,
    environment: [String: String] = [:]
  ) throws -> Outcome {
    let process = try start(arguments, input: input, output: output, in: folder, environment: environment)
    process.process.waitUntilExit()
    return process.outcome()
  }

  /// Starts it and returns at once.
  static func start(
    _ arguments: [String], input: String = "", output: String? = nil, in folder: Scratch? = nil,
    environment: [String: String] = [:]
  ) throws -> Running {
    // Files in the place of pipes: a full pipe would stop the command.
    let scratch = Scratch()
    let process = Process()
    process.executableURL = binary
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = (folder ?? scratch).folder
    process.standardInput = FileHandle(forReadingAtPath: scratch.file("stdin", input))
    process.standardOutput = FileHandle(forWritingAtPath: output ?? scratch.file("stdout", ""))
    process.standardError = FileHandle(forWritingAtPath: scratch.file("stderr", ""))
    try process.run()
    return Running(process: process, scratch: scratch)
  }

  /// A run that goes on.
  struct Running {
    let process: Process
    let scratch: Scratch

    /// What it left, once it has ended.
    func outcome() -> Outcome {
      let isSignal = process.terminationReason == .uncaughtSignal
      return Outcome(
        status: isSignal ? 128 + process.terminationStatus : process.terminationStatus, output: scratch.text("stdout"),
        errors: scratch.text("stderr"))
    }

    /// Waits until something holds, at most a while.
    func wait(seconds: Double = 60, until condition: () -> Bool) -> Bool {
      let end = Date() + seconds
      while Date() < end, process.isRunning {
        if condition() { return true }
        usleep(10_000)
      }
      return condition()
    }
  }
}

/// A folder for one test, gone with it.
final class Scratch {
  let folder = FileManager.default.temporaryDirectory.appending(path: "langevin-command-\(UUID().uuidString)")

  init() { try! FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Writes a file and returns its path.
  @discardableResult
  func file(_ name: String, _ text: String) -> String {
    try! Data(text.utf8).write(to: folder.appending(path: name))
    return path(name)
  }

  func text(_ name: String) -> String {
    String(decoding: (try? Data(contentsOf: folder.appending(path: name))) ?? Data(), as: UTF8.self)
  }
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
  var names: [String] { try! FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
}

/// Tables and options that are quick to learn.
enum Sample {
  /// Numbers, categories, a date and holes, 80 rows.
  static let people: String = {
    let cities = ["Oslo", "Bergen", "Trondheim"]
    let rows = (0..<80).map { row -> String in
      let age = 18 + row * 7 % 60, city = cities[row * row % 7 % 3]
      let income = row % 9 == 0 ? "" : "\(20_000 + age * 500 + row * 37 % 1000)"
      return "\(age),\(city),\(income),\(age > 40 ? "yes" : "no"),2024-0\(1 + row % 9)-1\(row % 10)"
    }
    return (["age,city,income,owner,since"] + rows).joined(separator: "\n") + "\n"
  }()

  /// Options of a run that takes a moment and gives the same bytes each time.
  static let quick = ["--steps", "12", "--seed", "7", "--threads", "1", "--set", "width=16", "--quiet"]
}
