/// What the preselection sees of points: coordinates centred, brought to about 1, and rounded to Float32, with a bound
/// on what that costs.
///
/// For a query x̃ and a point ỹ, both rounded, the computed f = fl(|ỹ|² − 2 x̃·ỹ + mismatches) differs from the true
/// s² d² − |x̃|² by at most a (|x̃|² + |ỹ|²) + b, with u = 2⁻²⁴, p numbers and q categories: the product adds up to
/// p u |x̃||ỹ| twice (N. Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1, in any order of
/// summation), the rounding of coordinates 4 u (|x̃|² + |ỹ|²), sums and weights (q + 4) u times the weights' total W;
/// a = 2 u (p + 16) and b = u (q + 8) W leave room. So a point can be nearer than a known square D only where
/// f − a |ỹ|² ≤ s² D − (1 − a) |x̃|² + b.
struct RoundedPoints {
  /// The coordinates, `[rows, p]`, and (1 − a) |ỹ|² of each row.
  var numbers: [Float], norms: [Float]

  /// How all points of one search are rounded.
  struct Rounding {
    var centre: [Double]
    var scale: Double
    var relative: Double
    var absolute: Double
    /// The weights of categories in the scaled space.
    var weights: [Float]

    init(points: NeighbourSpace, queries: NeighbourSpace) {
      let width = points.numberCount
      var centre = [Double](repeating: 0, count: width)
      let share = 1 / Double(max(1, points.rowCount))
      for row in 0..<points.rowCount {
        for column in 0..<width { centre[column] += points.numbers[row * width + column] * share }
      }
      var greatest = points.weights.reduce(0, +).squareRoot()
      for space in [points, queries] {
        for row in 0..<space.rowCount {
          for column in 0..<width {
            greatest = max(greatest, abs(space.numbers[row * width + column] - centre[column]))
          }
        }
      }
      self.centre = centre
      // A power of two: scaling rounds nothing. Held within what can be squared.
      let exponent = greatest > 0 && greatest.isFinite ? min(500, max(-500, -Int(greatest.exponent))) : 0
      let scale = Double(sign: .plus, exponent: exponent, significand: 1)
      self.scale = scale
      weights = points.weights.map { Float($0 * scale * scale) }
      let total = points.weights.reduce(0, +) * scale * scale, unit = 0x1p-24
      relative = 2 * unit * Double(width + 16)
      // Weights that are small multiples of one number add up without rounding.
      let least = points.weights.filter { $0 > 0 }.min() ?? 1
      let exact =
        points.weights.allSatisfy {
          ($0 / least).rounded() == $0 / least && $0 / least < 1_000 && Double(Float($0)) == $0
        } && points.weights.count < 10_000 && Double(Float(least)) == least && exponent.magnitude < 50
      absolute =
        width == 0 && exact ? 0 : unit * Double(points.codeCount + 8) * total + (width == 0 ? 0 : 1e-30)
    }

    /// The greatest f of a point that can lie within the squared distance, for a query of the given squared norm.
    func limit(square: Double, norm: Double) -> Float {
      guard square.isFinite else { return .infinity }
      let limit = Float(square * scale * scale - norm * (1 - relative) + absolute)
      guard limit.isFinite else { return .infinity }
      // Where nothing is rounded, a point seen later than another at the same distance never comes before it.
      return absolute == 0 ? limit.nextDown : limit.nextUp
    }
  }

  init(_ space: NeighbourSpace, _ rounding: Rounding) {
    let width = space.numberCount
    numbers = [Float](repeating: 0, count: space.rowCount * width)
    norms = [Float](repeating: 0, count: space.rowCount)
    for row in 0..<space.rowCount {
      var norm = 0.0
      for column in 0..<width {
        let place = row * width + column
        let rounded = Float((space.numbers[place] - rounding.centre[column]) * rounding.scale)
        numbers[place] = rounded
        norm += Double(rounded) * Double(rounded)
      }
      norms[row] = Float(norm * (1 - rounding.relative))
    }
  }
}
