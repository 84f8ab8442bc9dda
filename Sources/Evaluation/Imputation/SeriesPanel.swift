/// Pictures of one channel of a set of series, as numbers: the whole of one series, and some of its gaps.
public struct SeriesPanel: Sendable, Codable, Equatable {
  /// Gaps of the channel that were filled, in all series.
  public var gapCount: Int
  /// The series with the most filled cells, from end to end.
  public var overview: Overview
  /// Gaps with their surroundings, the most uncertain one first.
  public var gaps: [Gap]

  /// A place on the axis of time, with what to write there.
  public struct Tick: Sendable, Codable, Equatable {
    /// The time, in the unit of the series.
    public var time: Double
    /// How it is written.
    public var label: String

    /// Makes a tick.
    public init(time: Double, label: String) {
      self.time = time
      self.label = label
    }
  }

  /// A whole series, in bins of equally many time steps.
  public struct Overview: Sendable, Codable, Equatable {
    /// Which series, by the texts of the group columns.
    public var entity: [String]
    /// The time steps that each bin stands for.
    public var stepsPerBin: Int
    /// The bins in the order of time.
    public var bins: [Bin]
    /// Where to write times.
    public var ticks: [Tick]

    /// A stretch of time.
    public struct Bin: Sendable, Codable, Equatable {
      /// Its middle.
      public var time: Double
      /// The least and the greatest value that was there, and that was filled in; nil for none.
      public var observed: [Double]?, filled: [Double]?

      /// Makes a bin; values are pairs of the least and the greatest.
      public init(time: Double, observed: [Double]?, filled: [Double]?) {
        self.time = time
        self.observed = observed
        self.filled = filled
      }
    }

    /// Makes an overview.
    public init(entity: [String], stepsPerBin: Int, bins: [Bin], ticks: [Tick]) {
      self.entity = entity
      self.stepsPerBin = stepsPerBin
      self.bins = bins
      self.ticks = ticks
    }
  }

  /// A gap with its surroundings.
  public struct Gap: Sendable, Codable, Equatable {
    /// Which series, by the texts of the group columns.
    public var entity: [String]
    /// The time steps of the gap, and those that each point stands for: 1, or more for a gap too long to draw whole.
    public var length: Int, stepsPerPoint: Int
    /// The points in the order of time.
    public var points: [Point]
    /// Where to write times.
    public var ticks: [Tick]

    /// One time step, or the mean of some.
    public struct Point: Sendable, Codable, Equatable {
      /// The time.
      public var time: Double
      /// The value that was there, or the one that was filled in.
      public var observed: Double?, filled: Double?
      /// The ends of the interval of a filled value; nil without one.
      public var lower: Double?, upper: Double?

      /// Makes a point.
      public init(time: Double, observed: Double?, filled: Double?, lower: Double?, upper: Double?) {
        self.time = time
        self.observed = observed
        self.filled = filled
        self.lower = lower
        self.upper = upper
      }
    }

    /// Makes a gap.
    public init(entity: [String], length: Int, stepsPerPoint: Int, points: [Point], ticks: [Tick]) {
      self.entity = entity
      self.length = length
      self.stepsPerPoint = stepsPerPoint
      self.points = points
      self.ticks = ticks
    }
  }

  /// Puts a panel together.
  public init(gapCount: Int, overview: Overview, gaps: [Gap]) {
    self.gapCount = gapCount
    self.overview = overview
    self.gaps = gaps
  }
}
