import DiffusionCore
import Neighbours

/// Borderline-SMOTE: rows that begin at those of the class which lie at its border, where at least half of the m nearest
/// rows, but not all, are of other classes.
///
/// The first kind goes towards rows of the class, the second towards rows of any, and then at most half of the way
/// to one of another class. Where no row lies at the border imbalanced-learn makes none and says nothing;
/// here that is an error, save with `compatible`.
///
/// Source: H. Han, W. Wang & B. Mao, "Borderline-SMOTE: a new over-sampling method in imbalanced data sets learning",
/// ICIC 2005.
struct BorderlineSampler: ClassSampler {
  /// Whether neighbours of other classes count too.
  let goesOutside: Bool

  private var name: String { goesOutside ? "borderline-smote-2" : "borderline-smote-1" }

  func check(_ features: FeatureTable, names: [String], settings: SamplingSettings) throws {
    try features.requireNumbers(names, method: name)
    if settings.isCompatible { try features.requireComplete(names, method: name) }
  }

  func draw(_ task: ClassTask, _ source: inout DrawSource) throws -> RowDraws {
    let count = task.settings.neighbours, around = task.settings.borderNeighbours
    if !goesOutside { try task.requireRows(for: count, method: name) }
    guard task.features.rowCount > max(count, around) else {
      throw BalanceError.noBase(
        label: task.label, method: name,
        problem: "the table has \(task.features.rowCount) rows, too few for \(max(count, around)) neighbours of each",
        cure: "--method random")
    }
    let points = task.allPoints()
    let border = Self.border(task, points, around: around)
    guard !border.isEmpty else {
      if task.settings.isCompatible { return RowDraws() }
      throw BalanceError.noBase(
        label: task.label, method: name, problem: "none of its rows lies at the border to another class",
        cure: "--method smote, or another number of --border-neighbours")
    }
    let bases = border.map { task.rows[$0] }
    let neighbours: [Int] =
      goesOutside
      ? task.neighbours(of: bases, in: points, count: count).map(Int.init)
      : task.neighbours(of: border, in: points.rows(task.rows), count: count).map { task.rows[Int($0)] }
    source.restart()
    var draws = RowDraws.between(bases, neighbours, count: task.count, &source.state)
    if goesOutside {
      source.restart()
      draws.shares = draws.others.map {
        task.classOfRow[Int($0)] == task.place ? 1 : source.state.uniform(0, 0.5)
      }
    }
    return draws
  }

  /// The places in the class of the rows at its border.
  private static func border(_ task: ClassTask, _ points: NeighbourSpace, around: Int) -> [Int] {
    let nearest = task.neighbours(of: task.rows, in: points, count: around)
    return task.rows.indices.filter { place in
      let others = nearest[place * around..<(place + 1) * around].count { task.classOfRow[Int($0)] != task.place }
      return 2 * others >= around && others < around
    }
  }
}
