/// Something that a good part of the real rows has and hardly a synthetic row.
public struct Loss: Sendable, Codable, Equatable {
  /// What is lost.
  public var kind: Kind
  /// The columns it is about.
  public var columns: [String]
  /// What of them, as in `species 'Gentoo'` or `body_mass 5200 – 6300 and sex 'male'`.
  public var what: String
  /// The share of the real and of the synthetic rows that have it.
  public var real: Double, synthetic: Double

  /// Kinds of losses.
  public enum Kind: String, Sendable, Codable {
    /// A column without any value; a category's level; a number's frequent value; a number's range; rows that several
    /// columns together describe.
    case emptyColumn, level, value, range, region
  }

  /// Makes a loss.
  public init(_ kind: Kind, columns: [String], what: String, real: Double, synthetic: Double) {
    self.kind = kind
    self.columns = columns
    self.what = what
    self.real = real
    self.synthetic = synthetic
  }

  /// The share of the rows that is gone.
  public var mass: Double { max(0, real - synthetic) }
}
