import ChainedImputation
import DiffusionCore
import Tables
import Tensors

/// The filled cells of one column while they are made: points, intervals, draws.
struct FilledColumn: Sendable {
  private(set) var rows: [Int] = []
  /// Numbers, or levels by their place in the coding.
  private(set) var points: [Double] = []
  private(set) var lower: [Double] = [], upper: [Double] = []
  var draws: [[Double]] = []
  private var moved: Moved?

  /// What draws of the network are moved by.
  private enum Moved: Sendable {
    /// The blend's medians beside the network's quantiles.
    case numbers(centres: [Double], quantiles: [Double], blend: NumberBlend)
    /// The blend's shares beside the network's, `[cells, count]`.
    case classes(blended: [Float], network: [Float], count: Int)
  }

  init() {}

  /// Cells of a column that is the same everywhere.
  init(rows: [Int], value: Double, isNumber: Bool, _ request: ImputationRequest) {
    self.rows = rows
    points = rows.map { _ in value }
    if isNumber, request.interval != nil { (lower, upper) = (points, points) }
  }

  /// Blends guesses.
  init(
    rows: [Int], _ candidates: CellCandidates, blend: CellBlend?, _ request: ImputationRequest,
    place: (Double) -> Double
  ) {
    self.rows = rows
    switch candidates {
    case .classes(let shares, let count):
      var weights = [1.0] + Array(repeating: 0, count: shares.count - 1)
      if case .classes(let chosen) = blend { weights = chosen }
      var blended = [Float](repeating: 0, count: rows.count * count)
      for (own, weight) in zip(shares, weights) where weight > 0 {
        for place in blended.indices { blended[place] += Float(weight) * own[place] }
      }
      points = rows.indices.map { Double(blended[$0 * count..<($0 + 1) * count].largest) }
      moved = .classes(blended: blended, network: shares[0], count: count)
    case .numbers(let medians, let means, let quantiles):
      var own = NumberBlend(candidates: (medians.count, means.count))
      if case .numbers(let chosen) = blend { own = chosen }
      func mix(_ candidates: [[Double]], _ weights: [Double]) -> [Double] {
        rows.indices.map { cell in zip(weights, candidates).reduce(0) { $0 + $1.0 * $1.1[cell] } }
      }
      let centres = mix(medians, own.medianWeights)
      switch request.point {
      case .median: points = centres
      case .mean: points = mix(means, own.meanWeights)
      case .mode:
        points = rows.indices.map { cell in
          let row = CellMarginals.row(cell, of: quantiles)
          return centres[cell] + CellMarginals.mode(row) - CellMarginals.quantile(0.5, row)
        }
      }
      points = points.map(place)
      moved = .numbers(centres: centres, quantiles: quantiles, blend: own)
      guard let share = request.interval else { return }
      let level = own.level(holding: share)
      for cell in rows.indices {
        let row = CellMarginals.row(cell, of: quantiles)
        lower.append(place(own.value(at: -level, centre: centres[cell], row)))
        upper.append(place(own.value(at: level, centre: centres[cell], row)))
      }
    }
  }

  /// Adds a draw of the network, one value for each cell, moved to where the blend has it.
  mutating func add(draw: [Double], random: RandomStream, place: (Double) -> Double) {
    var random = random
    switch moved {
    case nil: draws.append(points)
    case .numbers(let centres, let quantiles, let blend):
      draws.append(
        draw.indices.map { cell in
          let row = CellMarginals.row(cell, of: quantiles), value = draw[cell]
          // A value that holds a share of its own, such as zero, stays what it is.
          if row.partitioningIndex(where: { $0 > value }) - row.partitioningIndex(where: { $0 >= value }) > 1 {
            return value
          }
          let level = 2 * CellMarginals.level(of: value, row) - 1
          if abs(level) == 1 {
            return place(centres[cell] + blend.spread * (value - CellMarginals.quantile(0.5, row)))
          }
          let calibrated = blend.level(holding: abs(level))
          return place(blend.value(at: level < 0 ? -calibrated : calibrated, centre: centres[cell], row))
        })
    case .classes(let blended, let network, let count):
      draws.append(
        draw.indices.map { cell in
          let code = Int(draw[cell]), start = cell * count
          // The least change that gives the blend's shares: a draw stays with the ratio of the shares, and goes where the
          // blend has more.
          if random.uniform() * network[start + code] < blended[start + code] { return draw[cell] }
          var left = random.uniform() * (0..<count).reduce(0) { $0 + max(blended[start + $1] - network[start + $1], 0) }
          for other in 0..<count {
            left -= max(blended[start + other] - network[start + other], 0)
            if left < 0 { return Double(other) }
          }
          return draw[cell]
        })
    }
  }

