import DiffusionCore

/// When another method than the default would make better rows.
///
/// Measured by `Benchmarks/forest-flow/run`: Wasserstein distance to held-out rows, on tables of 120 to 3,564 rows.
enum MethodAdvice {
  /// From so many rows on the default is as near.
  static let mostRows = 2000
  /// Trees for each of more columns take longer than a user would wait.
  static let mostColumns = 50

  /// What to say to someone who named no method; nil where the default is right.
  static func choice(rows: Int, columns: Int, taken: MethodDescriptor) -> Choice? {
    guard rows < mostRows, columns <= mostColumns, taken.id != "forest-flow" else { return nil }
    return Choice(
      "method", taken.id,
      because: "it is the default; with \(Wording.count(rows, "row")), forest-flow comes nearer to unseen ones",
      flag: "--method forest-flow")
  }
}
