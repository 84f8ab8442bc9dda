import DiffusionCore

/// What the losses of a training say: whether it was too short, memorised its rows, or was right.
struct TrainingJudgement: Sendable, Equatable {
  /// By how much the loss fell, in all, on rows that training has not seen and on its own.
  let learned: Double, learnedOfOwn: Double
  /// How much of the difference between the two may be chance: its standard error.
  let error: Double
  /// By how much held-out loss fell over the second half of the run, or since an evaluation before that.
  let late: Double, lateSince: Int
  /// What an underfitted run did, for a sentence.
  func shortcoming(_ number: (Double) -> String) -> String {
    late > 0
      ? "fell by \(number(late)) since step \(lateSince)"
      : "has not fallen: the run ended at step \(steps), while the learning rate still rose"
  }
  private let steps: Int
  /// What the model is.
  let verdict: FitReport.Verdict

  /// Judges a run by the losses before its first step and at its end.
  ///
  /// Few held-out rows may be harder or easier than the others. Their loss before the first step says so, and what was
  /// learned does not depend on it.
  ///
  /// - Parameters:
  ///   - least: differences up to it are never called memorising.
  ///   - warmUp: the steps over which the learning rate rises: a run that ended before has not begun to learn.
  init(_ summary: TrainingSummary, before: Losses, after: Losses, least: Double, warmUp: Int = 0) {
    let heldOut = before.heldOut.fall(to: after.heldOut), own = before.own.fall(to: after.own)
    steps = summary.steps
    learned = heldOut.mean
    learnedOfOwn = own.mean
    error = (heldOut.error * heldOut.error + own.error * own.error).squareRoot()
    let curve = summary.curve.filter { $0.heldOut != nil }
    let middle = curve.last { $0.step * 2 <= summary.steps }
    lateSince = middle?.step ?? 0
    late = (middle?.heldOut ?? before.heldOut.mean) - (curve.last?.heldOut ?? after.heldOut.mean)
    let gap = own.mean - heldOut.mean
    if gap > max(0.5 * learned, least), gap > 2 * error {
      verdict = .memorising
    } else if summary.steps < warmUp, !summary.stoppedEarly {
      verdict = .underfitted
    } else if !summary.stoppedEarly, summary.bestStep == summary.steps, late > max(0.1 * learned, 0) {
      verdict = .underfitted
    } else {
      verdict = .right
    }
  }

  /// The losses of one model.
  struct Losses: Sendable, Equatable {
    /// Of rows that training does not see, and of rows that it does.
    var heldOut: Loss, own: Loss

    /// Losses of single rows.
    init(heldOut: [Double], own: [Double]) {
      self.heldOut = Loss(of: heldOut)
      self.own = Loss(of: own)
    }

    /// - Parameter mean: the mean loss of some rows, at least one.
    init(heldOut: [Int32], own: [Int32], mean: ([Int32]) -> Double) {
      self.heldOut = Loss(of: heldOut, mean: mean)
      self.own = Loss(of: own, mean: mean)
    }
  }

  /// The mean loss of some rows, of all and of a few groups.
  struct Loss: Sendable, Equatable {
    var mean: Double
    var groups: [Double]

    init(mean: Double, groups: [Double]) {
      self.mean = mean
      self.groups = groups
    }

    fileprivate init(of rows: [Int32], mean: ([Int32]) -> Double) {
      self.mean = rows.isEmpty ? .nan : mean(rows)
      groups = Self.groups(rows).map { mean(Array($0)) }
    }

    fileprivate init(of rows: [Double]) {
      func mean(_ values: ArraySlice<Double>) -> Double { values.reduce(0, +) / Double(values.count) }
      self.mean = mean(rows[...])
      groups = Self.groups(rows).map(mean)
    }

    private static func groups<Row>(_ rows: [Row]) -> [ArraySlice<Row>] {
      let count = min(8, rows.count)
      return (0..<count).map { rows[$0 * rows.count / count..<($0 + 1) * rows.count / count] }
    }

    /// How far it fell to another loss of the same rows, with the standard error.
    fileprivate func fall(to other: Loss) -> (mean: Double, error: Double) {
      let falls = zip(groups, other.groups).map { $0 - $1 }, count = Double(falls.count)
      guard count > 1 else { return (mean - other.mean, .infinity) }
      let center = falls.reduce(0, +) / count
      let squares = falls.reduce(0) { $0 + ($1 - center) * ($1 - center) }
      return (mean - other.mean, (squares / (count * (count - 1))).squareRoot())
    }
  }
}

extension TrainingSummary {
  /// The noise levels at which a finished model is judged, and the most rows that are.
  private static let judgedNoise = [0.1, 0.3, 0.5, 0.7, 0.9], judgedRows = 1024

  /// Notes the losses by noise level.
  ///
  /// - Parameters:
  ///   - most: the most noise that the model sees, 0 ... 1.
  ///   - mean: the mean loss of some rows at a noise level.
  mutating func noteNoise(
    heldOut: [Int32], training: [Int32], most: Double = 1, mean: (ArraySlice<Int32>, Double) -> Double
  ) {
    guard !heldOut.isEmpty, !training.isEmpty else { return }
    byNoise = Self.judgedNoise.map { $0 * most }.map {
      NoiseLoss(
        noise: $0, training: mean(training.prefix(Self.judgedRows), $0),
        heldOut: mean(heldOut.prefix(Self.judgedRows), $0))
    }
  }
}
