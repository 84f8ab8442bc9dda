import Tables

/// All that is known of a filling: what the JSON output holds and the report shows.
public struct ImputationResult: Sendable, Codable, Equatable {
  /// The version of this structure; it changes when a reader would have to.
  public static let currentSchemaVersion = 1

  /// The version of the structure that this result has.
  public var schemaVersion = currentSchemaVersion
  /// What was filled, and how.
  public var subject: Subject
  /// The result in plain language: how good the values are, whether intervals hold, what stays empty.
  public var good: Verdict.Judgement, intervals: Verdict.Judgement, complete: Verdict.Judgement
  /// The columns that had gaps, in the order of the file.
  public var columns: [FilledColumnResult]
  /// Columns without a single value.
  public var emptyColumns: [String]
  /// What was measured on hidden cells; nil where nothing was.
  public var check: SelfCheckResult?
  /// How the method learned; nil where it took no steps in this run.
  public var training: TrainingDetails?

  /// The result as JSON: indented, keys in order.
  public func json() throws -> String { try ResultJSON.text(self) }

  /// What was filled, and how.
  public struct Subject: Sendable, Codable, Equatable {
    /// The file as the caller named it.
    public var file: String
    /// Its rows, and those that were added for missing time steps.
    public var rows: Int, addedRows: Int
    /// The column that tells the time, nil for a table, and those that tell series apart.
    public var time: String?, groups: [String]
    /// The number of series; nil for a table.
    public var series: Int?
    /// The id and the summary of the method whose values were written.
    public var method: String, methodSummary: String
    /// The value that was written: `median`, `mean` or `mode`.
    public var point: String
    /// The share of truths that intervals are to hold; nil where no intervals were made.
    public var level: Double?
    /// The seed, the seconds it took, and the program's version.
    public var seed: UInt64, seconds: Double, version: String

    /// Makes a subject.
    public init(
      file: String, rows: Int, addedRows: Int, time: String?, groups: [String], series: Int?, method: String,
      methodSummary: String, point: String, level: Double?, seed: UInt64, seconds: Double, version: String
    ) {
      self.file = file
      self.rows = rows
      self.addedRows = addedRows
      self.time = time
      self.groups = groups
      self.series = series
      self.method = method
      self.methodSummary = methodSummary
      self.point = point
      self.level = level
      self.seed = seed
      self.seconds = seconds
      self.version = version
    }
  }

  /// Puts a result together; the verdict is drawn from it.
  public init(
    subject: Subject, columns: [FilledColumnResult], emptyColumns: [String], check: SelfCheckResult?,
    training: TrainingDetails?
  ) {
    self.subject = subject
    self.columns = columns
    self.emptyColumns = emptyColumns
    self.check = check
    self.training = training
    let rules = ImputationVerdict(columns: columns, emptyColumns: emptyColumns, check: check)
    (good, intervals, complete) = (rules.good, rules.intervals, rules.complete)
  }
}

/// One column that had gaps.
public struct FilledColumnResult: Sendable, Codable, Equatable {
  /// The column's name.
  public var name: String
  /// Cells in all, and those that were filled.
  public var cells: Int, filled: Int
  /// Cells that stay empty in gaps that are too long, and the number of these gaps; cells that the method had no value
  /// for.
  public var inLongGaps: Int, longGaps: Int, unanswered: Int
  /// Filled values beside those that were there, as `synthetic` and `real`; nil where a column has too few.
  public var distribution: ColumnComparison.Distribution?
  /// The series of a channel of numbers; nil for tables and for categories.
  public var panel: SeriesPanel?

  /// Makes a result.
  public init(
    name: String, cells: Int, filled: Int, inLongGaps: Int, longGaps: Int, unanswered: Int,
    distribution: ColumnComparison.Distribution?, panel: SeriesPanel?
  ) {
    self.name = name
    self.cells = cells
    self.filled = filled
    self.inLongGaps = inLongGaps
    self.longGaps = longGaps
    self.unanswered = unanswered
    self.distribution = distribution
    self.panel = panel
  }
}

extension ColumnComparison.Distribution {
  /// Filled numbers beside those that were there; nil where either has none.
  ///
  /// - Parameters:
  ///   - digits: the digits after the decimal mark; nil where there is no such grid.
  ///   - text: how a number is written.
  public init?(observed: [Double], filled: [Double], digits: Int?, text: (Double) -> String) {
    guard !observed.isEmpty, !filled.isEmpty else { return nil }
    let (edges, labels, shares) = Self.bins([observed, filled], digits: digits, text: text)
    self.init(edges: edges, labels: labels, real: shares[0], synthetic: shares[1], holdout: nil)
  }

  /// Filled levels beside those that were there, as counts by level; nil where either has none.
  public init?(observed: [Int], filled: [Int], levels: [String]) {
    let totals = [observed, filled].map { Double($0.reduce(0, +)) }
    guard totals[0] > 0, totals[1] > 0 else { return nil }
    let sides = zip([observed, filled], totals).map { counts, total in counts.map { Double($0) / total } }
    let (_, labels, shares) = Self.levels(sides, names: levels)
    self.init(edges: nil, labels: labels, real: shares[0], synthetic: shares[1], holdout: nil)
  }
}
