import CPluginProbe
import Foundation

/// Runs code in a process of its own, so that whatever it does ends that process alone.
public enum IsolatedRun {
  /// How the process ended.
  public enum Ending: Sendable, Equatable {
    /// With a result.
    case finished(Data)
    /// Otherwise. The step is the last one that was begun; how is a phrase such as "crashed (Segmentation fault)".
    case broken(step: UInt8, how: String)
  }

  /// Forks, and runs a body in the child.
  ///
  /// Only the calling thread goes on in the child: call it where others hold no locks that the body needs.
  ///
  /// - Parameters:
  ///   - seconds: after them the process is ended.
  ///   - megabytes: of memory that it may take beyond what this process holds.
  ///   - most: bytes that the result may have.
  ///   - body: what to run. It gets a function to tell which step it begins, 1 ... 255.
  public static func run(
    seconds: Double, megabytes: UInt32 = 4096, most: Int = 1 << 26, _ body: (_ begin: @escaping (UInt8) -> Void) -> Data
  ) -> Ending {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return .broken(step: 0, how: "could not be started: \(text(of: errno))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let child = langevin_probe_fork(UInt32(min(max(seconds, 0), 1e6)), megabytes)
    if child == 0 {
      close(ends[0])
      let result = body { step in write([step], to: ends[1]) }
      write([0], to: ends[1])
      withUnsafeBytes(of: UInt64(result.count)) { write($0, to: ends[1]) }
      result.withUnsafeBytes { write($0, to: ends[1]) }
      _exit(0)
    }
    close(ends[1])
    defer { close(ends[0]) }
    guard child > 0 else { return .broken(step: 0, how: "could not be started: \(text(of: errno))") }
    return ending(of: child, reading: ends[0], until: ProcessInfo.processInfo.systemUptime + seconds, most: most)
  }

  private static func ending(
    of child: pid_t, reading descriptor: Int32, until deadline: Double, most: Int
  ) -> Ending {
    var bytes = Data()
    var status: Int32 = 0
    var isLate = false, hasEnded = false, isTooLong = false
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    // Another process may hold a copy of the pipe's other end, so its closing is not waited for.
    while true {
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&wait, 1, hasEnded ? 0 : 20) > 0 {
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 { bytes.append(contentsOf: buffer[..<count]) }
        if count == 0 { break }
        // Steps and the length come before the result.
        if bytes.count > most + 1024 {
          isTooLong = true
          kill(child, SIGKILL)
          break
        }
      } else if hasEnded {
        break
      } else if ProcessInfo.processInfo.systemUptime > deadline {
        isLate = true
        kill(child, SIGKILL)
        break
      } else {
        hasEnded = waitpid(child, &status, WNOHANG) == child
      }
    }
    if !hasEnded { while waitpid(child, &status, 0) < 0, errno == EINTR {} }

    let steps = bytes.prefix { $0 != 0 }
    let frame = bytes.dropFirst(steps.count + 1)
    if frame.count >= 8 {
      let length = frame.prefix(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
      if frame.count - 8 == length { return .finished(Data(frame.dropFirst(8))) }
    }
    let signal = status & 0x7f
    let how =
      isTooLong
      ? "gave more than \(most) bytes"
      : isLate || signal == SIGXCPU
        ? "did not come to an end"
        : signal != 0
          ? "crashed (\(String(cString: strsignal(signal))))"
          : "ended the process (status \(status >> 8 & 0xff))"
    return .broken(step: steps.last ?? 0, how: how)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { write($0, to: descriptor) }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
    var done = 0
    while done < bytes.count {
      let count = Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { _exit(1) }
      done += count
    }
  }

  private static func text(of number: Int32) -> String { String(cString: strerror(number)) }
}
