import DiffusionCore
import Neighbours

/// SMOTE: rows between a row of the class and one of its k nearest in the class.
///
/// Source: N. Chawla, K. Bowyer, L. Hall & W. Kegelmeyer, "SMOTE: synthetic minority over-sampling technique", Journal of
/// Artificial Intelligence Research 16, 2002.
struct SMOTESampler: ClassSampler {
  func check(_ features: FeatureTable, names: [String], settings: SamplingSettings) throws {
    try features.requireNumbers(names, method: "smote")
    if settings.isCompatible { try features.requireComplete(names, method: "smote") }
  }

  func draw(_ task: ClassTask, _ source: inout DrawSource) throws -> RowDraws {
    let count = task.settings.neighbours
    try task.requireRows(for: count, method: "smote")
    let neighbours = task.neighbours(in: task.allPoints().rows(task.rows), count: count).map { task.rows[Int($0)] }
    source.restart()
    return .between(task.rows, neighbours, count: task.count, &source.state)
  }
}
