import Tensors

/// The training rows of one channel: features of hidden cells and what is left over of their truth above the base.
struct RidgeRows: Sendable {
  /// `[rows, width]`.
  var features: [Float] = []
  /// Truth less base, and the cell's class.
  var targets: [Float] = [], kinds: [UInt8] = []
  /// The first row of the last draw of masks, which chooses the ridge.
  var validationStart = 0

  var count: Int { targets.count }
}

/// Weighted least squares with a ridge over ``RidgeRows``: one set of weights for all cells of a channel, and for each
/// class of cells what it differs by, drawn to 0 by a ridge of its own.
///
/// Least absolute errors by iterated reweighting (Schlossmacher, "An iterative technique for absolute deviations curve
/// fitting", JASA 68, 1973): the median is what an absolute error asks for.
struct RidgeSolver {
  let width: Int
  /// Whether absolute errors are least, or squared ones.
  let isAbsolute: Bool

  /// Strengths that are tried, as numbers of rows.
  static let ridges = [3.0, 30, 300], classRidges = [30.0, 300, 3000, .infinity]
  /// Errors below so many median ones count as that when rows are weighted by 1 / error.
  private static let floor: Float = 0.1

  private static let block = 1024

  /// Weights by class, `[classes, width]`.
  func solve(_ rows: RidgeRows) -> [Float] {
    let classes = GapFeatures.classCount
    guard rows.count > 0 else { return [Float](repeating: 0, count: classes * width) }
    let product = MatrixProduct()
    let hasValidation = rows.validationStart > 0 && rows.count - rows.validationStart >= 20
    let training = 0..<(hasValidation ? rows.validationStart : rows.count)
    var best = (ridge: Self.ridges[1], classRidge: Self.classRidges[2])
    if hasValidation {
      let validation = rows.validationStart..<rows.count
      let sums = gram(rows, training, weights: nil, product)
      let pooled = total(sums)
      var least = Double.infinity
      for ridge in Self.ridges {
        let center = pooled.solve(ridge: ridge)
        for classRidge in Self.classRidges {
          let error = loss(rows, validation, byClass(sums, center, classRidge))
          if error < least { (least, best) = (error, (ridge, classRidge)) }
        }
      }
    }
    // All rows, with what was chosen.
    let all = 0..<rows.count
    var sums = gram(rows, all, weights: nil, product)
    var solution = byClass(sums, total(sums).solve(ridge: best.ridge), best.classRidge)
    guard isAbsolute else { return solution }
    for _ in 0..<3 {
      sums = gram(rows, all, weights: reweighted(rows, solution), product)
      solution = byClass(sums, total(sums).solve(ridge: best.ridge), best.classRidge)
    }
    return solution
  }

  // MARK: Sums

  /// XᵀWX and XᵀWy of each class.
  private func gram(
    _ rows: RidgeRows, _ range: Range<Int>, weights: [Float]?, _ product: MatrixProduct
  ) -> [NormalEquations] {
    let wide = width + 1
    var sums = [NormalEquations](repeating: NormalEquations(width), count: GapFeatures.classCount)
    var members = [[Int]](repeating: [], count: GapFeatures.classCount)
    for row in range { members[Int(rows.kinds[row])].append(row) }
    // A block of rows, transposed, the target as its last line: [width + 1, block].
    var block = [Float](repeating: 0, count: wide * Self.block)
    var result = [Float](repeating: 0, count: wide * wide)
    let bias = [Float](repeating: 0, count: wide)
    for kind in members.indices {
      for first in stride(from: 0, to: members[kind].count, by: Self.block) {
        let part = members[kind][first..<min(first + Self.block, members[kind].count)]
        let count = part.count
        var mass = 0.0
        for (place, row) in part.enumerated() {
          let weight = weights?[row] ?? 1
          mass += Double(weight)
          let root = weight.squareRoot()
          for feature in 0..<width { block[feature * count + place] = root * rows.features[row * width + feature] }
          block[width * count + place] = root * rows.targets[row]
        }
        block.withUnsafeBufferPointer { block in
          bias.withUnsafeBufferPointer { bias in
            result.withUnsafeMutableBufferPointer { result in
              product.run(
                rows: wide, columns: wide, inner: count, block.baseAddress!, timesTransposed: block.baseAddress!,
                bias: bias.baseAddress!, into: result.baseAddress!)
            }
          }
        }
        sums[kind].add(gram: result, mass: mass)
      }
    }
    return sums
  }

  private func total(_ sums: [NormalEquations]) -> NormalEquations {
    sums.reduce(into: NormalEquations(width)) { $0.add($1) }
  }

  private func byClass(_ sums: [NormalEquations], _ center: [Double], _ ridge: Double) -> [Float] {
    sums.flatMap { sum -> [Float] in
      let own = sum.mass > 0 && ridge.isFinite ? sum.solve(ridge: ridge, around: center) : center
      return own.map { Float($0) }
    }
  }

  // MARK: Errors

  private func error(_ rows: RidgeRows, _ row: Int, _ solution: [Float]) -> Float {
    var sum: Float = 0
    let start = row * width, own = Int(rows.kinds[row]) * width
    rows.features.withUnsafeBufferPointer { x in
      solution.withUnsafeBufferPointer { b in
        for feature in 0..<width { sum += x[start + feature] * b[own + feature] }
      }
    }
    return rows.targets[row] - sum
  }

  private func loss(_ rows: RidgeRows, _ range: Range<Int>, _ solution: [Float]) -> Double {
    range.reduce(0) { sum, row in
      let error = Double(error(rows, row, solution))
      return sum + (isAbsolute ? abs(error) : error * error)
    }
  }

  /// 1 over the size of each error, of mean 1; small sizes count as a tenth of the median one.
  private func reweighted(_ rows: RidgeRows, _ solution: [Float]) -> [Float] {
    var sizes = (0..<rows.count).map { abs(error(rows, $0, solution)) }
    guard !sizes.isEmpty else { return [] }
    let least = max(Self.floor * sizes.sorted()[sizes.count / 2], 1e-6)
    var mass = 0.0
    for row in sizes.indices {
      sizes[row] = 1 / max(sizes[row], least)
      mass += Double(sizes[row])
    }
    let scale = Float(Double(sizes.count) / mass)
    return sizes.map { $0 * scale }
  }
}
