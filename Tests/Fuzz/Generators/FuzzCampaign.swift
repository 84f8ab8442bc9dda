import Foundation

/// Attacks one area: cases in batches, each in a process of its own.
struct FuzzCampaign {
  /// What a case may take.
  struct Limits {
    var seconds: Double
    /// 0 for any.
    var megabytes: Int
  }

  let area: any FuzzArea
  let seed: UInt64
  let first: Int, count: Int
  /// When no further batch begins, in the system's uptime; nil for never.
  let deadline: Double?
  let keep: URL?
  let limits: Limits

  private static let casesPerBatch = 100

  /// This program.
  private static var program: URL {
    guard let path = realpath("/proc/self/exe", nil) else { return URL(fileURLWithPath: CommandLine.arguments[0]) }
    defer { free(path) }
    return URL(fileURLWithPath: String(cString: path))
  }

  func run() throws -> FuzzTally {
    let folder = FileManager.default.temporaryDirectory.appending(path: "fuzz-\(area.name)-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let shared = folder.appending(path: "shared")
    try FileManager.default.createDirectory(at: shared, withIntermediateDirectories: true)
    try area.prepare(in: shared)
    var tally = FuzzTally(area: area.name, seed: seed)
    let start = ProcessInfo.processInfo.systemUptime
    var next = first
    while next < first + count, deadline.map({ ProcessInfo.processInfo.systemUptime < $0 }) ?? true {
      next = try runBatch(next..<min(next + Self.casesPerBatch, first + count), in: folder, &tally)
    }
    tally.seconds = ProcessInfo.processInfo.systemUptime - start
    return tally
  }

  /// Runs a batch and returns the number of the next case.
  private func runBatch(_ indices: Range<Int>, in folder: URL, _ tally: inout FuzzTally) throws -> Int {
    let process = Process(), output = Pipe()
    process.executableURL = Self.program
    process.arguments =
      [
        area.name, "--seed", "\(seed)", "--batch", "\(indices.lowerBound)-\(indices.upperBound)", "--folder",
        folder.path,
      ] + (keep.map { ["--keep", $0.path] } ?? [])
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    let errors = folder.appending(path: "stderr")
    try Data().write(to: errors)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    try output.fileHandleForWriting.close()

    var reader = LineReader(output.fileHandleForReading.fileDescriptor)
    var open: (index: Int, step: String)?, since = ProcessInfo.processInfo.systemUptime
    var verdict: FuzzFailure.Kind?
    loop: while true {
      switch reader.next(milliseconds: 20) {
      case .line(let line):
        let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        since = ProcessInfo.processInfo.systemUptime
        switch words[0] {
        case "begin": open = (Int(words[1]) ?? indices.lowerBound, "the making of the case")
        case "step": open?.step = words.dropFirst().joined(separator: " ")
        case "end" where words.count == 6:
          let rest = words[4] + (words[5].isEmpty ? "" : " " + words[5])
          note(
            open?.index ?? 0, open?.step ?? "", megabytes: Int(words[2]) ?? 0, seconds: Double(words[3]) ?? 0, rest,
            &tally)
          open = nil
        default: break
        }
      case .nothing:
        guard open != nil else { continue }
        if ProcessInfo.processInfo.systemUptime - since > limits.seconds { verdict = .overTime }
        if limits.megabytes > 0, ProcessMemory.megabytes(of: process.processIdentifier) > 2 * limits.megabytes {
          verdict = .overMemory
        }
        if verdict != nil {
          kill(process.processIdentifier, SIGKILL)
          break loop
        }
      case .end: break loop
      }
    }
    process.waitUntilExit()
    guard let open else { return indices.upperBound }
    let status = process.terminationStatus
    let ended: FuzzFailure.Kind =
      process.terminationReason == .uncaughtSignal
      ? .crashed(String(cString: strsignal(status))) : .crashed("exit status \(status)")
    FuzzBatch.keep(folder.appending(path: "case"), of: open.index, area: area.name, in: keep)
    if let keep {
      try? FileManager.default.copyItem(at: errors, to: keep.appending(path: "\(area.name)-\(open.index)/stderr"))
    }
    tally.fail(open.index, open.step, verdict ?? ended)
    return open.index + 1
  }

  private func note(
    _ index: Int, _ step: String, megabytes: Int, seconds: Double, _ result: String, _ tally: inout FuzzTally
  ) {
    let parts = result.split(separator: " ", maxSplits: 1).map(String.init), text = parts.count > 1 ? parts[1] : ""
    tally.note(seconds: seconds, megabytes: megabytes)
    if limits.megabytes > 0, megabytes > limits.megabytes { return tally.fail(index, step, .overMemory) }
    switch parts.first {
    case "accepted": tally.accepted += 1
    case "refused": tally.refused[text, default: 0] += 1
    case "garbage": tally.fail(index, step, .garbage(text))
    default: tally.fail(index, step, .fault(text))
    }
  }
}

/// Reads lines as they come.
struct LineReader {
  enum Item {
    case line(String)
    /// None came in time.
    case nothing
    case end
  }

  private let descriptor: Int32
  private var pending: [UInt8] = []
  private var lines: [String] = []

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  mutating func next(milliseconds: Int32) -> Item {
    if !lines.isEmpty { return .line(lines.removeFirst()) }
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, milliseconds) > 0 else { return .nothing }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return .end }
    pending += buffer[..<count]
    while let cut = pending.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(String(decoding: pending[..<cut], as: UTF8.self))
      pending.removeFirst(cut + 1)
    }
    return lines.isEmpty ? .nothing : .line(lines.removeFirst())
  }
}
