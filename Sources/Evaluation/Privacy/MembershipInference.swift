import DownstreamModels
import Foundation
import Neighbours
import Tensors

/// Telling rows that the generator learned from rows that it did not, as an attacker with rows of the same population
/// would: a row around which synthetic rows are denser than reference rows is called a member.
///
/// DOMIAS' score Λ(x) = p_G(x) / p_R(x), with densities by the k-th nearest neighbour in a whitened space, where kernel
/// densities are singular on one-hot columns: Λ = (r_R / r_G)^d, whose rank is that of r_R / r_G. The hold-out is cut in
/// two: one half is the reference, the other the non-members; members are as many real rows. So the densities know
/// nothing of who is a member but by the synthetic rows.
///
/// Source: B. van Breugel et al., "Membership inference attacks against synthetic data through overfitting detection",
/// AISTATS 2023; D. Loftsgaarden and C. Quesenberry, "A nonparametric estimate of a multivariate density function",
/// Annals of Mathematical Statistics 36, 1965.
struct MembershipInference {
  let comparison: Comparison
  let random: RandomStream
  let threads: Int
  /// The most members, non-members and reference rows, the most synthetic rows, and which neighbour counts.
  var cap = 5_000, referenceCap = 10_000, syntheticCap = 50_000, neighbour = 1

  /// The fewest rows of a half of the hold-out that an area is measured on.
  private static let fewest = 10

  func run() -> (auc: Figure, membership: PrivacyDetails.Membership?) {
    guard let holdout = comparison.holdout else {
      return (Figure(notApplicable: "there are no held-out rows to tell from real ones"), nil)
    }
    let half = holdout.rowCount / 2, count = min(half, comparison.real.rowCount, cap)
    guard count >= Self.fewest, comparison.synthetic.rowCount > 0, !comparison.columns.isEmpty else {
      return (Figure(notApplicable: "it takes \(2 * Self.fewest) held-out and \(Self.fewest) real rows"), nil)
    }
    var order = random.child(0)
    let places = order.permutation(holdout.rowCount)
    let outsiders = holdout.rows(Array(places.prefix(count)))
    let reference = holdout.rows(Array(places.suffix(holdout.rowCount - half).prefix(referenceCap)))
    let members = comparison.real.sample(count, random.child(1))
    let synthetic = comparison.synthetic.sample(syntheticCap, random.child(2))

    guard let space = WhitenedSpace(reference) else {
      return (Figure(notApplicable: "nothing varies in the held-out rows"), nil)
    }
    let candidates = space.points(members.appending(outsiders))
    func radii(_ rows: Features) -> [Double] {
      let found = space.points(rows).nearest(to: candidates, count: neighbour, threads: threads)
      return found.distances(rank: found.count - 1)
    }
    let toReference = radii(reference), toSynthetic = radii(synthetic)
    // Where both are 0 nothing is known; where only one is, the score is as high or low as any.
    let least = 1e-6 * max(SortedNumbers(toReference).quantile(0.5), 1e-12)
    let scores = zip(toReference, toSynthetic).map { log(($0 + least) / ($1 + least)) }
    let curve = MembershipCurve(members: Array(scores.prefix(count)), outsiders: Array(scores.suffix(count)))
    let membership = PrivacyDetails.Membership(
      auc: curve.area, accuracy: curve.accuracyAtMedian, truePositivesAtOnePercent: curve.truePositives(at: 0.01))
    return (Figure(curve.area, floor: 0.5, interval: curve.interval), membership)
  }
}

/// Scores of members and of others, in the order of the scores.
struct MembershipCurve {
  let area: Double, accuracyAtMedian: Double
  private let members: [Double], outsiders: [Double]

  /// Neither may be empty.
  init(members: [Double], outsiders: [Double]) {
    let m = members.sorted(), o = outsiders.sorted()
    area = Metrics.rocAUC(m + o, positive: m.map { _ in true } + o.map { _ in false }) ?? 0.5
    let median = SortedNumbers(m + o).quantile(0.5)
    let right = m.reduce(0) { $0 + ($1 > median ? 1 : 0) } + o.reduce(0) { $0 + ($1 > median ? 0 : 1) }
    accuracyAtMedian = Double(right) / Double(m.count + o.count)
    self.members = m
    self.outsiders = o
  }

  /// The share of members above the lowest threshold that at most a share of the others passes.
  func truePositives(at share: Double) -> Double {
    let allowed = Int(share * Double(outsiders.count))
    let threshold = outsiders[max(0, outsiders.count - 1 - allowed)]
    return Double(members.reduce(0) { $0 + ($1 > threshold ? 1 : 0) }) / Double(members.count)
  }

