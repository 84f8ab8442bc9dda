import NeuralNetworks

/// How long and how a model is trained.
public struct TrainingSettings: Sendable, Codable, Equatable {
  /// Rows a step.
  public var batch = 1024
  /// The number of steps, where it is fixed.
  public var steps: Int?
  /// How the rate falls, where the number of steps alone does not say it: ``steps`` is then the end of the last.
  public var falls: [RateFall]?
  /// The time that may be spent, in seconds, where steps are not fixed.
  public var budget: Double?
  /// The rule, its rate and its regularisation.
  public var optimizer = OptimizerSettings()
  /// Steps over which the rate rises.
  public var warmUp = 200
  /// The share of the run, at its end, over which the rate falls to zero.
  public var decayShare = 0.4
  /// Held-out evaluations without a better one after which the rate begins to fall, from the best step where the loss has
  /// clearly risen since; 0 never. A run whose time is over goes back after two.
  public var patience = 5
  /// How much worse than the best held-out loss the last one may be for the last parameters to be kept, in the
  /// objective's unit. While the rate falls, what is generated settles, which held-out loss hardly shows: an earlier step
  /// must be worth it.
  public var slack = 0.2
  /// Rows that go through a tape at once; fewer where a row is many tokens.
  public var rowsPerShard = 512
  /// The seed of everything.
  public var seed: UInt64 = 0
  /// Threads that work.
  public var threads = 1
  /// The format of products.
  public var precision = Precision.fastest

  /// The defaults.
  public init() {}
}

/// How a run stands, for a progress line or a log.
public struct TrainingProgress: Sendable, Codable {
  /// Steps taken.
  public var step: Int
  /// Steps that the run will take, once that is known.
  public var plannedSteps: Int?
  /// The share of the run that is done, 0 ... 1.
  public var share: Double
  /// The mean training loss since the last report.
  public var loss: Double
  /// The last held-out loss.
  public var heldOut: Double?
  /// Seconds spent, earlier runs of a resumed training included.
  public var elapsed: Double
  /// Seconds that are left, by the rate so far.
  public var remaining: Double?

  /// Makes a state of a run.
  public init(
    step: Int, plannedSteps: Int? = nil, share: Double, loss: Double, heldOut: Double? = nil, elapsed: Double,
    remaining: Double? = nil
  ) {
    self.step = step
    self.plannedSteps = plannedSteps
    self.share = share
    self.loss = loss
    self.heldOut = heldOut
    self.elapsed = elapsed
    self.remaining = remaining
  }
}

/// What a run came to.
public struct TrainingSummary: Sendable, Codable, Equatable {
  /// One held-out evaluation.
  public struct Point: Sendable, Codable, Equatable {
    /// The step.
    public var step: Int
    /// The mean training loss since the last point.
    public var training: Double
    /// The held-out loss of the averaged parameters.
    public var heldOut: Double?

    /// Makes a point.
    public init(step: Int, training: Double, heldOut: Double?) {
      self.step = step
      self.training = training
      self.heldOut = heldOut
    }
  }
  /// The losses of the finished model at one noise level.
  public struct NoiseLoss: Sendable, Codable, Equatable {
    /// How much of a row is hidden, 0 ... 1.
    public var noise: Double
    /// The mean loss of training rows, and of held-out rows.
    public var training: Double, heldOut: Double

    /// Makes a point.
    public init(noise: Double, training: Double, heldOut: Double) {
      self.noise = noise
      self.training = training
      self.heldOut = heldOut
    }
  }
  /// What a model knows of one column of rows that it has not seen, in nats a row.
  public struct ColumnLoss: Sendable, Codable, Equatable {
    /// The column's name.
    public var column: String
    /// The loss before the first step, when no more is known than the column's own shares; and that of the finished model.
    public var initial: Double, heldOut: Double

    /// Makes the losses of a column.
    public init(column: String, initial: Double, heldOut: Double) {
      self.column = column
      self.initial = initial
      self.heldOut = heldOut
    }
  }
  /// Steps taken in all.
  public var steps = 0
  /// The step whose parameters were kept.
  public var bestStep = 0
  /// The step at which the run went back to the one where held-out loss was lowest; nil where it did not.
  public var turnedAt: Int?
  /// The falls of the learning rate, where steps became slower while it fell, so that it had to fall faster; nil otherwise.
  public var falls: [RateFall]?
  /// The held-out loss before the first step, against which all that was learned is measured.
  public var initialHeldOut: Double?
  /// The evaluations in order: the learning curve.
  public var curve: [Point] = []
  /// The losses of the finished model by noise level; nil where no rows were held out.
  public var byNoise: [NoiseLoss]?
  /// The losses by column; nil where no rows were held out, or where the method has no loss for each.
  public var byColumn: [ColumnLoss]?
  /// Seconds spent; nil in a model that was read from a file, where they are not kept.
  public var seconds: Double?
  /// Whether the rate began to fall because held-out loss no longer did.
  public var stoppedEarly = false

  /// A run that has not begun.
  public init() {}
}

extension TrainingSummary {
  private enum CodingKeys: String, CodingKey {
    case steps, bestStep, turnedAt, falls, initialHeldOut, curve, byNoise, byColumn, seconds, stoppedEarly
  }

  /// Writes all, without the time where ``Swift/CodingUserInfoKey/withoutTimes`` is set.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(steps, forKey: .steps)
    try values.encode(bestStep, forKey: .bestStep)
    try values.encodeIfPresent(turnedAt, forKey: .turnedAt)
    try values.encodeIfPresent(falls, forKey: .falls)
    try values.encodeIfPresent(initialHeldOut, forKey: .initialHeldOut)
    try values.encode(curve, forKey: .curve)
    try values.encodeIfPresent(byNoise, forKey: .byNoise)
    try values.encodeIfPresent(byColumn, forKey: .byColumn)
    if encoder.userInfo[.withoutTimes] == nil { try values.encodeIfPresent(seconds, forKey: .seconds) }
    try values.encode(stoppedEarly, forKey: .stoppedEarly)
  }

  /// Whether two runs learned the same; how long they took does not matter.
  public static func == (one: TrainingSummary, other: TrainingSummary) -> Bool {
    one.steps == other.steps && one.bestStep == other.bestStep && one.turnedAt == other.turnedAt
      && one.falls == other.falls
      && one.initialHeldOut == other.initialHeldOut
      && one.curve == other.curve && one.byNoise == other.byNoise && one.byColumn == other.byColumn
      && one.stoppedEarly == other.stoppedEarly
  }
}

extension CodingUserInfoKey {
  /// Set where a value is written for a file that one seed repeats to the byte: measured times are left out then.
  public static let withoutTimes = CodingUserInfoKey(rawValue: "langevin.without-times")!
}
