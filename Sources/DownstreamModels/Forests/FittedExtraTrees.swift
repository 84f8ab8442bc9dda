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
  /// What leaves were made of; nil where it was not kept.
  var members: Members?

  /// The numbers of the rows in each leaf.
  struct Members: Sendable {
    /// By leaf, all trees' one after another: where its numbers end within its tree's.
    var ends: [Int32]
    /// As many for each tree.
    var numbers: [Float]
  }

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
    guard trees.allSatisfy({ $0.members != nil }) else { return }
    members = Members(ends: trees.flatMap { $0.members!.ends }, numbers: trees.flatMap { $0.members!.numbers })
  }

  /// The forest without what leaves were made of.
  public var withoutMembers: FittedExtraTrees {
    var forest = self
    forest.members = nil
    return forest
  }

  /// By tree, its first leaf. Nodes and leaves grow together: a tree of n nodes has (n + 1) / 2 leaves.
  private var firstLeaves: [Int] { roots.enumerated().map { tree, root in (root + tree) / 2 } }

  /// The median of the kept output (``ExtraTrees/keptOutput``) for each of some rows; nil where none was kept.
  ///
  /// The row's leaves hold rows like it: each of a leaf of k rows counts 1 / k. Source: N. Meinshausen, "Quantile regression
  /// forests", JMLR 7, 2006, equations 4 to 6.
  public func medians(_ cells: DenseCells, rows: [Int32], gang: ThreadGang) -> [Float]? {
    guard let members else { return nil }
    let block = 256, trees = roots.count, numbersPerTree = members.numbers.count / max(trees, 1)
    let firstLeaves = firstLeaves
    var result = [Float](repeating: 0, count: rows.count)
    result.withUnsafeMutableBufferPointer { result in
      nonisolated(unsafe) let result = result
      gang.run((rows.count + block - 1) / block) { item in
        let first = item * block, count = min(block, rows.count - first)
        var leaves = [Int32](repeating: 0, count: trees * count)  // [trees, count]
        for (tree, root) in roots.enumerated() {
          nodes.withUnsafeBufferPointer { nodes in
            leaves.withUnsafeMutableBufferPointer { leaves in
              cells.values.withUnsafeBufferPointer { values in
                rows.withUnsafeBufferPointer { rows in
                  kernel_tree_leaves(
                    nodes.baseAddress! + root, values.baseAddress, cells.rows, rows.baseAddress! + first, count,
                    leaves.baseAddress! + tree * count)
                }
              }
            }
          }
        }
        var alike: [(number: Float, weight: Float)] = []
        for row in 0..<count {
          alike.removeAll(keepingCapacity: true)
          for tree in 0..<trees {
            let own = Int(leaves[tree * count + row]), leaf = firstLeaves[tree] + own
            let start = own == 0 ? 0 : Int(members.ends[leaf - 1]), end = Int(members.ends[leaf])
            for place in tree * numbersPerTree + start..<tree * numbersPerTree + end {
              alike.append((members.numbers[place], 1 / Float(end - start)))
            }
          }
          alike.sort { $0.number < $1.number }
          var left = Float(trees) / 2
          for (number, weight) in alike {
            result[first + row] = number
            left -= weight
            if left <= 0 { break }
          }
        }
      }
    }
    return result
  }

  /// The trees' mean for each of some rows, `[rows, outputs]`.
  public func predict(_ cells: DenseCells, rows: [Int32], gang: ThreadGang) -> [Float] {
    let block = 512, blocks = (rows.count + block - 1) / block
    let leaves = firstLeaves
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

extension FittedExtraTrees {
  /// A forest as plain arrays, to be stored.
  public struct Parts: Sendable, Equatable {
    /// Of each node: the column of its split times 4 and the kind of split, or -1 for a leaf.
    public var splits: [Int32]
    /// Of each node: the cut, the category, or the bits that name a set of categories.
    public var cuts: [Float]
    /// Of each node: its left child within the tree, or the leaf's number.
    public var next: [Int32]
    /// `[leaves, outputs]`.
    public var values: [Float]
    /// Each tree's first node.
    public var roots: [Int32]
    /// By leaf, where its rows' numbers end within its tree's; and these numbers, as many for each tree. Empty where they were
    /// not kept.
    public var memberEnds: [Int32], members: [Float]

    /// Puts parts together.
    public init(
      splits: [Int32], cuts: [Float], next: [Int32], values: [Float], roots: [Int32], memberEnds: [Int32] = [],
      members: [Float] = []
    ) {
      self.splits = splits
      self.cuts = cuts
      self.next = next
      self.values = values
      self.roots = roots
      self.memberEnds = memberEnds
      self.members = members
    }
  }

  /// The forest as plain arrays.
  public var parts: Parts {
    Parts(
      splits: nodes.map { $0.feature < 0 ? -1 : $0.feature * 4 + $0.kind }, cuts: nodes.map(\.cut),
      next: nodes.map(\.next), values: values, roots: roots.map { Int32($0) },
      memberEnds: members?.ends ?? [], members: members?.numbers ?? [])
  }

  /// Reads a forest back; nil where the arrays are none, or name other columns than `0 ..< columns`.
  public init?(_ parts: Parts, outputs: Int, columns: Int) {
    let count = parts.splits.count
    // No product of sizes is formed before they are known to be small.
    guard outputs > 0, outputs <= parts.values.count, !parts.roots.isEmpty, parts.roots[0] == 0,
      parts.cuts.count == count, parts.next.count == count,
      (count + parts.roots.count) % 2 == 0, parts.values.count == (count + parts.roots.count) / 2 * outputs
    else { return nil }
    self.init(outputs: outputs)
    roots = parts.roots.map { Int($0) }
    values = parts.values
    nodes = zip(parts.splits, zip(parts.cuts, parts.next)).map { split, rest in
      kernel_tree_node(
        feature: split < 0 ? -1 : split / 4, kind: split < 0 ? 0 : split % 4, cut: rest.0, next: rest.1)
    }
    for (tree, root) in roots.enumerated() {
      let end = tree + 1 < roots.count ? roots[tree + 1] : count
      guard root < end, (end - root) % 2 == 1 else { return nil }
      for place in root..<end {
        let node = nodes[place], inside = place - root
        // Children lie further on, so that every walk ends.
        let isSound =
          node.feature < 0
          ? (0..<Int32((end - root + 1) / 2)).contains(node.next)
          : Int(node.feature) < columns && Int(node.next) > inside && Int(node.next) + 1 < end - root
        guard isSound else { return nil }
      }
    }
    guard !parts.memberEnds.isEmpty else { return }
    let leaves = parts.values.count / outputs, numbers = parts.members.count / roots.count
    guard parts.memberEnds.count == leaves, parts.members.count == numbers * roots.count else { return nil }
    for (tree, first) in firstLeaves.enumerated() {
      let own = parts.memberEnds[first..<(tree + 1 < roots.count ? firstLeaves[tree + 1] : leaves)]
      guard own.first! > 0, own.last! == Int32(numbers), zip(own, own.dropFirst()).allSatisfy({ $0 < $1 }) else {
        return nil
      }
    }
    members = Members(ends: parts.memberEnds, numbers: parts.members)
  }
}