  /// Adds the cells of further rows.
  ///
  /// - Parameter rows: the table's rows, by the place that the other's rows name.
  mutating func append(_ other: FilledColumn, rows: [Int]) {
    self.rows += other.rows.map { rows[$0] }
    points += other.points
    lower += other.lower
    upper += other.upper
    if draws.isEmpty { draws = other.draws } else { for draw in draws.indices { draws[draw] += other.draws[draw] } }
  }

  /// The column with its gaps filled.
  func filling(_ column: Column, levels: [String]) -> Column {
    var column = column
    switch column.values {
    case .numbers(var numbers):
      for (row, point) in zip(rows, points) { numbers[row] = point }
      column.values = .numbers(numbers)
    case .categories(var indices, let given):
      let (all, place) = Self.joined(given, levels)
      for (row, point) in zip(rows, points) { indices[row] = place[Int(point)] }
      column.values = .categories(indices: indices, levels: all)
    case .texts: break
    }
    return column
  }

  /// The cells as a result, with levels by their place in the filled column.
  func imputed(_ index: Int, of filled: Column, levels: [String]) -> ImputedColumn {
    var draws = draws
    if case .categories(_, let given) = filled.values {
      let place = Self.joined(given, levels).place
      draws = draws.map { $0.map { Double(place[Int($0)]) } }
    }
    return ImputedColumn(column: index, rows: rows, lower: lower, upper: upper, draws: draws)
  }

  /// A table's levels with those of the coding that it lacks, and where the coding's levels stand there.
  private static func joined(_ given: [String], _ levels: [String]) -> (all: [String], place: [Int32]) {
    var all = given, known: [String: Int32] = [:]
    for (place, level) in given.enumerated() { known[level] = Int32(place) }
    let place = levels.map { level -> Int32 in
      if let place = known[level] { return place }
      all.append(level)
      return Int32(all.count - 1)
    }
    return (all, place)
  }
}

extension NumberBlend {
  /// The network's median and mean as they are.
  init(candidates: (medians: Int, means: Int)) {
    medianWeights = [1.0] + Array(repeating: 0, count: candidates.medians - 1)
    meanWeights = [1.0] + Array(repeating: 0, count: candidates.means - 1)
    spread = 1
    misses = []
  }

  /// The value at a signed level, from -1 over the median (0) to 1.
  func value(at level: Double, centre: Double, _ row: ArraySlice<Double>) -> Double {
    centre + spread * (CellMarginals.quantile((1 + level) / 2, row) - CellMarginals.quantile(0.5, row))
  }
}

extension CellMarginals {
  /// The mode of evenly spread quantiles: half of them that lie closest together, again and again.
  ///
  /// Source: the half-sample mode of T. Robertson & J. Cryer, JASA 69, 1974.
  static func mode(_ quantiles: ArraySlice<Double>) -> Double {
    var range = quantiles.startIndex..<quantiles.endIndex
    while range.count > 2 {
      let half = (range.count + 1) / 2
      var best = range.lowerBound
      for first in range.lowerBound...(range.upperBound - half)
      where quantiles[first + half - 1] - quantiles[first] < quantiles[best + half - 1] - quantiles[best] {
        best = first
      }
      range = best..<best + half
    }
    return quantiles[range.lowerBound]
  }
}
