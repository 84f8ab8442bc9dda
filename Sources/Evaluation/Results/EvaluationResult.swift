/// All that an evaluation found: what the JSON output holds and the report shows.
public struct EvaluationResult: Sendable, Codable, Equatable {
  /// The version of this structure; it changes when a reader would have to.
  public static let currentSchemaVersion = 1

  /// The version of the structure that this result has.
  public var schemaVersion = currentSchemaVersion
  /// What was compared.
  public var subject: Subject
  /// The result in plain language.
  public var verdict: Verdict
  /// Every figure.
  public var figures: [FigureID: Figure]
  /// Column by column, in the order of the table.
  public var columns: [ColumnComparison]
  /// Pair by pair.
  public var pairs: PairDetails
  /// Functional dependencies of the real table.
  public var dependencies: [DependencyComparison]
  /// The rows on two axes; nil where nothing varies.
  public var projection: ProjectionDetails?
  /// The downstream models; nil without a target or a hold-out.
  public var utility: UtilityDetails?
  /// Why there are no downstream models; nil where there are.
  public var utilityMissing: String?
  /// Distances and attacks.
  public var privacy: PrivacyDetails
  /// Rows that the tables share or repeat.
  public var overlaps: OverlapDetails
  /// What a good part of the real rows has and hardly a synthetic row, the largest first.
  public var losses: [Loss]
  /// How the generator learned; nil where it was not trained in this run.
  public var training: TrainingDetails?
  /// What was left out or decided, in sentences.
  public var notes: [String]

  /// The result as JSON: indented, keys in order.
  public func json() throws -> String { try ResultJSON.text(self) }

  /// What was compared.
  public struct Subject: Sendable, Codable, Equatable {
    /// The tables as the caller named them.
    public var real: String, synthetic: String, holdout: String?
    /// Their rows.
    public var realRows: Int, syntheticRows: Int, holdoutRows: Int?
    /// The columns that were judged, and those that were not, with the reason.
    public var columns: [String], leftOut: [String: String]
    /// The seed of all that is drawn, the number of repeats, and the seconds it took.
    public var seed: UInt64, repeats: Int, seconds: Double
    /// The program's version.
    public var version: String

    /// Makes a subject. ``Evaluator/evaluate(_:subject:training:)`` fills in what it knows itself.
    public init(
      real: String = "real", synthetic: String = "synthetic", holdout: String? = nil, realRows: Int = 0,
      syntheticRows: Int = 0, holdoutRows: Int? = nil, columns: [String] = [], leftOut: [String: String] = [:],
      seed: UInt64 = 0, repeats: Int = 1, seconds: Double = 0, version: String = ""
    ) {
      self.real = real
      self.synthetic = synthetic
      self.holdout = holdout
      self.realRows = realRows
      self.syntheticRows = syntheticRows
      self.holdoutRows = holdoutRows
      self.columns = columns
      self.leftOut = leftOut
      self.seed = seed
      self.repeats = repeats
      self.seconds = seconds
      self.version = version
    }
  }

  /// Makes a result.
  public init(
    subject: Subject, verdict: Verdict, figures: [FigureID: Figure], columns: [ColumnComparison], pairs: PairDetails,
    dependencies: [DependencyComparison], projection: ProjectionDetails?, utility: UtilityDetails?,
    utilityMissing: String?, privacy: PrivacyDetails, overlaps: OverlapDetails, losses: [Loss] = [],
    training: TrainingDetails?, notes: [String]
  ) {
    self.subject = subject
    self.verdict = verdict
    self.figures = figures
    self.columns = columns
    self.pairs = pairs
    self.dependencies = dependencies
    self.projection = projection
    self.utility = utility
    self.utilityMissing = utilityMissing
    self.privacy = privacy
    self.overlaps = overlaps
    self.losses = losses
    self.training = training
    self.notes = notes
  }
}
