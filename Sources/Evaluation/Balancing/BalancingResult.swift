import Foundation
import Tables

/// What came of ways to deal with rare classes, on real rows that were held out.
public struct BalancingResult: Sendable, Codable, Equatable {
  /// The version of this structure; it changes when a reader would have to.
  public var schemaVersion = 1
  /// What was compared, and how.
  public var subject: Subject
  /// The arms, `nothing` first; those that could not be measured say why.
  public var arms: [Arm]
  /// The model that does best without balancing, by PR AUC: curves are its.
  public var reference: String
  /// Whether to balance, which threshold to take, whether probabilities can be believed.
  public var advice: Advice
  /// What was left out or bounded, in sentences.
  public var notes: [String]

  /// What was compared.
  public struct Subject: Sendable, Codable, Equatable {
    /// The file, its rows, and the column that names the class.
    public var file: String, rows: Int, target: String
    /// The classes, their rows, and whether figures are about them.
    public var classes: [Class]
    /// How many rows classes were to get, as it was asked for.
    public var ratio: String
    /// Folds of each repeat, and repeats.
    public var folds: Int, repeats: Int
    /// The seed, the seconds it took, and the program's version.
    public var seed: UInt64, seconds: Double, version: String

    /// A class.
    public struct Class: Sendable, Codable, Equatable {
      /// The class as the file spells it, its rows, and whether it is balanced.
      public var label: String, rows: Int, isRare: Bool
      /// Makes a class.
      public init(label: String, rows: Int, isRare: Bool) {
        self.label = label.shortened(to: 200)
        self.rows = rows
        self.isRare = isRare
      }
    }

    /// Makes a subject.
    public init(
      file: String, rows: Int, target: String, classes: [Class], ratio: String, folds: Int, repeats: Int, seed: UInt64,
      seconds: Double, version: String
    ) {
      self.file = file
      self.rows = rows
      self.target = target
      self.classes = classes
      self.ratio = ratio
      self.folds = folds
      self.repeats = repeats
      self.seed = seed
      self.seconds = seconds
      self.version = version
    }
  }

  /// One arm.
  public struct Arm: Sendable, Codable, Equatable {
    /// Its name.
    public var id: String
    /// Why it was not measured; nil where it was.
    public var failure: String?
    /// Means over the folds: new rows, how many of them equal a row that was learned from, and seconds to make them.
    public var newRows: Double, copies: Double, seconds: Double
    /// The models' scores.
    public var models: [Model]
    /// Curves of the reference model over the folds of the first repeat, of the rarest class.
    public var curves: Curves?

    /// Makes an arm.
    public init(
      id: String, failure: String? = nil, newRows: Double = 0, copies: Double = 0, seconds: Double = 0,
      models: [Model] = [], curves: Curves? = nil
    ) {
      self.id = id
      self.failure = failure
      self.newRows = newRows
      self.copies = copies
      self.seconds = seconds
      self.models = models
      self.curves = curves
    }

    /// The scores of a model.
    public func model(_ name: String) -> Model? { models.first { $0.name == name } }

    /// The mean of a metric over the models that have it.
    public func mean(_ metric: BalancingMetric) -> Double? {
      let values = models.compactMap { $0.metrics[metric]?.value }
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
  }

  /// One model of one arm.
  public struct Model: Sendable, Codable, Equatable {
    /// Its name.
    public var name: String
    /// Means over folds and repeats, with the 95 % interval of the mean.
    public var metrics: [BalancingMetric: Figure]
    /// By how much it differs from the same model without balancing, fold by fold, with the interval; empty of that one.
    public var differences: [BalancingMetric: Figure]

    /// Makes scores.
    public init(name: String, metrics: [BalancingMetric: Figure], differences: [BalancingMetric: Figure]) {
      self.name = name
      self.metrics = metrics
      self.differences = differences
    }
  }

  /// Precision over recall, and what came true over what was predicted.
  public struct Curves: Sendable, Codable, Equatable {
    /// Points of the precision–recall curve, by recall.
    public var recall: [Double], precision: [Double]
    /// Ten groups by predicted probability: its mean, the share that came true, and the rows.
    public var predicted: [Double], observed: [Double], rows: [Int]

    /// Makes curves.
    public init(recall: [Double], precision: [Double], predicted: [Double], observed: [Double], rows: [Int]) {
      self.recall = recall
      self.precision = precision
      self.predicted = predicted
      self.observed = observed
      self.rows = rows
    }
  }

  /// What to do.
  public struct Advice: Sendable, Codable, Equatable {
    /// The arm and the model to take; `nothing` where no arm does better for sure.
    public var arm: String, model: String
    /// Whether to balance.
    public var balance: Verdict.Judgement
    /// Which threshold to take.
    public var threshold: Verdict.Judgement
    /// Whether probabilities can be believed.
    public var probabilities: Verdict.Judgement

    /// Makes advice.
    public init(
      arm: String, model: String, balance: Verdict.Judgement, threshold: Verdict.Judgement,
      probabilities: Verdict.Judgement
    ) {
      self.arm = arm
      self.model = model
      self.balance = balance
      self.threshold = threshold
      self.probabilities = probabilities
    }
  }

  /// Makes a result.
  public init(subject: Subject, arms: [Arm], reference: String, advice: Advice, notes: [String]) {
    self.subject = subject
    self.arms = arms
    self.reference = reference
    self.advice = advice
    self.notes = notes
  }
}
