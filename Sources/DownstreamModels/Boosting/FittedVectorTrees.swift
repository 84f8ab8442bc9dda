import CKernels
import Tensors

/// ``VectorBoosting`` that has learned: plain arrays, which any reader can check and which no library has to parse.
///
/// Predictions are those of XGBoost to the last bit: the same comparisons, and sums in the same order.
public struct FittedVectorTrees: Sendable {
  /// The columns that the trees look at, and the numbers that they predict.
  public let columns: Int, outputs: Int
  /// The nodes of all trees, one tree after another.
  private let nodes: [kernel_boosted_node]
  /// Each tree's first node, and the output that it adds to.
  private let roots: [Int32], outputOfTree: [Int32]

  /// Trees as plain arrays, to be stored.
  public struct Parts: Sendable, Equatable {
    /// Of each node: twice the column of its split, and one more where missing cells go left; -1 for a leaf.
    public var splits: [Int32]
    /// Of each node: the cut, below which cells go left; of a leaf its value.
    public var cuts: [Float]
    /// Of each node: its left child within the tree, which the right one follows; 0 for a leaf.
    public var next: [Int32]
    /// Each tree's first node, and the output that it adds to.
    public var roots: [Int32], outputs: [Int32]

    /// Puts parts together.
    public init(splits: [Int32], cuts: [Float], next: [Int32], roots: [Int32], outputs: [Int32]) {
      self.splits = splits
      self.cuts = cuts
      self.next = next
      self.roots = roots
      self.outputs = outputs
    }
  }

  /// The trees as plain arrays.
  public var parts: Parts {
    Parts(
      splits: nodes.map(\.split), cuts: nodes.map(\.cut), next: nodes.map(\.next), roots: roots, outputs: outputOfTree)
  }

  /// Reads trees back.
  ///
  /// - Throws: ``DownstreamError/damagedTrees(_:)`` where the arrays are none, or name other columns or outputs.
  public init(_ parts: Parts, columns: Int, outputs: Int) throws(DownstreamError) {
    func require(_ isSound: Bool, _ problem: @autoclosure () -> String) throws(DownstreamError) {
      if !isSound { throw .damagedTrees(problem()) }
    }
    let count = parts.splits.count
    try require(parts.cuts.count == count && parts.next.count == count, "they have arrays of several lengths")
    try require(
      parts.roots.count == parts.outputs.count,
      "they have \(parts.roots.count) roots and \(parts.outputs.count) outputs")
    try require(parts.roots.isEmpty ? count == 0 : parts.roots[0] == 0, "the first one does not begin at node 0")
    for (tree, root) in parts.roots.enumerated() {
      let end = tree + 1 < parts.roots.count ? Int(parts.roots[tree + 1]) : count
      try require(Int(root) < end && end <= count, "number \(tree) has no nodes")
      try require(
        (0..<Int32(clamping: outputs)).contains(parts.outputs[tree]),
        "number \(tree) is for output \(parts.outputs[tree])")
      for place in Int(root)..<end {
        let split = Int(parts.splits[place]), next = Int(parts.next[place]), inside = place - Int(root)
        if split < 0 {
          try require(parts.cuts[place].isFinite, "node \(place) is a leaf of \(parts.cuts[place])")
        } else {
          try require(split / 2 < columns, "node \(place) splits column \(split / 2)")
          try require(!parts.cuts[place].isNaN, "node \(place) has no cut")
          // Children lie further on, so that every walk ends.
          try require(next > inside && next + 1 < end - Int(root), "node \(place) has no children")
        }
      }
    }
    self.columns = columns
    self.outputs = outputs
    nodes = parts.splits.indices.map {
      kernel_boosted_node(split: parts.splits[$0], cut: parts.cuts[$0], next: parts.next[$0])
    }
    roots = parts.roots
    outputOfTree = parts.outputs
  }

