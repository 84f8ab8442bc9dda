import DiffusionCore
import Neighbours

/// SMOTE-NC: SMOTE for numbers and categories.
///
/// A category that differs counts in distances like the median m of the class's deviations of numbers, and a new row
/// takes the category that most of its base's k nearest have. Categories are compared as codes, so memory does not grow
/// with their number.
///
/// Where imbalanced-learn surprises, and `compatible` does as it:
/// - where more than half of the numbers are constant in the class m is 0, and categories no longer count in distances;
///   otherwise it is the median over the numbers that vary, or 1 where none does;
/// - votes are tied where they differ by less than 10⁻⁸ + 10⁻⁵ of the greatest, in units of m/√2, so that for tiny numbers
///   all of them are; otherwise where they are equal;
/// - tied votes are decided by a shuffle of all of a column's; otherwise each by a draw of its own;
/// - a table without categories is refused; otherwise it is SMOTE.
///
/// Source: N. Chawla et al., as for SMOTE, section 6.1.
struct NominalContinuousSampler: ClassSampler {
  func check(_ features: FeatureTable, names: [String], settings: SamplingSettings) throws {
    guard !features.numbers.isEmpty else {
      throw BalanceError.unsuitedColumns(
        method: "smote-nc", problem: "needs numbers beside categories, and there are none", cure: "--method smote-n")
    }
    guard settings.isCompatible else { return }
    if features.categories.isEmpty {
      throw BalanceError.unsuitedColumns(
        method: "smote-nc", problem: "needs categories beside numbers, and there are none", cure: "--method smote")
    }
    try features.requireComplete(names, method: "smote-nc")
  }

  func draw(_ task: ClassTask, _ source: inout DrawSource) throws -> RowDraws {
    let count = task.settings.neighbours, features = task.features
    try task.requireRows(for: count, method: "smote-nc")
    let columns = features.numbers.map { task.scaled($0.values) }
    let deviations = columns.map { Moments.sparseDeviation($0, rows: task.rows) }
    var median = Moments.median(deviations)
    if !task.settings.isCompatible, median == 0 {
      let varying = deviations.filter { $0 > 0 }
      median = varying.isEmpty ? 1 : Moments.median(varying)
    }
    let level = median / 2.0.squareRoot()
    let points = NeighbourSpace(
      numbers: columns.map { column in task.rows.map { column[$0] } },
      codes: features.categories.map { category in task.rows.map { category.codes[$0] } },
      weights: features.categories.map { _ in 2 * level * level }, rowCount: task.rows.count)
    let places = task.neighbours(in: points, count: count, level: features.categories.isEmpty ? nil : level)
    source.restart()
    let ways = source.state.integers(below: places.count, count: task.count)
    var draws = RowDraws()
    draws.bases = ways.map { Int32(task.rows[$0 / count]) }
    draws.others = ways.map { Int32(task.rows[Int(places[$0])]) }
    draws.steps = source.state.uniforms(task.count)
    source.restart()
    let vote = CategoryVote(
      count: count, weight: median == 0 ? 1 : level, isCompatible: task.settings.isCompatible)
    draws.codes = features.categories.map { category in
      vote.winners(
        ways.map { $0 / count }, neighbours: places, codes: task.rows.map { category.codes[$0] },
        levels: category.levels.count, &source.state)
    }
    return draws
  }
}
