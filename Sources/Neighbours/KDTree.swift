import Foundation
import Synchronization
import Tensors

/// A k-d tree that visits points in the order of scikit-learn's, so that ties come out as there.
///
/// Nodes are split at the middle of their widest coordinate down to leaves of 30 to 60 points; a query goes depth first
/// into the nearer child and leaves out what is farther than the farthest neighbour so far. Good for few dimensions.
///
/// Source: J. Bentley, "Multidimensional binary search trees used for associative searching", Communications of the ACM
/// 18, 1975; split and order as in scikit-learn's `KDTree(leaf_size=30)`.
struct KDTree {
  private let width: Int, nodeCount: Int
  private let points: [Double]
  /// Points in the order of the leaves, and their coordinates in that order.
  private var order: [Int32], sorted: [Double] = []
  /// The first point of each node in `order`, and the one after its last.
  private var starts: [Int32], ends: [Int32]
  /// The least and greatest coordinates of each node, `[nodes, width]`.
  private var lower: [Double], upper: [Double]
  private static let leafSize = 30

  /// Builds a tree over points, `[count, width]`.
  init(points: [Double], width: Int, count: Int) {
    self.points = points
    self.width = width
    let levels = Int(log2(max(1, Double(count - 1) / Double(Self.leafSize))) + 1)
    nodeCount = (1 << levels) - 1
    order = (0..<Int32(count)).map { $0 }
    starts = [Int32](repeating: 0, count: nodeCount)
    ends = starts
    lower = [Double](repeating: .infinity, count: nodeCount * width)
    upper = [Double](repeating: -.infinity, count: nodeCount * width)
    build(0, 0, count)
    sorted = [Double](unsafeUninitializedCapacity: count * width) { sorted, filled in
      for (place, point) in order.enumerated() {
        for column in 0..<width {
          (sorted.baseAddress! + (place * width + column)).initialize(to: points[Int(point) * width + column])
        }
      }
      filled = count * width
    }
  }

  private mutating func build(_ node: Int, _ start: Int, _ end: Int) {
    starts[node] = Int32(start)
    ends[node] = Int32(end)
    let width = self.width
    points.withUnsafeBufferPointer { points in
      lower.withUnsafeMutableBufferPointer { lower in
        upper.withUnsafeMutableBufferPointer { upper in
          let low = lower.baseAddress! + node * width, high = upper.baseAddress! + node * width
          for place in start..<end {
            let row = points.baseAddress! + Int(order[place]) * width
            for column in 0..<width {
              low[column] = min(low[column], row[column])
              high[column] = max(high[column], row[column])
            }
          }
        }
      }
    }
    guard 2 * node + 1 < nodeCount, end - start >= 2 else { return }
    var widest = 0, spread = 0.0
    for column in 0..<width where upper[node * width + column] - lower[node * width + column] > spread {
      widest = column
      spread = upper[node * width + column] - lower[node * width + column]
    }
    let middle = (end - start) / 2
    points.withUnsafeBufferPointer { points in
      order.withUnsafeMutableBufferPointer { order in
        Selection.place(middle, of: order.baseAddress! + start, count: end - start) { a, b in
          let x = points[Int(a) * width + widest], y = points[Int(b) * width + widest]
          return x == y ? a < b : x < y
        }
      }
    }
    build(2 * node + 1, start, start + middle)
    build(2 * node + 2, start + middle, end)
  }

  /// The nearest points to each query, `[queries, width]` → `[queries, count]`, nearest first.
  func nearest(to queries: [Double], rows: Int, count: Int, threads: Int) -> [Int32] {
    var indices = [Int32](repeating: 0, count: rows * count)
    let block = 64, blocks = (rows + block - 1) / block
    let next = Atomic<Int>(0)
    let workers = max(1, min(threads, blocks))
    indices.withUnsafeMutableBufferPointer { indices in
      nonisolated(unsafe) let indices = indices
      ThreadGang(threads: workers).run(workers) { _ in
        queries.withUnsafeBufferPointer { queries in
          withViews { views in
            var distances = [Double](repeating: 0, count: count)
            distances.withUnsafeMutableBufferPointer { distances in
              while true {
                let item = next.add(1, ordering: .relaxed).oldValue
                guard item < blocks else { break }
                for row in item * block..<min(rows, (item + 1) * block) {
                  let found = indices.baseAddress! + row * count
                  for place in 0..<count { distances[place] = .infinity }
                  let query = queries.baseAddress! + row * width
                  var visit = Visit(
                    views: views, query: query, values: distances.baseAddress!, indices: found, count: count)
                  visit.node(0, bound: visit.bound(of: 0))
                  NeighbourHeap.sort(distances.baseAddress!, found, count: count)
                }
              }
            }
          }
        }
      }
    }
    return indices
  }

  private struct Views {
    let width: Int, nodeCount: Int
    let sorted: UnsafePointer<Double>, lower: UnsafePointer<Double>, upper: UnsafePointer<Double>
    let order: UnsafePointer<Int32>, starts: UnsafePointer<Int32>, ends: UnsafePointer<Int32>
  }

  private func withViews(_ body: (Views) -> Void) {
    sorted.withUnsafeBufferPointer { sorted in
      lower.withUnsafeBufferPointer { lower in
        upper.withUnsafeBufferPointer { upper in
          order.withUnsafeBufferPointer { order in
            starts.withUnsafeBufferPointer { starts in
              ends.withUnsafeBufferPointer { ends in
                body(
                  Views(
                    width: width, nodeCount: nodeCount, sorted: sorted.baseAddress!, lower: lower.baseAddress!,
                    upper: upper.baseAddress!, order: order.baseAddress!, starts: starts.baseAddress!,
                    ends: ends.baseAddress!))
              }
            }
          }
        }
      }
    }
  }

  private struct Visit {
    let views: Views, query: UnsafePointer<Double>
    let values: UnsafeMutablePointer<Double>, indices: UnsafeMutablePointer<Int32>
    let count: Int

    /// The least squared distance that a point of a node can have.
    func bound(of node: Int) -> Double {
      let low = views.lower + node * views.width, high = views.upper + node * views.width
      var sum = 0.0
      for column in 0..<views.width {
        let outside = max(0, low[column] - query[column]) + max(0, query[column] - high[column])
        sum += outside * outside
      }
      return sum
    }

    mutating func node(_ node: Int, bound: Double) {
      guard bound <= values[0] else { return }
      let child = 2 * node + 1
      guard child < views.nodeCount, views.ends[node] - views.starts[node] >= 2 else { return leaf(node) }
      let first = self.bound(of: child), second = self.bound(of: child + 1)
      if first <= second {
        self.node(child, bound: first)
        self.node(child + 1, bound: second)
      } else {
        self.node(child + 1, bound: second)
        self.node(child, bound: first)
      }
    }

    private func leaf(_ node: Int) {
      let width = views.width
      for place in Int(views.starts[node])..<Int(views.ends[node]) {
        let point = views.sorted + place * width
        var square = 0.0
        for column in 0..<width {
          let difference = query[column] - point[column]
          square += difference * difference
        }
        NeighbourHeap.push(square, views.order[place], values, indices, size: count)
      }
    }
  }
}