  /// Predictions, `[rows, outputs]`.
  ///
  /// - Parameters:
  ///   - cells: `[rows, columns]`; NaN is missing.
  ///   - gang: the threads that work; the result does not depend on them.
  public func predict(_ cells: [Float], gang: ThreadGang) -> [Float] {
    precondition(columns > 0 && cells.count % columns == 0, "\(cells.count) cells are not rows of \(columns)")
    let rows = cells.count / columns, block = 256
    var sums = [Float](repeating: 0, count: rows * outputs)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      gang.run((rows + block - 1) / block) { item in
        let first = item * block
        nodes.withUnsafeBufferPointer { nodes in
          cells.withUnsafeBufferPointer { cells in
            guard let target = sums.baseAddress, let nodes = nodes.baseAddress, let cells = cells.baseAddress else {
              return
            }
            kernel_boosted_predict(
              nodes, roots, outputOfTree, roots.count, cells + first * columns, columns, min(block, rows - first),
              outputs,
              target + first * outputs)
          }
        }
      }
    }
    return sums
  }

  /// The number of splits of all trees.
  public var splits: Int { nodes.count { $0.split >= 0 } }
}

extension FittedVectorTrees {
  /// Reads trees in XGBoost's own format, as the library writes them and as earlier versions kept them in files.
  ///
  /// - Throws: ``DownstreamError/damagedTrees(_:)`` where the bytes hold something else.
  public init(xgboost bytes: [UInt8], columns: Int, outputs: Int) throws(DownstreamError) {
    let file: UniversalBinaryJSON
    do {
      file = try UniversalBinaryJSON(bytes)
    } catch {
      throw .damagedTrees("byte \(error.place) of them is not universal binary JSON")
    }
    let model = file["learner"]?["gradient_booster"]?["model"]
    guard case .list(let trees)? = model?["trees"], let outputOfTree = model?["tree_info"]?.wholeNumbers,
      outputOfTree.count == trees.count
    else { throw .damagedTrees("they are not those of a boosted model") }
    // Trees are the whole of the prediction.
    if case .text(let score)? = file["learner"]?["learner_model_param"]?["base_score"],
      let start = Double(score.filter { $0 != "[" && $0 != "]" }), start != 0
    {
      throw .damagedTrees("predictions begin at \(start)")
    }
    var parts = Parts(splits: [], cuts: [], next: [], roots: [], outputs: outputOfTree.map { Int32(clamping: $0) })
    for tree in trees {
      guard let left = tree["left_children"]?.wholeNumbers, let right = tree["right_children"]?.wholeNumbers,
        let columns = tree["split_indices"]?.wholeNumbers, let cuts = tree["split_conditions"]?.singles,
        let missing = tree["default_left"]?.wholeNumbers, !left.isEmpty,
        [right.count, columns.count, cuts.count, missing.count].allSatisfy({ $0 == left.count }),
        tree["split_type"]?.wholeNumbers?.allSatisfy({ $0 == 0 }) ?? true
      else { throw .damagedTrees("number \(parts.roots.count) is no tree of numbers") }
      parts.roots.append(Int32(clamping: parts.splits.count))
      // Level by level, so that both children of a node lie side by side behind it.
      var order = [0], next = 0
      while next < order.count {
        let node = order[next]
        next += 1
        guard left[node] >= 0 else {
          parts.splits.append(-1)
          parts.cuts.append(cuts[node])
          parts.next.append(0)
          continue
        }
        guard left.indices.contains(left[node]), left.indices.contains(right[node]), order.count + 2 <= left.count
        else {
          throw .damagedTrees("number \(parts.roots.count - 1) has a node without children")
        }
        parts.splits.append(Int32(clamping: columns[node]) &* 2 &+ (missing[node] != 0 ? 1 : 0))
        parts.cuts.append(cuts[node])
        parts.next.append(Int32(order.count))
        order += [left[node], right[node]]
      }
    }
    try self.init(parts, columns: columns, outputs: outputs)
  }
}
