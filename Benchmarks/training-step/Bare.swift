import COneDNN
import Dispatch
import NeuralNetworks

/// The products of a training step alone: what the machine gives where nothing else costs.
///
/// Every product runs on memory of its own, already in the right format, in two ways: over the whole batch with
/// oneDNN's own threads, and over shards of rows, each on one thread. The best way counts.
struct Bare {
  private struct Job {
    var product: OpaquePointer
    var a: UnsafeMutableRawPointer, b: UnsafeMutableRawPointer
    var c: UnsafeMutablePointer<Float>
    func run() { precondition(langevin_product_execute(product, a, b, nil, c) == 0) }
  }

  /// The shortest time of a step, in seconds, over the ways.
  static func time(_ c: Case, precision: Precision, threads: Int, seconds: Double) -> (seconds: Double, way: String) {
    var best = (seconds: Double.infinity, way: "")
    let sizes = [nil] + [64, 128, 256, 512].map { $0 as Int? }.filter { $0! * threads <= c.batch }
    for size in sizes {
      let jobs = makeJobs(c, examples: size.map { c.tokens > 0 ? max($0 / c.tokens, 1) : $0 } ?? c.batch, precision)
      // Each shard goes through all its products on one thread, as in a pass.
      let shards = size.map { c.batch / (c.tokens > 0 ? max($0 / c.tokens, 1) : $0) }
      nonisolated(unsafe) let chains =
        shards == nil
        ? [jobs]
        : [jobs]
          + (1..<threads).map { _ in
            makeJobs(c, examples: c.tokens > 0 ? max(size! / c.tokens, 1) : size!, precision)
          }
      let time = median(seconds: seconds / Double(sizes.count)) {
        guard let shards else {
          langevin_set_threads(Int32(threads))
          for job in chains[0] { job.run() }
          return
        }
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
          langevin_set_threads(1)
          for _ in stride(from: thread, to: shards, by: threads) { for job in chains[thread] { job.run() } }
        }
      }
      if time < best.seconds { best = (time, size.map { "shards of \($0)" } ?? "whole batch") }
      for job in chains.joined() {
        langevin_product_destroy(job.product)
        job.a.deallocate()
        job.b.deallocate()
        UnsafeMutableRawPointer(job.c).deallocate()
      }
    }
    return best
  }

  private static func makeJobs(_ c: Case, examples: Int, _ precision: Precision) -> [Job] {
    var forward: [Job] = [], backward: [Job] = []
    for map in c.maps {
      let batch = map.hasWeight ? 1 : examples * map.count
      let rows = map.hasWeight ? examples * map.rows : map.rows
      func job(_ rows: Int, _ columns: Int, _ inner: Int, transposeA: Bool = false, transposeB: Bool = false) -> Job {
        var shape = langevin_product_shape(
          batch: Int64(batch), rows: Int64(rows), columns: Int64(columns), inner: Int64(inner),
          transpose_a: transposeA ? 1 : 0, transpose_b: transposeB ? 1 : 0,
          input: Int32(precision == .bfloat16 ? LANGEVIN_BFLOAT16 : LANGEVIN_FLOAT32),
          output: Int32(LANGEVIN_FLOAT32), accumulate: 0, bias: 0, relu: 0)
        let bytes = precision == .bfloat16 ? 2 : 4
        func memory(_ count: Int) -> UnsafeMutableRawPointer {
          let memory = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
          memory.initializeMemory(as: UInt8.self, repeating: 0, count: count)
          return memory
        }
        return Job(
          product: langevin_product_create(&shape)!, a: memory(batch * rows * inner * bytes),
          b: memory(batch * inner * columns * bytes),
          c: memory(batch * rows * columns * 4).assumingMemoryBound(to: Float.self))
      }
      forward.append(job(rows, map.columns, map.inner))
      if map.inputGradient { backward.append(job(rows, map.inner, map.columns, transposeB: true)) }
      backward.append(job(map.inner, map.columns, rows, transposeA: true))
    }
    return forward + backward.reversed()
  }
}
