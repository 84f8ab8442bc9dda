import Tables

/// A method that learns a table and makes new rows like it.
///
/// What else its models can do is known before anything is trained: see ``CompletingSynthesizer`` and ``ScoringSynthesizer``.
public protocol Synthesizer: Method {
  /// A table that it learned.
  associatedtype Model: FittedSynthesizer

  /// Learns a table.
  ///
  /// - Parameters:
  ///   - table: the rows, held as the schema says.
  ///   - schema: what each column is.
  ///   - options: values of the options that the descriptor names.
  ///   - run: seed, time, threads, and where to report.
  /// - Throws: what is wrong with the data or the options; `CancellationError` where the run was told to stop.
  func fit(_ table: Table, schema: Schema, options: OptionValues, run: TrainingRun) throws -> Model

  /// Reads a model that ``FittedSynthesizer/archive()`` wrote.
  func load(_ archive: ModelArchive) throws -> Model
}

/// A synthesizer whose models fill the missing cells of given rows.
public protocol CompletingSynthesizer: Synthesizer where Model: CompletingModel {}

/// A synthesizer whose models say how unusual rows are.
public protocol ScoringSynthesizer: Synthesizer where Model: ScoringModel {}

/// A table that was learned.
public protocol FittedSynthesizer: Sendable {
  /// What each column is; generated tables are held so.
  var schema: Schema { get }

  /// How training went, in figures and words.
  var report: FitReport { get }

  /// Makes rows and hands them over in pieces, so that any number fits in memory.
  ///
  /// - Throws: ``ConditionError`` where a condition cannot be met, and what `deliver` throws.
  func sample(_ request: SampleRequest, deliver: (Table) throws -> Void) throws

  /// The model as one file.
  func archive() throws -> ModelArchive
}

/// A model that fills the missing cells of given rows.
public protocol CompletingModel: FittedSynthesizer {
  /// Fills the missing cells of given rows and leaves the others as they are.
  ///
  /// - Parameter partial: a table with this schema's columns.
  func complete(_ partial: Table, _ request: SampleRequest, deliver: (Table) throws -> Void) throws
}

/// A model that says how unusual rows are.
public protocol ScoringModel: FittedSynthesizer {
  /// How unusual each row is: a bound on its negative log-likelihood in nats, larger for rarer rows; `nil` where the row
  /// holds a level that the model has never seen.
  func score(_ table: Table, _ request: SampleRequest) throws -> [Double?]
}

extension FittedSynthesizer {
  /// The rows of a request as one table.
  ///
  /// - Parameter check: called with every piece; may throw to stop.
  public func sampled(_ request: SampleRequest, check: () throws -> Void = {}) throws -> Table {
    var pieces: [Table] = []
    try sample(request) { piece in
      try check()
      pieces.append(piece)
    }
    return try Table.concatenated(pieces)
  }
}

extension CompletingModel {
  /// Given rows with their missing cells filled, as one table.
  ///
  /// - Parameter check: called with every piece; may throw to stop.
  public func completed(_ partial: Table, _ request: SampleRequest, check: () throws -> Void = {}) throws -> Table {
    var pieces: [Table] = []
    try complete(partial, request) { piece in
      try check()
      pieces.append(piece)
    }
    return try Table.concatenated(pieces)
  }
}

/// Rows that are wanted.
public struct SampleRequest: Sendable {
  /// How many.
  public var rows: Int
  /// The seed: the same model, request and machine give the same rows.
  public var seed: UInt64
  /// Threads that work.
  public var threads: Int
  /// What must hold in every row.
  public var conditions: [CellCondition]
  /// Whether missing values are generated at their natural rate.
  public var includesMissing: Bool
  /// Options of sampling, such as `sampler` and `evaluations`, that the method's descriptor names.
  public var options: OptionValues?
  /// When the whole command should be done; nil: whenever it is. A method may then take fewer evaluations a row, which it
  /// announces.
  public var deadline: Deadline?
  /// Called once for every choice that was made while sampling.
  public var announce: @Sendable (Choice) -> Void = { _ in }

