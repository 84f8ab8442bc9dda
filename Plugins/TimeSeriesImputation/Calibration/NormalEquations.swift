/// The sums of least squares: XᵀWX and XᵀWy in double precision, and their solution with a ridge.
///
/// Source: Hoerl & Kennard, "Ridge regression", Technometrics 12, 1970; solved by Cholesky's method (Golub & Van Loan,
/// "Matrix computations", 4th ed., algorithm 4.2.2).
struct NormalEquations: Sendable {
  /// The number of features.
  let width: Int
  /// XᵀWX, lower triangle, row-major `[width, width]`.
  private(set) var matrix: [Double]
  /// XᵀWy, `[width]`.
  private(set) var vector: [Double]
  /// The sum of weights.
  private(set) var mass = 0.0

  /// No rows yet.
  init(_ width: Int) {
    self.width = width
    matrix = [Double](repeating: 0, count: width * width)
    vector = [Double](repeating: 0, count: width)
  }

  /// Adds a row.
  mutating func add(_ x: UnsafePointer<Double>, _ target: Double, weight: Double = 1) {
    mass += weight
    let width = width
    vector.withUnsafeMutableBufferPointer { vector in
      for column in 0..<width { vector[column] += weight * target * x[column] }
    }
    matrix.withUnsafeMutableBufferPointer { matrix in
      for row in 0..<width {
        let scaled = weight * x[row]
        guard scaled != 0 else { continue }
        let line = matrix.baseAddress! + row * width
        for column in 0...row { line[column] += scaled * x[column] }
      }
    }
  }

  /// Adds sums over rows whose last feature is the target, `[width + 1, width + 1]`.
  mutating func add(gram: [Float], mass: Double) {
    self.mass += mass
    for row in 0..<width {
      for column in 0...row { matrix[row * width + column] += Double(gram[row * (width + 1) + column]) }
      vector[row] += Double(gram[width * (width + 1) + row])
    }
  }

  /// Adds the sums of others.
  mutating func add(_ other: NormalEquations) {
    mass += other.mass
    for place in vector.indices { vector[place] += other.vector[place] }
    for place in matrix.indices { matrix[place] += other.matrix[place] }
  }

  /// The weights that minimise Σ w (y − xᵀb)² + ridge Σ (b − center)²; the center is 0 where none is given.
  func solve(ridge: Double, around center: [Double]? = nil) -> [Double] {
    var factor = matrix
    var solution = vector
    for place in 0..<width {
      factor[place * width + place] += ridge
      if let center { solution[place] += ridge * center[place] }
    }
    let width = width
    // The column in work, side by side.
    var column = [Double](repeating: 0, count: width)
    factor.withUnsafeMutableBufferPointer { a in
      solution.withUnsafeMutableBufferPointer { x in
        column.withUnsafeMutableBufferPointer { below in
          // A = LLᵀ, row by row from the left; a pivot that rounding made too small leaves its feature out.
          for column in 0..<width {
            let scale = max(matrix[column * width + column] + ridge, 1e-300)
            let pivot = a[column * width + column]
            let root = pivot > 1e-12 * scale ? pivot.squareRoot() : 0
            a[column * width + column] = root
            let inverse = root > 0 ? 1 / root : 0
            for row in column + 1..<width {
              a[row * width + column] *= inverse
              below[row] = a[row * width + column]
            }
            for row in column + 1..<width where below[row] != 0 {
              let line = a.baseAddress! + row * width, factor = below[row]
              for next in column + 1...row { line[next] -= factor * below[next] }
            }
          }
          for row in 0..<width {
            let root = a[row * width + row]
            var sum = x[row]
            for column in 0..<row { sum -= a[row * width + column] * x[column] }
            x[row] = root > 0 ? sum / root : 0
          }
          for row in (0..<width).reversed() {
            let root = a[row * width + row]
            var sum = x[row]
            for later in row + 1..<width { sum -= a[later * width + row] * x[later] }
            x[row] = root > 0 ? sum / root : 0
          }
        }
      }
    }
    return solution
  }
}
