import Foundation

/// Counts parts of a piece of work that several threads do, and asks after each whether to go on.
///
///     let progress = WorkProgress(of: units.count, from: 0.2, to: 0.6, shouldContinue: request.shouldContinue)
///     guard progress.advance() else { return .failure(CancellationError()) }
public final class WorkProgress: @unchecked Sendable {
  private let lock = NSLock()
  private let parts: Int, from: Double, to: Double
  private let shouldContinue: @Sendable (Double) -> Bool
  private var done = 0, isStopped = false

  /// - Parameters:
  ///   - parts: how many there are.
  ///   - from: the share of the whole work that is done before the first.
  ///   - to: the share that is done after the last.
  public init(of parts: Int, from: Double, to: Double, shouldContinue: @escaping @Sendable (Double) -> Bool) {
    self.parts = max(parts, 1)
    (self.from, self.to) = (from, to)
    self.shouldContinue = shouldContinue
  }

  /// Notes that a part is done. False where the work is to end.
  public func advance() -> Bool {
    lock.withLock {
      guard !isStopped else { return false }
      done += 1
      isStopped = !shouldContinue(from + (to - from) * Double(done) / Double(parts))
      return !isStopped
    }
  }
}
