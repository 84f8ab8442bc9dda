import DiffusionCore
import Tables

/// When another method than the default would make better rows.
///
/// Measured by `Benchmarks/forest-flow/run`.
enum MethodAdvice {
  /// From so many rows on the default is as near to unseen rows.
  static let mostRows = 2000
  /// The time of trees grows with the square of the columns.
  static let mostColumns = 50

  /// What to say to someone who named no method; nil where the default is right.
  static func choice(for schema: Schema, rows: Int, taken: MethodDescriptor) -> Choice? {
    guard rows < mostRows, schema.columns.count <= mostColumns else { return nil }
    return Choice(
      "method", taken.id,
      because: "it is the default; with \(Wording.count(rows, "row")) forest-flow comes nearer to unseen ones",
      flag: "--method forest-flow")
  }
}
