import DownstreamModels

/// One model of one arm, scored on the hold-out.
///
/// The threshold of `f1Tuned` is the one with the best F1 on out-of-fold predictions for the arm's own training rows
/// (the stack: on those of its top, which learned a handful of numbers from them); never on rows that are tested.
struct ModelScores {
  let name: String
  let metrics: [ModelMetric: Figure]
  private let binary: (probabilities: [Double], positive: [Bool])?

  init(
    _ name: String, _ predictions: Result<[Double], DownstreamError>, training: [Double]?, trainingRows: [Int],
    arm: UtilityProblem.Rows, holdout: UtilityProblem.Rows
  ) {
    self.name = name
    guard case .success(let predictions) = predictions else {
      if case .failure(let error) = predictions {
        metrics = Dictionary(
          uniqueKeysWithValues: ModelScores.metrics(of: holdout.outcome).map {
            ($0, Figure(notApplicable: error.description))
          })
      } else {
        metrics = [:]
      }
      binary = nil
      return
    }
    switch holdout.outcome {
    case .classes(let observed, let count):
      let held = ClassPredictions(predictions, observed: observed, classes: count)
      var tuned: Double?
      if let training, case .classes(let seen, _) = arm.outcome.rows(trainingRows) {
        tuned = held.f1(
          thresholds: ClassPredictions(training, observed: seen, classes: count).bestF1Thresholds)
      }
      metrics = [
        .rocAUC: ModelScores.figure(held.rocAUC), .prAUC: ModelScores.figure(held.averagePrecision),
        .f1AtHalf: ModelScores.figure(held.f1AtHalf),
        .f1Tuned: tuned.map { Figure($0) }
          ?? Figure(notApplicable: "there were too few training rows to tune a threshold"),
        .balancedAccuracy: ModelScores.figure(held.balancedAccuracy), .brier: ModelScores.figure(held.brier),
        .logLoss: ModelScores.figure(held.logLoss),
      ]
      binary = count == 2 ? (held.probabilities(of: 1), held.rows(of: 1)) : nil
    case .numbers(let observed):
      metrics = [
        .r2: ModelScores.figure(Metrics.r2(predictions, observed: observed)),
        .rmse: ModelScores.figure(Metrics.rmse(predictions, observed: observed)),
        .mae: ModelScores.figure(Metrics.mae(predictions, observed: observed)),
      ]
      binary = nil
    }
  }

  func figure(_ metric: ModelMetric) -> Figure {
    metrics[metric] ?? Figure(notApplicable: "the model was not scored")
  }

  /// Predicted against observed; nil for more than two classes and for numbers.
  func calibration(of arm: UtilityDetails.Arm) -> UtilityDetails.CalibrationCurve? {
    guard let binary else { return nil }
    let curve = Metrics.calibration(binary.probabilities, positive: binary.positive)
    return UtilityDetails.CalibrationCurve(
      arm: arm, predicted: curve.predicted, observed: curve.observed, rows: curve.rows)
  }

  private static func figure(_ value: Double?) -> Figure {
    value.map { Figure($0) } ?? Figure(notApplicable: "the held-out rows do not have the classes that it needs")
  }

  private static func metrics(of outcome: Outcome) -> [ModelMetric] {
    switch outcome {
    case .classes: [.rocAUC, .prAUC, .f1AtHalf, .f1Tuned, .balancedAccuracy, .brier, .logLoss]
    case .numbers: [.r2, .rmse, .mae]
    }
  }
}
