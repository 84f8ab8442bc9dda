/// What a self-check found: observed cells were hidden, filled by several methods, and compared with what they held.
public struct SelfCheckResult: Sendable, Codable, Equatable {
  /// How cells were chosen to be hidden.
  public enum Hiding: String, Sendable, Codable {
    /// In gaps as long as those of the data, over the channels that miss together.
    case gaps
    /// In the combinations of columns that miss together in the data.
    case patterns
    /// At random, where the data miss nothing to go by.
    case random
  }

  /// How cells were chosen.
  public var hiding: Hiding
  /// The number of cells that were hidden, and of those that had a value.
  public var hidden: Int, observed: Int
  /// What was measured of each method, the best first; those that could not be measured last.
  public var methods: [MethodScore]
  /// The id of the method whose values are written, and why it.
  public var chosen: String, reason: String

  /// Puts a result together.
  public init(
    hiding: Hiding, hidden: Int, observed: Int, methods: [MethodScore], chosen: String, reason: String
  ) {
    self.hiding = hiding
    self.hidden = hidden
    self.observed = observed
    self.methods = methods
    self.chosen = chosen
    self.reason = reason
  }

  /// The score of the chosen method.
  public var chosenScore: MethodScore? { methods.first { $0.id == chosen } }
}

/// How well one method filled hidden cells.
public struct MethodScore: Sendable, Codable, Equatable {
  /// The method's id.
  public var id: String
  /// Whether it is one of the plain methods that others are measured against.
  public var isBaseline: Bool
  /// Seconds that fitting and filling took.
  public var seconds: Double?
  /// Why it was not measured; nil where it was.
  public var failure: String?
  /// True where it did not fail, but there was no time to measure it; nil otherwise.
  public var isLeftOut: Bool?
  /// The mean error over all hidden cells, 0 for perfect, 1 for filling in each column's own median or most frequent
  /// level: |x̂ − x| over the mean distance from the median, and a wrong level over the share of all other levels.
  public var relativeError: Double?
  /// Numbers, each column in its own standard deviations; nil where no number was hidden.
  public var numbers: NumberScores?
  /// Categories; nil where none was hidden.
  public var categories: CategoryScores?
  /// Column by column, numbers in their own unit.
  public var columns: [ColumnScore]
  /// Numbers in standard deviations by the length of the gap, in time steps; empty for tables.
  public var byGapLength: [GapScore]

  /// One column.
  public struct ColumnScore: Sendable, Codable, Equatable {
    /// The column's name.
    public var column: String
    /// The scores of numbers or of categories.
    public var numbers: NumberScores?, categories: CategoryScores?

    /// Makes a score.
    public init(column: String, numbers: NumberScores? = nil, categories: CategoryScores? = nil) {
      self.column = column
      self.numbers = numbers
      self.categories = categories
    }
  }

  /// Gaps of about one length.
  public struct GapScore: Sendable, Codable, Equatable {
    /// The shortest and the longest of these gaps.
    public var least: Int, most: Int
    /// Their cells, and the mean absolute error in standard deviations.
    public var cells: Int, mae: Double
    /// The share of truths that the interval holds; nil without intervals.
    public var coverage: Double?

    /// Makes a score.
    public init(least: Int, most: Int, cells: Int, mae: Double, coverage: Double?) {
      self.least = least
      self.most = most
      self.cells = cells
      self.mae = mae
      self.coverage = coverage
    }
  }

  /// Makes a score, or the note of a failure.
  public init(
    id: String, isBaseline: Bool, seconds: Double?, failure: String? = nil, relativeError: Double? = nil,
    numbers: NumberScores? = nil, categories: CategoryScores? = nil,
    columns: [ColumnScore] = [], byGapLength: [GapScore] = []
  ) {
    self.id = id
    self.isBaseline = isBaseline
    self.seconds = seconds
    self.failure = failure
    self.relativeError = relativeError
    self.numbers = numbers
    self.categories = categories
    self.columns = columns
    self.byGapLength = byGapLength
  }
}
