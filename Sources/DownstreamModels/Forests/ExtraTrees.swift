import CKernels
import Tensors

/// Extremely randomised trees over cells that are all there: every split draws some columns and for each of them one cut,
/// and takes the best; all rows grow every tree.
///
/// Source: P. Geurts, D. Ernst, L. Wehenkel, "Extremely randomized trees", Machine Learning 63, 2006. Categories are split
/// by one of them against the others, or by a random half of them.
public struct ExtraTrees: Sendable, Equatable {
  /// The number of trees, and the rows that a leaf must hold.
  public var trees: Int, leaf: Int
  /// The share of the columns that a split looks at.
  public var columnShare: Double
  /// Trees see at most so many rows, drawn for each of them without replacement.
  public var mostRows: Int
  /// The output whose numbers leaves keep, so that medians can be asked for (``FittedExtraTrees/medians(_:rows:gang:)``);
  /// nil: none.
  public var keptOutput: Int?

  /// Makes a model that has not learned.
  public init(trees: Int = 100, leaf: Int = 3, columnShare: Double = 1, mostRows: Int = 50_000, keptOutput: Int? = nil)
  {
    precondition(trees > 0 && leaf > 0 && mostRows > 0, "a forest needs trees, and leaves with rows")
    self.trees = trees
    self.leaf = leaf
    self.columnShare = columnShare
    self.mostRows = mostRows
    self.keptOutput = keptOutput
  }

  /// What is to be predicted, one entry for each row of the cells; those of rows that are not learned from are not read.
  public enum Target: Sendable {
    /// Numbers, `[rows, outputs]`.
    case numbers([Float], outputs: Int)
    /// Labels in `0 ..< classes`; what is predicted is the share of each.
    case classes([Int32], count: Int)

    var outputs: Int {
      switch self {
      case .numbers(_, let outputs): outputs
      case .classes(_, let count): count
      }
    }
  }

  /// Grows the forest. The same arguments give the same trees, whatever the number of threads.
  ///
  /// - Parameters:
  ///   - cells: what is known of every row.
  ///   - columns: the columns to learn from.
  ///   - rows: the rows to learn from, at least one.
  public func fit(
    _ cells: DenseCells, columns: [Int], rows: [Int32], _ target: Target, random: RandomStream, gang: ThreadGang
  ) -> FittedExtraTrees {
    precondition(!rows.isEmpty, "a forest needs rows")
    let outputs = target.outputs, places = columns.map { Int32($0) }
    let tried = max(1, Int((columnShare * Double(columns.count)).rounded()))
    var grown = [FittedExtraTrees](repeating: FittedExtraTrees(outputs: outputs), count: trees)
    grown.withUnsafeMutableBufferPointer { grown in
      nonisolated(unsafe) let grown = grown
      gang.run(trees) { tree in
        var stream = random.child(UInt64(tree))
        var own = rows
        if own.count > mostRows {
          for place in 0..<mostRows { own.swapAt(place, place + stream.integer(below: own.count - place)) }
          own.removeLast(own.count - mostRows)
        }
        grown[tree] = Self.grow(
          cells, places: places, rows: &own, target, tried: tried, leaf: leaf, kept: keptOutput, seed: stream.next())
      }
    }
    return FittedExtraTrees(joining: grown, outputs: outputs)
  }

  private static func grow(
    _ cells: DenseCells, places: [Int32], rows: inout [Int32], _ target: Target, tried: Int, leaf: Int, kept: Int?,
    seed: UInt64
  ) -> FittedExtraTrees {
    let outputs = target.outputs, mostLeaves = rows.count / leaf + 1
    var targets: [Float] = [], labels: [Int32] = []
    switch target {
    case .numbers(let numbers, _): targets = numbers
    case .classes(let codes, _): labels = codes
    }
    var tree = FittedExtraTrees(outputs: outputs)
    tree.values = [Float](repeating: 0, count: mostLeaves * outputs)
    var ends = [Int32](repeating: 0, count: mostLeaves)
    tree.nodes = [kernel_tree_node](unsafeUninitializedCapacity: 2 * mostLeaves + 1) { nodes, made in
      cells.values.withUnsafeBufferPointer { values in
        cells.isCategory.withUnsafeBufferPointer { isCategory in
          places.withUnsafeBufferPointer { places in
            targets.withUnsafeBufferPointer { targets in
              labels.withUnsafeBufferPointer { labels in
                var data = kernel_tree_data(
                  cells: values.baseAddress, is_category: isCategory.baseAddress, places: places.baseAddress,
                  targets: targets.baseAddress, labels: labels.isEmpty ? nil : labels.baseAddress, rows: cells.rows,
                  features: places.count, outputs: outputs)
                made = kernel_grow_tree(
                  &data, &rows, rows.count, tried, leaf, seed, nodes.baseAddress, &tree.values,
                  &ends)
              }
            }
          }
        }
      }
      precondition(made > 0, "out of memory")
    }
    let leaves = (tree.nodes.count + 1) / 2
    tree.values.removeLast(tree.values.count - leaves * outputs)
    tree.roots = [0]
    if let kept, !targets.isEmpty {
      tree.members = .init(ends: Array(ends[..<leaves]), numbers: rows.map { targets[Int($0) * outputs + kept] })
    }
    return tree
  }
}

/// Cells of a table as a forest takes them, all of them there.
public struct DenseCells: Sendable {
  /// `[columns, rows]`: numbers, or the codes of categories.
  public var values: [Float]
  /// By column, 1 for a category.
  public var isCategory: [UInt8]
  /// The number of rows.
  public let rows: Int

  /// Makes cells.
  public init(values: [Float], isCategory: [Bool], rows: Int) {
    precondition(values.count == rows * isCategory.count, "\(values.count) cells are not \(isCategory.count) columns")
    self.values = values
    self.isCategory = isCategory.map { $0 ? 1 : 0 }
    self.rows = rows
  }

  /// The cells of one column.
  public subscript(column: Int) -> ArraySlice<Float> { values[column * rows..<(column + 1) * rows] }
}
