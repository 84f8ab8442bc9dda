import CLBFGS

/// The least value of a differentiable function, by L-BFGS or, with an L1 penalty, OWL-QN.
///
/// Source: D. Liu, J. Nocedal, "On the limited memory BFGS method for large scale optimization", 1989; G. Andrew,
/// J. Gao, "Scalable training of L1-regularized log-linear models", ICML 2007; libLBFGS 1.10.
struct Minimizer {
  /// The most iterations.
  var iterations = 100
  /// It ends where no part of the gradient is larger; with an L1 penalty, where the gradient's norm is this small
  /// against that of the place.
  var tolerance = 1e-4
  /// The L1 penalty's strength, and how many variables, from the first, it is on.
  var lasso: (strength: Double, variables: Int)?

  /// Fills in the gradient at a place, and returns the value.
  typealias Objective = (UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Double

  /// The place of the least value that was found, from a start.
  func minimize(from start: [Double], _ objective: @escaping Objective) throws(DownstreamError) -> [Double] {
    // The library wants vectors of its own alignment whose length is a multiple of 16: the rest stays 0.
    let padded = Int32((start.count + 15) / 16 * 16)
    guard let place = lbfgs_malloc(padded) else { throw .library("out of memory") }
    defer { lbfgs_free(place) }
    for index in 0..<Int(padded) { place[index] = index < start.count ? start[index] : 0 }
    var settings = lbfgs_parameter_t()
    lbfgs_parameter_init(&settings)
    settings.m = 10
    settings.max_iterations = Int32(iterations)
    settings.epsilon = lasso == nil ? 0 : tolerance
    if let lasso, lasso.variables > 0, lasso.strength > 0 {
      settings.orthantwise_c = lasso.strength
      settings.orthantwise_start = 0
      settings.orthantwise_end = Int32(lasso.variables)
      settings.linesearch = Int32(LBFGS_LINESEARCH_BACKTRACKING)
    }
    let work = Work(count: start.count, tolerance: lasso == nil ? tolerance : 0, objective)
    let status = withExtendedLifetime(work) {
      lbfgs(
        padded, place, nil,
        { context, x, gradient, count, _ in
          guard let context, let x, let gradient else { return .nan }
          let work = Unmanaged<Work>.fromOpaque(context).takeUnretainedValue()
          for index in work.count..<Int(count) { gradient[index] = 0 }
          return work.objective(x, gradient)
        },
        { context, _, gradient, _, _, _, _, _, _, _ in
          guard let context, let gradient else { return 0 }
          let work = Unmanaged<Work>.fromOpaque(context).takeUnretainedValue()
          return (0..<work.count).allSatisfy { abs(gradient[$0]) <= work.tolerance } ? Minimizer.converged : 0
        }, Unmanaged.passUnretained(work).toOpaque(), &settings)
    }
    let result = Array(UnsafeBufferPointer(start: place, count: start.count))
    guard result.allSatisfy(\.isFinite) else { throw .library("the minimum is not finite") }
    // A line search that finds nothing better than where it stands has arrived as far as rounding lets it.
    guard status >= LBFGS_SUCCESS || Minimizer.arrivals.contains(status) else {
      throw .library("libLBFGS ended with status \(status)")
    }
    return result
  }

  private static let converged: Int32 = 1000

  private static let arrivals: Set<Int32> = Set(
    [
      LBFGSERR_OUTOFINTERVAL, LBFGSERR_INCORRECT_TMINMAX, LBFGSERR_ROUNDING_ERROR, LBFGSERR_MINIMUMSTEP,
      LBFGSERR_MAXIMUMSTEP, LBFGSERR_MAXIMUMLINESEARCH, LBFGSERR_MAXIMUMITERATION, LBFGSERR_WIDTHTOOSMALL,
      LBFGSERR_INVALIDPARAMETERS, LBFGSERR_INCREASEGRADIENT,
    ].map { Int32(truncatingIfNeeded: $0) })

  /// What the library's callbacks are given.
  private final class Work {
    let count: Int, tolerance: Double
    let objective: Objective

    init(count: Int, tolerance: Double, _ objective: @escaping Objective) {
      self.count = count
      self.tolerance = tolerance
      self.objective = objective
    }
  }
}
