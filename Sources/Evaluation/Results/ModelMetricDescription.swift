extension ModelMetric {
  /// What the metric means and how to read it.
  public var description: FigureDescription {
    switch self {
    case .rocAUC:
      FigureDescription(
        "ROC AUC", "How often a positive row is ranked above a negative one.", .higher, chance: 0.5, .number, .utility)
    case .prAUC:
      FigureDescription(
        "PR AUC", "Precision averaged over all recalls; guessing scores the share of positives.", .higher, .number,
        .utility)
    case .f1AtHalf:
      FigureDescription(
        "F1 at 0.5", "Balance of precision and recall where 0.5 is the threshold.", .higher, .number, .utility)
    case .f1Tuned:
      FigureDescription(
        "F1, tuned", "Balance of precision and recall at the threshold that is best on the training rows.",
        .higher, .number, .utility)
    case .balancedAccuracy:
      FigureDescription(
        "Balanced accuracy", "The share of each class that is right, averaged over the classes.",
        .higher, .number, .utility)
    case .brier:
      FigureDescription(
        "Brier score", "The mean squared error of the predicted probabilities.", .lower, .number, .utility)
    case .logLoss:
      FigureDescription(
        "Log-loss", "How surprised the model is by what really happened, in nats.", .lower, .number, .utility)
    case .r2:
      FigureDescription(
        "R²", "The share of the variance that is explained.", .higher, chance: 0, .number, .utility)
    case .rmse:
      FigureDescription(
        "RMSE", "The root of the mean squared error, in the target's unit.", .lower, .number, .utility)
    case .mae:
      FigureDescription("MAE", "The mean absolute error, in the target's unit.", .lower, .number, .utility)
    }
  }
}
