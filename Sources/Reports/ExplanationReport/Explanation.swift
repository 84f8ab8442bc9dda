import Evaluation

/// What diffusion does to a table, and what a model learned of it: the contents of the page that `langevin explain` makes.
public struct Explanation: Sendable, Equatable {
  /// What is explained.
  public struct Subject: Sendable, Equatable {
    /// The file's name, and the program's version.
    public var file: String, version: String
    /// Rows and columns of the table, or of the one that the model learned.
    public var rows: Int, columns: Int
    /// The method's id and its summary; nil for a table.
    public var method: String?, summary: String?
    /// The seed of all that is drawn.
    public var seed: UInt64

    /// Names what is explained.
    public init(
      file: String, version: String, rows: Int, columns: Int, method: String? = nil, summary: String? = nil,
      seed: UInt64
    ) {
      self.file = file
      self.version = version
      self.rows = rows
      self.columns = columns
      self.method = method
      self.summary = summary
      self.seed = seed
    }
  }

  /// Some rows while their cells are hidden one after another.
  public struct Hiding: Sendable, Equatable {
    /// The columns' names.
    public var columns: [String]
    /// Each row's cells as they are written; an empty text is a missing cell.
    public var cells: [[String]]
    /// For each row the order in which its cells are hidden, as places among the columns.
    public var order: [[Int]]

    /// Makes rows.
    public init(columns: [String], cells: [[String]], order: [[Int]]) {
      self.columns = columns
      self.cells = cells
      self.order = order
    }
  }

  /// The values of a column in shares: of bins, or of levels.
  public struct Distribution: Sendable, Equatable {
    /// The edges of bins, one more than shares; empty for levels.
    public var edges: [Double]
    /// The levels; for numbers empty, for dates a text for each bin.
    public var labels: [String]
    /// The shares.
    public var shares: [Double]

    /// Makes a distribution.
    public init(edges: [Double] = [], labels: [String] = [], shares: [Double]) {
      self.edges = edges
      self.labels = labels
      self.shares = shares
    }
  }

  /// A column while noise takes its place.
  public struct Blurring: Sendable, Equatable {
    /// The column's name.
    public var column: String
    /// With more and more noise; the first is without.
    public var stages: [Stage]

    /// How much noise there is, and what the values then are.
    public struct Stage: Sendable, Equatable {
      /// The share of the noise, 0 ... 1.
      public var noise: Double
      /// The values.
      public var values: Distribution

      /// Makes a stage.
      public init(noise: Double, values: Distribution) {
        self.noise = noise
        self.values = values
      }
    }

    /// Makes a column.
    public init(column: String, stages: [Stage]) {
      self.column = column
      self.stages = stages
    }
  }

  /// One point of the schedules: what is left at a time from 0 (data) to 1 (noise).
  public struct ScheduleTime: Sendable, Equatable {
    /// The time, the share of cells that can be seen, and the scale of the signal beside noise.
    public var time: Double, visible: Double, signal: Double

    /// Makes a point.
    public init(time: Double, visible: Double, signal: Double) {
      self.time = time
      self.visible = visible
      self.signal = signal
    }
  }

  /// What a model takes a cell of one row for, while it is shown more and more of the row.
  public struct Guess: Sendable, Equatable {
    /// The column's name, and the row's own value as it is written.
    public var column: String, value: String
    /// The columns that are shown, and the values that are then drawn.
    public var stages: [Stage]

    /// What is shown, and what is then drawn.
    public struct Stage: Sendable, Equatable {
      /// The columns that are shown.
      public var shown: [String]
      /// What is drawn.
      public var values: Distribution

      /// Makes a stage.
      public init(shown: [String], values: Distribution) {
        self.shown = shown
        self.values = values
      }
    }

    /// Makes a guess.
    public init(column: String, value: String, stages: [Stage]) {
      self.column = column
      self.value = value
      self.stages = stages
    }
  }

  /// How well a column is known from the others, in rows that the model had not seen.
  public struct LearnedColumn: Sendable, Equatable {
    /// The column's name.
    public var name: String
    /// By how many nats the loss fell from that of the column's own shares.
    public var gain: Double

    /// Makes a column.
    public init(name: String, gain: Double) {
      self.name = name
      self.gain = gain
    }
  }

  /// What is explained.
  public var subject: Subject
  /// Rows that are hidden; nil where no column can be.
  public var hiding: Hiding?
  /// Columns that are blurred.
  public var blurring: [Blurring]
  /// The schedules, from data to noise.
  public var schedule: [ScheduleTime]
  /// What a model draws, seeing more and more; empty for a table, and for methods that cannot fill given rows.
  public var guesses: [Guess]
  /// Columns by what was learned of them; empty where it is not known.
  public var learned: [LearnedColumn]
  /// How the model learned; nil for a table.
  public var training: TrainingDetails?

  /// Makes an explanation.
  public init(
    subject: Subject, hiding: Hiding?, blurring: [Blurring], schedule: [ScheduleTime], guesses: [Guess] = [],
    learned: [LearnedColumn] = [], training: TrainingDetails? = nil
  ) {
    self.subject = subject
    self.hiding = hiding
    self.blurring = blurring
    self.schedule = schedule
    self.guesses = guesses
    self.learned = learned
    self.training = training
  }
}
