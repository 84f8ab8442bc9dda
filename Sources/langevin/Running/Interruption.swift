import Dispatch
import DiffusionCore
import Foundation

/// Ctrl-C, termination and a closed terminal: the first signal asks the run to stop where nothing is lost, a second one
/// ends the process at once.
///
/// The signals are taken by Dispatch on a thread of its own, not in a signal handler: so this needs no global state,
/// and what is done about them may lock and print. Until a value is made, signals end the process as always.
final class Interruption: @unchecked Sendable {
  private let requests = Locked(0)
  // Kept alive with this value; never changed after init, hence safe to share.
  private var sources: [any DispatchSourceSignal] = []

  /// Begins to take signals.
  ///
  /// - Parameter onFirst: called once, on another thread.
  init(onFirst: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "langevin.interruption")
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let former = signal(number, SIG_IGN)
      // Under nohup the run outlives the terminal.
      if number == SIGHUP, Self.isIgnored(former) { continue }
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      let requests = requests
      source.setEventHandler {
        let count = requests.withValue { count in
          count += 1
          return count
        }
        if count == 1 { onFirst() }
        // A closed terminal sends its signal more than once: by the system and by the shell.
        if count > 1, number != SIGHUP { _exit(ExitStatus.interrupted.rawValue) }
      }
      source.resume()
      sources.append(source)
    }
  }

  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Whether the run is to stop.
  var isRequested: Bool { requests.withValue { $0 > 0 } }

  /// Throws where the run is to stop.
  func check() throws(CancellationError) {
    if isRequested { throw CancellationError() }
  }
}
