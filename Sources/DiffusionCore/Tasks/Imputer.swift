import Tables

/// A method that learns a table, or a set of time series, and fills the cells that are missing in it: a ``TableImputer``, a
/// ``SeriesImputer``, or both.
public protocol Imputer: Method {
  /// Whether it is quick and plain, so that another method is measured against it. No, unless it says so.
  var isBaseline: Bool { get }

  /// Reads a model that ``FittedImputer/archive()`` wrote.
  func loadImputer(_ archive: ModelArchive) throws -> any FittedImputer
}

/// An imputer of tables, whose rows are independent.
public protocol TableImputer: Imputer {
  /// Learns from the cells that are there.
  ///
  /// - Parameters:
  ///   - table: the rows, held as the schema says; missing cells are neither learned nor scored.
  ///   - schema: what each column is.
  ///   - options: values of the options that the descriptor names.
  ///   - run: seed, time, threads, and where to report.
  /// - Throws: what is wrong with the data or the options; `CancellationError` where the run was told to stop.
  func fitImputer(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer
}

/// An imputer of series, whose rows stand in an order of time, of one entity or of many.
public protocol SeriesImputer: Imputer {
  /// Learns from the cells that are there; see ``TableImputer/fitImputer(_:schema:options:run:)``.
  ///
  /// - Parameter series: which columns tell time and entity.
  func fitImputer(
    _ table: Table, schema: Schema, series: SeriesLayout, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer
}

extension Imputer {
  /// No.
  public var isBaseline: Bool { false }
}

/// An imputer that has learned.
public protocol FittedImputer: Sendable {
  /// What each column is.
  var schema: Schema { get }
  /// Which columns tell time and entity; nil for a table.
  var series: SeriesLayout? { get }
  /// How training went, in figures and words; nil where nothing was trained step by step.
  var report: FitReport? { get }

  /// Fills the missing cells of a table, which may be the one that was learned or another one with its columns.
  ///
  /// Laws: cells that are there are never changed; numbers stay within the column's range and on its grid of digits;
  /// the same model, table, request and machine give the same result.
  ///
  /// - Throws: what is wrong with the table; `CancellationError` where ``ImputationRequest/shouldContinue`` said so.
  func impute(_ table: Table, _ request: ImputationRequest) throws -> Imputation

  /// The model as one file.
  func archive() throws -> ModelArchive
}

/// How missing cells are to be filled.
public struct ImputationRequest: Sendable {
  /// The one value that is written for a cell which has many possible ones.
  public enum Point: String, Sendable, Codable, CaseIterable {
    /// The middle draw: the least absolute error. Of categories the most frequent one.
    case median
    /// The mean draw: the least squared error. Of categories the most frequent one.
    case mean
    /// The most likely value.
    case mode
  }
  /// The seed.
  public var seed: UInt64
  /// Threads that work.
  public var threads: Int
  /// The value to write.
  public var point: Point
  /// How many draws to hand over; 0 for none. A method may draw more for its own use, and one that cannot draw hands none.
  public var draws: Int
  /// The share of truths that the interval of a number is to hold, such as 0.9; nil for no interval.
  public var interval: Double?
  /// Options of imputing, such as `evaluations`, that the method's descriptor names.
  public var options: OptionValues?
  /// Called with the share that is done. Returning false makes `impute` throw `CancellationError`.
  public var shouldContinue: @Sendable (Double) -> Bool = { _ in true }
  /// The share of its usual work that a method may do, above 0 and up to 1; it takes fewer draws and evaluations then, which
  /// it announces. See ``affordable(draws:evaluations:)``.
  public var effort = 1.0
  /// Called once for every choice that was made while filling.
  public var announce: @Sendable (Choice) -> Void = { _ in }

  /// Makes a request.
  public init(
    seed: UInt64 = 0, threads: Int = 1, point: Point = .median, draws: Int = 0, interval: Double? = nil,
    options: OptionValues? = nil
  ) {
    self.seed = seed
    self.threads = threads
    self.point = point
    self.draws = draws
    self.interval = interval
    self.options = options
  }
}

/// What is thrown where even the least work that is worth anything takes more time than there is to fill gaps.
public struct FillingTooSlow: Error {
  /// Makes the error.
  public init() {}
}
