import Tensors

/// Runs pieces of work side by side on several threads, and returns their results in order.
///
/// Models of this module learn on one thread each: their sums then never depend on the number of threads, and on tables
/// of the usual size two models at a time are faster than one on two threads.
public func sideBySide<Result: Sendable>(
  _ count: Int, threads: Int, _ work: @Sendable (Int) -> Result
) -> [Result] {
  guard threads > 1, count > 1 else { return (0..<count).map(work) }
  let results = ResultSlots<Result>(count: count)
  ThreadGang(threads: min(threads, count)).run(count) { results.set($0, work($0)) }
  return results.all()
}

/// Places for results that threads fill in, each its own.
///
/// Unchecked: each place is written by one thread, and read once all have ended.
private final class ResultSlots<Result: Sendable>: @unchecked Sendable {
  private let slots: UnsafeMutableBufferPointer<Result?>

  init(count: Int) {
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil)
  }

  func set(_ place: Int, _ result: Result) { slots[place] = result }

  func all() -> [Result] { slots.compactMap { $0 } }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }
}
