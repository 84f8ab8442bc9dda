import DiffusionCore

/// The noise of CSDI: β grows in T steps as the square of an even walk from √1e-4 to √0.5.
///
/// Source: Tashiro, Song, Song & Ermon, "CSDI: conditional score-based diffusion models for probabilistic time series
/// imputation", NeurIPS 2021, appendix E.1 (the "quad" schedule).
enum CSDISchedule {
  /// The rates' ends.
  static let first = 1e-4, last = 0.5

  /// The schedule of so many steps, at least two.
  static func stepped(_ steps: Int) -> SteppedSchedule {
    precondition(steps >= 2, "CSDI's noise needs two steps or more, not \(steps)")
    let low = first.squareRoot(), high = last.squareRoot()
    return SteppedSchedule(
      betas: (0..<steps).map { index in
        let root = low + Double(index) / Double(steps - 1) * (high - low)
        return root * root
      })
  }
}
