/// One training with one configuration, and what came of it.
public struct TuningTrial: Sendable, Codable, Equatable {
  /// Its place among the search's configurations, and the rung.
  public var configuration: Int, rung: Int
  /// The seconds that training was given.
  public var seconds: Double
  /// What was measured; nil where the trial failed.
  public var score: TuningScore?
  /// Why it failed; nil where it did not.
  public var failure: String?

  /// Makes a trial.
  public init(configuration: Int, rung: Int, seconds: Double, score: TuningScore? = nil, failure: String? = nil) {
    self.configuration = configuration
    self.rung = rung
    self.seconds = seconds
    self.score = score
    self.failure = failure
  }
}

/// How far synthetic rows are from rows that were held out: less is better.
public struct TuningScore: Sendable, Codable, Equatable {
  /// What trials are ranked by.
  public var total: Double
  /// What it is made of, by name, in the order in which it is shown.
  public var parts: [Part]
  /// Steps that were taken, where the method takes steps.
  public var steps: Int?

  /// One figure.
  public struct Part: Sendable, Codable, Equatable {
    /// Its name in words, and the number.
    public var name: String, value: Double
    /// Names a figure.
    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// Makes a score.
  public init(total: Double, parts: [Part], steps: Int? = nil) {
    self.total = total
    self.parts = parts
    self.steps = steps
  }
}
