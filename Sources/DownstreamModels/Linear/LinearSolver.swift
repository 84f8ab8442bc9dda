import Tensors

/// Logistic regression of two classes with inputs of the caller's own design and one L2 strength: for those who must
/// follow another package's definition to the letter. ``LinearModel`` is for everyone else.
///
/// Minimised: mean of log(1 + exp(−±z)) + strength · ½ |w|², the intercept free; scikit-learn's C is 1 / (strength · rows).
public struct LinearSolver: Sendable {
  /// The penalty's strength.
  public var strength: Double
  /// The most iterations of L-BFGS, and the largest part of the gradient that ends them.
  public var iterations: Int, tolerance: Double

  /// Makes a solver; the bounds are scikit-learn's.
  public init(strength: Double, iterations: Int = 100, tolerance: Double = 1e-4) {
    self.strength = strength
    self.iterations = iterations
    self.tolerance = tolerance
  }

  /// What was learned.
  public struct Solution: Sendable {
    /// How columns become inputs.
    public let design: LinearDesign
    /// The coefficients in the order of the design's inputs, and the intercept last.
    public let parameters: [Double]

    /// The log-odds of each row.
    public func scores(_ features: Features) -> [Double] { design.rows(features).scores(parameters, outputs: 1) }
  }

  /// Learns, on one thread.
  public func solve(
    _ features: Features, positive: [Bool], design: LinearDesign
  ) throws(DownstreamError) -> Solution {
    guard !positive.isEmpty else { throw .noRows }
    let objective = LinearObjective(
      design.rows(features), .binary(positive.map { $0 ? 1 : 0 }), weights: nil, ridge: strength)
    let start = [Double](repeating: 0, count: objective.parameterCount)
    let parameters = try Minimizer(iterations: iterations, tolerance: tolerance)
      .minimize(from: start) { objective($0, $1) }
    return Solution(design: design, parameters: parameters)
  }
}
