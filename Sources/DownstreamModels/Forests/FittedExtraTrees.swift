import CKernels
import Tensors

/// ``ExtraTrees`` that have grown.
public struct FittedExtraTrees: Sendable {
  /// Numbers, or class shares, of a prediction.
  public let outputs: Int
  /// The nodes of all trees, one tree after another.
  var nodes: [kernel_tree_node] = []
  /// `[leaves, outputs]`, in the same order.
  var values: [Float] = []
  /// Each tree's first node.
  var roots: [Int] = []

  init(outputs: Int) { self.outputs = outputs }

  init(joining trees: [FittedExtraTrees], outputs: Int) {
    self.outputs = outputs
    nodes.reserveCapacity(trees.reduce(0) { $0 + $1.nodes.count })
    values.reserveCapacity(trees.reduce(0) { $0 + $1.values.count })
    for tree in trees {
      roots.append(nodes.count)
      nodes += tree.nodes
      values += tree.values
    }
  }

  /// The trees' mean for each of some rows, `[rows, outputs]`.
  public func predict(_ cells: DenseCells, rows: [Int32], gang: ThreadGang) -> [Float] {
    let block = 512, blocks = (rows.count + block - 1) / block
    // Nodes and leaves grow together: a tree of n nodes has (n + 1) / 2 leaves.
    let leaves = roots.enumerated().map { tree, root in (root + tree) / 2 }
    var result = [Float](repeating: 0, count: rows.count * outputs)
    result.withUnsafeMutableBufferPointer { result in
      nonisolated(unsafe) let result = result
      gang.run(blocks) { item in
        let first = item * block, count = min(block, rows.count - first)
        let own = result.baseAddress! + first * outputs
        nodes.withUnsafeBufferPointer { nodes in
          values.withUnsafeBufferPointer { values in
            cells.values.withUnsafeBufferPointer { cellValues in
              rows.withUnsafeBufferPointer { rows in
                for (root, leaf) in zip(roots, leaves) {
                  kernel_tree_predict(
                    nodes.baseAddress! + root, values.baseAddress! + leaf * outputs, outputs, cellValues.baseAddress,
                    cells.rows, rows.baseAddress! + first, count, own)
                }
              }
            }
          }
        }
        kernel_scale(own, 1 / Float(roots.count), own, count * outputs)
      }
    }
    return result
  }
}
