/// The result in plain language: how alike, how safe, how useful.
public struct Verdict: Sendable, Codable, Equatable {
  /// How alike the synthetic rows are to real ones, how safe to share, how useful to train on.
  public var alike: Judgement, safe: Judgement, useful: Judgement

  /// A traffic light.
  public enum Light: String, Sendable, Codable {
    /// Good; good with a reserve; not good; not measured.
    case green, amber, red, unknown

    /// What the light says, in a word or two.
    public var word: String {
      switch self {
      case .green: "Good"
      case .amber: "With reserve"
      case .red: "Not good"
      case .unknown: "Not known"
      }
    }
  }

  /// One sentence with its light and the reason.
  public struct Judgement: Sendable, Codable, Equatable {
    /// The light.
    public var light: Light
    /// One sentence for someone who knows no statistics.
    public var sentence: String
    /// The figures that decided, in words.
    public var reason: String
    /// Makes a judgement.
    public init(_ light: Light, _ sentence: String, because reason: String) {
      self.light = light
      self.sentence = sentence
      self.reason = reason
    }
  }

  /// Makes a verdict.
  public init(alike: Judgement, safe: Judgement, useful: Judgement) {
    self.alike = alike
    self.safe = safe
    self.useful = useful
  }
}