  /// Makes a request.
  public init(
    rows: Int, seed: UInt64 = 0, threads: Int = 1, conditions: [CellCondition] = [], includesMissing: Bool = true,
    options: OptionValues? = nil
  ) {
    self.rows = rows
    self.seed = seed
    self.threads = threads
    self.conditions = conditions
    self.includesMissing = includesMissing
    self.options = options
  }
}

/// The surroundings of a training run.
public struct TrainingRun: Sendable {
  /// The seed of everything.
  public var seed: UInt64 = 0
  /// Threads that work.
  public var threads = 1
  /// The number of steps, where the user fixed it.
  public var steps: Int?
  /// How the learning rate falls within these steps; nil: as the number of steps says.
  public var falls: [RateFall]?
  /// Seconds that may be spent, where the user or a default fixed them: on the fit, and on making ``rowsToMake``.
  public var budget: Double?
  /// When the whole command should be done; nil where no time was given. A method that has it leaves time for judging the
  /// model and for making rows.
  public var deadline: Deadline?
  /// Rows that will be made once the model is there.
  public var rowsToMake = 0
  /// Seconds that filling the table's gaps with the usual draws may take; nil: as long as it takes. A method that sees before
  /// training that it needs more throws ``FillingTooSlow``: others stand by.
  public var secondsToFill: Double?
  /// How often each row is learned from in one pass over the table, 1 or more, so that rare rows may count more; nil: each
  /// once. Only `tabular-masked` heeds it.
  public var repeats: [Int]?
  /// Where the state of the run is kept, so that it can go on after an interruption.
  public var checkpoint: CheckpointPolicy?
  /// Called after every step. Returning false finishes the step, saves the state and throws `CancellationError`.
  public var shouldContinue: @Sendable (TrainingProgress) -> Bool = { _ in true }
  /// Called once for every choice that was made for the user.
  public var announce: @Sendable (Choice) -> Void = { _ in }

  /// A run with defaults.
  public init() {}
}

/// Something that was decided for the user, with the way to decide otherwise.
public struct Choice: Sendable, Codable, Equatable {
  /// What was decided, such as `budget` or `network`.
  public var name: String
  /// The decision, in words.
  public var value: String
  /// Why.
  public var reason: String
  /// The flag that changes it; empty where none does.
  public var flag: String
  /// Where the time that was given had a part in it: the setting (`--set`) that makes the same decision without it.
  public var repeating: String?

  /// Makes a choice.
  public init(
    _ name: String, _ value: String, because reason: String, flag: String = "", repeating: String? = nil
  ) {
    self.name = name
    self.value = value
    self.reason = reason
    self.flag = flag
    self.repeating = repeating
  }
}

/// How a model was learned.
public struct FitReport: Sendable, Codable, Equatable {
  /// How the model stands to its data.
  public enum Verdict: String, Sendable, Codable {
    /// Held-out loss was still falling when time ran out.
    case underfitted
    /// Held-out loss was at its lowest.
    case right
    /// The model fits its training rows much better than rows it has not seen.
    case memorising
    /// Too few rows to hold any out.
    case unknown
  }
  /// The method's id.
  public var method: String
  /// Rows that were learned, and rows that were held out to judge.
  public var trainingRows: Int, heldOutRows: Int
  /// The number of parameters.
  public var parameters: Int
  /// Steps, time and learning curve.
  public var training: TrainingSummary
  /// Mean loss of training rows and of held-out rows under the kept parameters, in nats a row.
  public var trainingLoss: Double?, heldOutLoss: Double?
  /// What that means.
  public var verdict: Verdict
  /// The verdict in plain words, with what to do.
  public var explanation: String
  /// The choices that were made.
  public var choices: [Choice]

  /// Makes a report.
  public init(
    method: String, trainingRows: Int, heldOutRows: Int, parameters: Int, training: TrainingSummary,
    trainingLoss: Double?, heldOutLoss: Double?, verdict: Verdict, explanation: String, choices: [Choice]
  ) {
    self.method = method
    self.trainingRows = trainingRows
    self.heldOutRows = heldOutRows
    self.parameters = parameters
    self.training = training
    self.trainingLoss = trainingLoss
    self.heldOutLoss = heldOutLoss
    self.verdict = verdict
    self.explanation = explanation
    self.choices = choices
  }
}
