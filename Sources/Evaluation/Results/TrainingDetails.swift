/// How the generator learned, where it was trained in the same run.
public struct TrainingDetails: Sendable, Codable, Equatable {
  /// The method's id, such as `tabular-masked`.
  public var method: String
  /// Steps and losses, in nats a row, as training went.
  public var curve: [Point]
  /// Final losses by noise level: how much of a row is hidden, from little to all.
  public var byNoise: [NoisePoint]
  /// `underfitted`, `right`, `memorising` or `unknown`.
  public var verdict: String
  /// The verdict in plain words.
  public var explanation: String

  /// The losses at one step.
  public struct Point: Sendable, Codable, Equatable {
    /// The step, and the mean loss of training batches since the last point and of held-out rows.
    public var step: Int, training: Double, heldOut: Double?
    /// Makes a point.
    public init(step: Int, training: Double, heldOut: Double?) {
      self.step = step
      self.training = training
      self.heldOut = heldOut
    }
  }

  /// The losses at one noise level.
  public struct NoisePoint: Sendable, Codable, Equatable {
    /// The noise, 0 (nothing hidden) to 1 (all), and the loss of training and of held-out rows.
    public var noise: Double, training: Double, heldOut: Double
    /// Makes a point.
    public init(noise: Double, training: Double, heldOut: Double) {
      self.noise = noise
      self.training = training
      self.heldOut = heldOut
    }
  }

  /// Makes details.
  public init(method: String, curve: [Point], byNoise: [NoisePoint], verdict: String, explanation: String) {
    self.method = method
    self.curve = curve
    self.byNoise = byNoise
    self.verdict = verdict
    self.explanation = explanation
  }
}