  /// The 95 % interval of the area: J. Hanley and B. McNeil, "The meaning and use of the area under a receiver operating
  /// characteristic (ROC) curve", Radiology 143, 1982.
  var interval: Figure.Interval {
    let a = area
    let variance = Self.variance(a, members: Double(members.count), outsiders: Double(outsiders.count))
    let width = SuccessRate.z95 * variance.squareRoot()
    return .init(low: max(0, a - width), high: min(1, a + width))
  }

  /// The variance of an area, by the same source.
  static func variance(_ a: Double, members m: Double, outsiders n: Double) -> Double {
    let first = a / (2 - a), second = 2 * a * a / (1 + a)
    return max(0, (a * (1 - a) + (m - 1) * (first - a * a) + (n - 1) * (second - a * a)) / (m * n))
  }
}

/// Rows on the whitened principal axes of reference rows: numbers standardised, categories as one-hot columns.
struct WhitenedSpace {
  /// The most levels of a column that have a column each, the commonest first, and the most columns in all.
  private static let mostLevels = 24, mostWidth = 160

  private var columns: [Spread] = []
  private let axes: PrincipalAxes

  private enum Spread {
    case number(mean: Double, deviation: Double)
    /// The place of each code + 1, or nil.
    case category([Int?])
  }

  /// Fits the space; nil where nothing varies.
  init?(_ reference: Features) {
    let categories = reference.columns.reduce(0) { if case .categories = $1 { $0 + 1 } else { $0 } }
    let room = max(2, (Self.mostWidth - (reference.columns.count - categories)) / max(1, categories))
    let most = min(Self.mostLevels, room)
    for column in reference.columns {
      switch column {
      case .numbers(let numbers):
        let known = numbers.filter(\.isFinite), count = Double(max(1, known.count))
        let mean = known.reduce(0) { $0 + $1 / count }
        let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
        columns.append(
          variance > 0 && variance.isFinite
            ? .number(mean: mean, deviation: variance.squareRoot()) : .number(mean: 0, deviation: .infinity))
      case .categories(let codes, let levels):
        var counts = [Int](repeating: 0, count: levels + 1)
        for code in codes { counts[Int(code) + 1] += 1 }
        let commonest = counts.indices.sorted { (counts[$0], $1) > (counts[$1], $0) }.prefix(most)
        var places = [Int?](repeating: nil, count: levels + 1)
        for (place, level) in commonest.enumerated() where counts[level] > 0 { places[level] = place }
        columns.append(.category(places))
      }
    }
    let columns = columns
    let width = Self.width(columns)
    guard width > 0 else { return nil }
    axes = PrincipalAxes(rows: Self.spread(reference, columns, width), width: width, share: 0.99, most: 32)
    guard axes.count > 0 else { return nil }
  }

  /// The rows in the space.
  func points(_ rows: Features) -> NeighbourSpace {
    let width = Self.width(columns)
    // In parts, so that one-hot columns of all rows are never there at once.
    var coordinates = [[Double]](repeating: [], count: axes.count)
    for start in stride(from: 0, to: rows.rowCount, by: 4_096) {
      let part = rows.rows(Array(start..<min(start + 4_096, rows.rowCount)))
      for (axis, values) in axes.coordinates(Self.spread(part, columns, width)).enumerated() {
        coordinates[axis].append(contentsOf: values)
      }
    }
    return NeighbourSpace(numbers: coordinates, rowCount: rows.rowCount)
  }

  private static func width(_ columns: [Spread]) -> Int {
    columns.reduce(0) { sum, column in
      switch column {
      case .number: sum + 1
      case .category(let places): sum + (places.compactMap { $0 }.max() ?? -1) + 1
      }
    }
  }

  private static func spread(_ rows: Features, _ columns: [Spread], _ width: Int) -> [Double] {
    var spread = [Double](repeating: 0, count: rows.rowCount * width)
    var start = 0
    for (column, how) in zip(rows.columns, columns) {
      switch (column, how) {
      case (.numbers(let numbers), .number(let mean, let deviation)):
        for (row, number) in numbers.enumerated() where number.isFinite {
          // Far outliers would be all that the axes see.
          spread[row * width + start] = min(20, max(-20, (number - mean) / deviation))
        }
        start += 1
      case (.categories(let codes, _), .category(let places)):
        for (row, code) in codes.enumerated() {
          if let place = places[Int(code) + 1] { spread[row * width + start + place] = 1 }
        }
        start += (places.compactMap { $0 }.max() ?? -1) + 1
      default: preconditionFailure("the columns of two tables must be of the same kinds")
      }
    }
    return spread
  }
}
