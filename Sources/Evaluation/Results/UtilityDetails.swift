/// A panel of models, each trained on real rows and on synthetic rows, tested on the same held-out real rows.
public struct UtilityDetails: Sendable, Codable, Equatable {
  /// The column that is predicted.
  public var target: String
  /// Whether classes or numbers are predicted.
  public var task: Task
  /// The classes, in the order of their codes; empty for numbers. The second of two is the positive one.
  public var classes: [String]
  /// One a model and arm, real first.
  public var scores: [ModelScore]
  /// How much each feature counts in gradient boosting, by arm.
  public var features: [FeatureScore]
  /// Which features could be left out, in the order in which they were.
  public var selection: FeatureSelection?
  /// Predicted against observed, of gradient boosting, by arm; empty for more than two classes and for numbers.
  public var calibration: [CalibrationCurve]

  /// What is predicted.
  public enum Task: String, Sendable, Codable { case classification, regression }

  /// What a model was trained on.
  public enum Arm: String, Sendable, Codable, CaseIterable { case real, synthetic }

  /// One model of one arm.
  public struct ModelScore: Sendable, Codable, Equatable {
    /// The model's name.
    public var model: String
    /// What it was trained on.
    public var arm: Arm
    /// By metric; one that does not apply says why.
    public var metrics: [ModelMetric: Figure]
    /// Makes a score.
    public init(model: String, arm: Arm, metrics: [ModelMetric: Figure]) {
      self.model = model
      self.arm = arm
      self.metrics = metrics
    }
  }

  /// How much one feature counts.
  public struct FeatureScore: Sendable, Codable, Equatable {
    /// The feature's name.
    public var name: String
    /// Its share of the total gain of all splits.
    public var gainReal: Double, gainSynthetic: Double
    /// Its share of the mean |SHAP contribution| on the held-out rows.
    public var shapReal: Double, shapSynthetic: Double
    /// Makes a score.
    public init(name: String, gainReal: Double, gainSynthetic: Double, shapReal: Double, shapSynthetic: Double) {
      self.name = name
      self.gainReal = gainReal
      self.gainSynthetic = gainSynthetic
      self.shapReal = shapReal
      self.shapSynthetic = shapSynthetic
    }
  }

  /// Features left out one after another while the cross-validated loss stays within one standard error of the best.
  public struct FeatureSelection: Sendable, Codable, Equatable {
    /// The cross-validated loss (log-loss, or mean squared error over the variance) with all features.
    public var lossWithAll: Double
    /// Each step: the feature that went, and the loss without it and those before.
    public var steps: [Step]
    /// The features that could be left out: those of the first steps.
    public var canBeLeftOut: [String]
    /// One step.
    public struct Step: Sendable, Codable, Equatable {
      /// The feature, and the loss once it is gone.
      public var feature: String, loss: Double
      /// Makes a step.
      public init(feature: String, loss: Double) {
        self.feature = feature
        self.loss = loss
      }
    }
    /// Makes a selection.
    public init(lossWithAll: Double, steps: [Step], canBeLeftOut: [String]) {
      self.lossWithAll = lossWithAll
      self.steps = steps
      self.canBeLeftOut = canBeLeftOut
    }
  }

  /// Held-out rows in ten groups by predicted probability.
  public struct CalibrationCurve: Sendable, Codable, Equatable {
    /// What the model was trained on.
    public var arm: Arm
    /// Mean prediction, share of positives and number of rows of each group that has rows.
    public var predicted: [Double], observed: [Double], rows: [Int]
    /// Makes a curve.
    public init(arm: Arm, predicted: [Double], observed: [Double], rows: [Int]) {
      self.arm = arm
      self.predicted = predicted
      self.observed = observed
      self.rows = rows
    }
  }

  /// Makes details.
  public init(
    target: String, task: Task, classes: [String], scores: [ModelScore], features: [FeatureScore],
    selection: FeatureSelection?, calibration: [CalibrationCurve]
  ) {
    self.target = target
    self.task = task
    self.classes = classes
    self.scores = scores
    self.features = features
    self.selection = selection
    self.calibration = calibration
  }
}

/// How a model's predictions are scored, as the JSON output spells it.
public enum ModelMetric: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
  /// Classes; of more than two, the mean over one against the rest.
  case rocAUC = "roc_auc"
  case prAUC = "pr_auc"
  case f1AtHalf = "f1_at_half"
  case f1Tuned = "f1_tuned"
  case balancedAccuracy = "balanced_accuracy"
  case brier
  case logLoss = "log_loss"
  /// Numbers.
  case r2
  case rmse
  case mae
}
