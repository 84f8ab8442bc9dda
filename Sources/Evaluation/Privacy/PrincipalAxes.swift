import Tensors

/// The principal axes of some rows, each scaled to unit variance.
struct PrincipalAxes {
  /// The mean of each column, and one axis after another, each divided by the deviation along it.
  private var mean: [Double], axes: [[Double]]

  /// How many axes there are.
  var count: Int { axes.count }

  /// The axes that carry most of the variance.
  ///
  /// - Parameters:
  ///   - rows: row-major, `[count, width]`.
  ///   - share: axes are kept until they carry this share of the variance.
  init(rows: [Double], width: Int, share: Double, most: Int) {
    let count = width == 0 ? 0 : rows.count / width
    var mean = [Double](repeating: 0, count: width)
    for row in 0..<count {
      for column in 0..<width { mean[column] += rows[row * width + column] / Double(count) }
    }
    var covariance = [Double](repeating: 0, count: width * width)
    covariance.withUnsafeMutableBufferPointer { covariance in
      var centred = [Double](repeating: 0, count: width)
      for row in 0..<count {
        for column in 0..<width { centred[column] = rows[row * width + column] - mean[column] }
        // Most cells of one-hot columns are near zero only, so nothing is skipped; half the matrix is enough.
        for first in 0..<width {
          let value = centred[first] / Double(count)
          for second in first..<width { covariance[first * width + second] += value * centred[second] }
        }
      }
      for first in 0..<width {
        for second in 0..<first { covariance[first * width + second] = covariance[second * width + first] }
      }
    }
    let basis = Self.leadingSubspace(covariance, width, size: min(width, most + 8))
    let rank = basis.count
    let images = basis.map { Self.product(covariance, $0) }
    var small = [Double](repeating: 0, count: rank * rank)
    for first in 0..<rank {
      for second in 0..<rank { small[first * rank + second] = Self.dot(basis[first], images[second]) }
    }
    let (values, vectors) = Self.eigen(small, rank)
    let order = (0..<rank).sorted { (values[$0], $1) > (values[$1], $0) }
    let total = (0..<width).reduce(0) { $0 + covariance[$1 * width + $1] }
    var carried = 0.0
    self.mean = mean
    axes = []
    for axis in order where axes.count < most {
      // Columns come in units of about 1; less is rounding.
      guard values[axis] > max(1e-9 * total, 1e-18), carried < share * total else { break }
      carried += values[axis]
      let deviation = values[axis].squareRoot()
      axes.append(
        (0..<width).map { column in
          (0..<rank).reduce(0) { $0 + basis[$1][column] * vectors[$1 * rank + axis] } / deviation
        })
    }
  }

  /// Orthonormal vectors near the span of the leading eigenvectors, by subspace iteration: Golub and Van Loan, section
  /// 8.2.4. All of space where the size is the width.
  private static func leadingSubspace(_ matrix: [Double], _ width: Int, size: Int) -> [[Double]] {
    guard size < width else {
      return (0..<width).map { axis in (0..<width).map { $0 == axis ? 1 : 0 } }
    }
    var random = RandomStream(seed: 0x5EED)
    var basis = orthonormal((0..<size).map { _ in (0..<width).map { _ in Double(random.normal()) } })
    for _ in 0..<12 { basis = orthonormal(basis.map { product(matrix, $0) }) }
    return basis
  }

  private static func orthonormal(_ vectors: [[Double]]) -> [[Double]] {
    var basis: [[Double]] = []
    for vector in vectors {
      var rest = vector
      let length = dot(vector, vector).squareRoot()
      // Twice, as once leaves what rounding brought in.
      for _ in 0..<2 {
        for other in basis {
          let share = dot(rest, other)
          for place in rest.indices { rest[place] -= share * other[place] }
        }
      }
      let left = dot(rest, rest).squareRoot()
      if left > 1e-10 * length, left > 0 { basis.append(rest.map { $0 / left }) }
    }
    return basis
  }

  private static func product(_ matrix: [Double], _ vector: [Double]) -> [Double] {
    let width = vector.count
    return matrix.withUnsafeBufferPointer { matrix in
      vector.withUnsafeBufferPointer { vector in
        (0..<width).map { row in
          var sum = 0.0
          for column in 0..<width { sum += matrix[row * width + column] * vector[column] }
          return sum
        }
      }
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for place in a.indices { sum += a[place] * b[place] }
    return sum
  }

  /// The rows' coordinates on the axes, axis by axis.
  func coordinates(_ rows: [Double]) -> [[Double]] {
    let width = mean.count, size = axes.count, count = width == 0 ? 0 : rows.count / width
    // Column by column, since most cells of one-hot columns are zero.
    let columns = (0..<width).flatMap { column in axes.map { $0[column] } }
    let shifts = axes.map { Self.dot($0, mean) }
    var coordinates = [[Double]](repeating: .init(repeating: 0, count: count), count: size)
    var sums = shifts
    for row in 0..<count {
      rows.withUnsafeBufferPointer { rows in
        columns.withUnsafeBufferPointer { columns in
          sums.withUnsafeMutableBufferPointer { sums in
            for axis in 0..<size { sums[axis] = -shifts[axis] }
            for column in 0..<width {
              let cell = rows[row * width + column]
              if cell == 0 { continue }
              for axis in 0..<size { sums[axis] += cell * columns[column * size + axis] }
            }
          }
        }
      }
      for axis in 0..<size { coordinates[axis][row] = sums[axis] }
    }
    return coordinates
  }

  /// The eigenvalues of a symmetric matrix and, column by column, its eigenvectors, by cyclic rotations.
  ///
  /// Source: C. Jacobi, 1846, as in G. Golub and C. Van Loan, "Matrix computations", 4th edition, section 8.5.
  static func eigen(_ matrix: [Double], _ width: Int) -> (values: [Double], vectors: [Double]) {
    var a = matrix
    // Rows of v are the vectors, so that a rotation works on rows that lie together.
    var v = [Double](repeating: 0, count: width * width)
    for axis in 0..<width { v[axis * width + axis] = 1 }
    let scale = matrix.reduce(0) { $0 + $1 * $1 }
    a.withUnsafeMutableBufferPointer { a in
      v.withUnsafeMutableBufferPointer { v in
        for _ in 0..<40 {
          var off = 0.0
          for p in 0..<width { for q in 0..<p { off += a[p * width + q] * a[p * width + q] } }
          guard off > 1e-20 * scale else { break }
          for p in 0..<width {
            for q in p + 1..<max(width, p + 1) where abs(a[p * width + q]) > 1e-300 {
              let theta = (a[q * width + q] - a[p * width + p]) / (2 * a[p * width + q])
              let t = (theta >= 0 ? 1.0 : -1) / (abs(theta) + (theta * theta + 1).squareRoot())
              let c = 1 / (t * t + 1).squareRoot(), s = t * c
              for k in 0..<width {
                let x = a[p * width + k], y = a[q * width + k]
                a[p * width + k] = c * x - s * y
                a[q * width + k] = s * x + c * y
                let m = v[p * width + k], n = v[q * width + k]
                v[p * width + k] = c * m - s * n
                v[q * width + k] = s * m + c * n
              }
              for k in 0..<width {
                let x = a[k * width + p], y = a[k * width + q]
                a[k * width + p] = c * x - s * y
                a[k * width + q] = s * x + c * y
              }
            }
          }
        }
      }
    }
    var vectors = [Double](repeating: 0, count: width * width)
    for row in 0..<width { for column in 0..<width { vectors[column * width + row] = v[row * width + column] } }
    return ((0..<width).map { a[$0 * width + $0] }, vectors)
  }
}
