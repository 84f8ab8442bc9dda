import ChainedImputation
import Tables
import Tensors

/// Where new rows begin: at real rows of their class, of which a random part is kept, while the rest is drawn anew given
/// that part and the label.
///
/// With the true conditional distributions such rows have the distribution of the class: it is one step of a Gibbs sampler
/// on blocks of cells (S. Geman, D. Geman, "Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of
/// images", IEEE PAMI 6, 1984). With those that a few dozen rows can teach, what is kept holds new rows near to real ones.
///
/// Columns of which one follows from the other, or says whether the other is missing, are kept together or drawn
/// together. A cell that is missing in the real row is missing in the new one, so that values stay missing as often as in
/// the class; what is kept together with it is kept. Columns that have one value, or that follow from the label, are always
/// kept: drawn anew they would be the same.
struct PartialRows: Sendable {
  private let table: Table
  private let target: String
  /// Columns that are kept or drawn together.
  private let blocks: [[Int]]
  /// Columns that are always kept.
  private let fixed: Set<Int>

  init(_ table: Table, target: String) {
    self.table = table
    self.target = target
    // Each column, then for those with missing cells whether they are.
    let gappy = table.columns.indices.filter { table.columns[$0].missingCount > 0 }
    let gaps = gappy.map { place in
      let column = table.columns[place]
      return Column(
        name: column.name,
        values: .categories(indices: (0..<column.count).map { column.isMissing($0) ? 1 : 0 }, levels: ["no", "yes"]))
    }
    let places = Array(table.columns.indices) + gappy
    var block = Array(table.columns.indices)
    var fixed = Set(table.columns.indices.filter { table.columns[$0].isConstant })
    for dependency in FunctionalDependency.find(in: Table(columns: table.columns + gaps)) {
      let (source, follower) = (places[dependency.source], places[dependency.target])
      if table.columns[source].name == target, dependency.target < table.columns.count { fixed.insert(follower) }
      guard table.columns[source].name != target, table.columns[follower].name != target else { continue }
      let (from, to) = (block[follower], block[source])
      block = block.map { $0 == from ? to : $0 }
    }
    let drawn = table.columns.indices.filter { column in
      if case .texts = table.columns[column].values { return false }
      return table.columns[column].name != target && !fixed.contains(column)
    }
    self.fixed = fixed
    blocks = Dictionary(grouping: drawn) { block[$0] }.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Begins new rows; what is to be drawn is missing.
  ///
  /// - Parameters:
  ///   - rows: the rows of the class, each the beginning of about as many new ones.
  ///   - most: the greatest share of a row that is kept; each row's share is uniform up to it.
  /// - Returns: the rows, and the real row that each begins at.
  func begin(_ count: Int, from rows: [Int], keepingAtMost most: Double, _ random: inout RandomStream) -> (
    table: Table, bases: [Int]
  ) {
    var bases: [Int] = []
    while bases.count < count { bases += random.permutation(rows.count).map { rows[$0] } }
    bases.removeLast(bases.count - count)
    var isKept = table.columns.indices.map { [Bool](repeating: fixed.contains($0), count: count) }
    for row in 0..<count {
      let kept = min(Int(random.uniformDouble() * most * Double(blocks.count + 1)), blocks.count - 1)
      for (turn, block) in random.permutation(blocks.count).enumerated() {
        guard turn < kept || blocks[block].contains(where: { table.columns[$0].isMissing(bases[row]) }) else {
          continue
        }
        for column in blocks[block] { isKept[column][row] = true }
      }
    }
    let columns = table.columns.enumerated().map { index, column in
      column.name == target
        ? column.rows(bases)
        : Column(name: column.name, values: column.rows(bases).values.keeping { isKept[index][$0] })
    }
    return (Table(columns: columns), bases)
  }

  /// Finished rows, with the cells missing that are missing in the rows where they began.
  func end(_ made: Table, bases: [Int]) -> Table {
    Table(
      columns: zip(made.columns, table.columns).map { column, own in
        own.missingCount == 0
          ? column : Column(name: column.name, values: column.values.keeping { !own.isMissing(bases[$0]) })
      })
  }
}

extension Column {
  /// Whether every cell is there and the same. Texts are not looked at: they are never drawn.
  fileprivate var isConstant: Bool {
    switch values {
    case .numbers(let numbers): numbers.allSatisfy { $0 == numbers[0] }
    case .categories(let codes, _): codes.allSatisfy { $0 == codes[0] && $0 >= 0 }
    case .texts: false
    }
  }
}
