import Foundation
import Tensors

/// Runs a range of cases in this process and tells how each begins and ends, one line at a time on standard output:
/// `begin 17`, `step sample`, `end 17 MEGABYTES SECONDS KIND TEXT`.
struct FuzzBatch {
  let area: any FuzzArea
  let seed: UInt64
  let folder: URL
  let keep: URL?
  /// Megabytes that a case may take; 0 for any.
  let megabytes: Int

  func run(_ indices: Range<Int>) {
    let scratch = folder.appending(path: "case")
    for index in indices {
      say("begin \(index)")
      try? FileManager.default.removeItem(at: scratch)
      // The memory that making the case took is not the program's.
      var peak = 0
      let start = ProcessInfo.processInfo.systemUptime
      var outcome: FuzzOutcome, isUnderWay = false
      do {
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        outcome = try area.run(
          RandomStream(seed: seed).child(UInt64(index)),
          FuzzRun(shared: folder.appending(path: "shared"), scratch: scratch) {
            peak = max(peak, isUnderWay ? ProcessMemory.peakMegabytes : 0)
            isUnderWay = true
            ProcessMemory.restart()
            say("step \($0)")
          })
      } catch {
        outcome = .fault("the case could not be made: \(error)")
      }
      let seconds = ProcessInfo.processInfo.systemUptime - start
      if isUnderWay { peak = max(peak, ProcessMemory.peakMegabytes) }
      if outcome.fails || megabytes > 0 && peak > megabytes { Self.keep(scratch, of: index, area: area.name, in: keep) }
      let (kind, text): (String, String) =
        switch outcome {
        case .accepted: ("accepted", "")
        case .refused(let type): ("refused", type)
        case .garbage(let why): ("garbage", why)
        case .fault(let message): ("fault", message)
        }
      let line = text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(300)
      say("end \(index) \(peak) \(seconds) \(kind) \(line)")
    }
  }

  /// Moves the files of a case that fails to where they are kept.
  static func keep(_ scratch: URL, of index: Int, area: String, in folder: URL?) {
    guard let folder else { return }
    let place = folder.appending(path: "\(area)-\(index)")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try? FileManager.default.removeItem(at: place)
    try? FileManager.default.moveItem(at: scratch, to: place)
  }

  private func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
  }
}

/// The memory of a process, as Linux tells it; 0 elsewhere.
enum ProcessMemory {
  /// Begins to measure the peak of this process anew.
  static func restart() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  /// The peak of this process since then.
  static var peakMegabytes: Int { field("VmHWM:", of: "self") / 1024 }

  /// What a process holds now.
  static func megabytes(of process: pid_t) -> Int { field("VmRSS:", of: "\(process)") / 1024 }

  private static func field(_ name: String, of process: String) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line.flatMap { Int($0.dropFirst(name.count).drop { $0 == " " || $0 == "\t" }.prefix { $0.isNumber }) } ?? 0
  }
}
