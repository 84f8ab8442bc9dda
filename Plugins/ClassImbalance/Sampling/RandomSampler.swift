import DiffusionCore
import Foundation

/// Rows of the class drawn with replacement; copies.
struct RandomSampler: ClassSampler {
  func check(_ features: FeatureTable, names: [String], settings: SamplingSettings) {}

  func draw(_ task: ClassTask, _ source: inout DrawSource) -> RowDraws {
    var draws = RowDraws()
    draws.bases = source.state.integers(below: task.rows.count, count: task.count).map { Int32(task.rows[$0]) }
    return draws
  }
}

/// Rows of the class drawn with replacement, with normal noise on the numbers: the smoothed bootstrap.
///
/// The noise of a column has the deviation s h σ, σ being that of the class, s the shrinkage and h = (4 / ((d + 2) n))^(1/(d + 4))
/// for d columns and n rows. imbalanced-learn takes for n the rows of all classes, which makes the noise of a rare
/// class too narrow; here, and not with `compatible`, they are those of the class. Categories are kept.
///
/// Sources: G. Menardi & N. Torelli, "Training and assessing classification rules with imbalanced data", Data Mining and
/// Knowledge Discovery 28, 2014 (ROSE); A. Bowman & A. Azzalini, "Applied Smoothing Techniques for Data Analysis", 1997.
struct SmoothedSampler: ClassSampler {
  func check(_ features: FeatureTable, names: [String], settings: SamplingSettings) throws {
    guard !features.numbers.isEmpty else {
      throw BalanceError.unsuitedColumns(
        method: "random-smoothed", problem: "adds noise to numbers, and there are none", cure: "--method random")
    }
    if settings.isCompatible { try features.requireNumbers(names, method: "random-smoothed") }
  }

  func draw(_ task: ClassTask, _ source: inout DrawSource) -> RowDraws {
    var draws = RandomSampler().draw(task, &source)
    let columns = task.features.numbers, width = columns.count
    let rows = task.settings.isCompatible ? task.features.rowCount : task.rows.count
    let constant = pow(4 / (Double(width + 2) * Double(rows)), 1 / Double(width + 4))
    let scales = columns.map { column in
      let known = column.missing.isEmpty ? task.rows : task.rows.filter { !column.missing[$0] }
      guard !known.isEmpty else { return 0.0 }
      return task.settings.shrinkage * constant * Moments.deviation(column.values, rows: known, isAlone: width == 1)
    }
    draws.offsets = [Double](unsafeUninitializedCapacity: task.count * width) { offsets, filled in
      for place in 0..<task.count * width {
        (offsets.baseAddress! + place).initialize(to: source.state.normal() * scales[place % width])
      }
      filled = task.count * width
    }
    return draws
  }
}

extension FeatureTable {
  /// Checks that there are numbers alone, and none missing in a compatible run.
  func requireNumbers(_ names: [String], method: String) throws(BalanceError) {
    guard !numbers.isEmpty else {
      throw .unsuitedColumns(method: method, problem: "works on numbers, and there are none", cure: "--method smote-n")
    }
    if let category = categories.first(where: { !$0.isConstant }) {
      throw .unsuitedColumns(
        method: method, problem: "works on numbers alone, and column '\(names[category.column])' is a category",
        cure: "--method smote-nc, or read it as a number with --kind '\(names[category.column])=integer'")
    }
  }

  /// Checks that no number is missing, where a run is to do as imbalanced-learn.
  func requireComplete(_ names: [String], method: String) throws(BalanceError) {
    guard let (column, row) = firstMissingNumber else { return }
    throw .unsuitedColumns(
      method: method,
      problem: "takes no missing numbers with --compatible, and column '\(names[column])' misses one in row \(row + 1)",
      cure: "it without --compatible, or impute the table first")
  }
}
