import CKernels

/// Threads that work side by side on the parts of a step, again and again.
///
/// A training step of half a millisecond has no time for threads that sleep and are woken: those of a gang look for
/// the next work for a tenth of a millisecond before they sleep, unless there are more of them than processors. Items
/// tend to go to the thread that had them last time, which still has their memory in cache.
///
/// Unchecked: the C side hands each item to one thread. Calls do not overlap.
public final class ThreadGang: @unchecked Sendable {
  /// The number of threads that work, the caller's among them.
  public let threads: Int
  private let gang: OpaquePointer

  /// Starts the threads beside the caller's.
  public init(threads: Int) {
    self.threads = max(1, threads)
    gang = langevin_gang_create(Int32(self.threads))
  }

  /// Calls the body once with each number in `0 ..< count`, on any of the threads, and returns when all are done.
  public func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { pointer in
        langevin_gang_run(
          gang, Int32(count),
          { context, item in context!.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(Int(item)) },
          UnsafeMutableRawPointer(mutating: pointer))
      }
    }
  }

  deinit { langevin_gang_destroy(gang) }
}
