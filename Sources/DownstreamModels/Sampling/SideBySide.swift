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

/// Runs different pieces of work side by side, which share the threads: each is told how many it may use itself.
public func sideBySide<each Result: Sendable>(
  threads: Int, _ work: repeat @escaping @Sendable (_ threads: Int) -> each Result
) -> (repeat each Result) {
  let pieces = (repeat Piece(each work))
  var count = 0
  for _ in repeat each pieces { count += 1 }
  let share = max(1, threads / count)
  var runs: [@Sendable () -> Void] = []
  for piece in repeat each pieces { runs.append { piece.run(threads: share) } }
  let all = runs
  _ = sideBySide(all.count, threads: threads) { all[$0]() }
  return (repeat (each pieces).result)
}

/// A piece of work and a place for its result.
///
/// Unchecked: the place is written by one thread, and read once it has ended.
private final class Piece<Result: Sendable>: @unchecked Sendable {
  private let work: @Sendable (Int) -> Result
  private var made: Result?

  init(_ work: @escaping @Sendable (Int) -> Result) { self.work = work }

  func run(threads: Int) { made = work(threads) }

  var result: Result {
    guard let made else { preconditionFailure("a piece of work was not run") }
    return made
  }
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
