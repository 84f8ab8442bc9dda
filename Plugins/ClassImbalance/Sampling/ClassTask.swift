import DiffusionCore
import Neighbours

/// What a sampler works with: the features of all rows, and one class that is to get new ones.
struct ClassTask: Sendable {
  let features: FeatureTable
  /// The class of each row.
  let classOfRow: [Int32]
  /// The class, as a number and as the file spells it.
  let place: Int32, label: String
  /// Its rows, ascending.
  let rows: [Int]
  /// How many new rows are asked for.
  let count: Int
  let settings: SamplingSettings
  let threads: Int

  /// All rows as points of numbers.
  func allPoints() -> NeighbourSpace {
    NeighbourSpace(numbers: features.numbers.map { scaled($0.values) }, rowCount: features.rowCount)
  }

  /// A column as distances see it.
  func scaled(_ values: [Double]) -> [Double] {
    guard settings.standardizes else {
      let scale = features.distanceScale
      return scale == 1 ? values : values.map { $0 * scale }
    }
    let deviation = Moments.deviation(values)
    return deviation > 0 ? values.map { $0 / deviation } : values
  }

  /// Checks that the class has rows beside each for a number of neighbours.
  func requireRows(for neighbours: Int, option: String = "neighbours", method: String) throws(BalanceError) {
    if rows.count == 1 { throw .oneRow(label: label, method: method) }
    guard rows.count > neighbours else {
      throw .tooFewRows(label: label, rows: rows.count, neighbours: neighbours, option: option)
    }
  }

  /// The nearest of some points to each of them beside itself, `[points, count]`.
  ///
  /// - Parameter level: what stands for a category; nil for points of numbers.
  func neighbours(in points: NeighbourSpace, count: Int, level: Double? = nil) -> [Int32] {
    guard settings.isCompatible else { return points.nearestOthers(count: count, threads: threads).indices }
    let found = points.nearestAsScikitLearn(to: points, count: count + 1, level: level, threads: threads)
    return Self.withoutFirst(found, count)
  }

  /// The nearest of all points to each of the given rows beside itself, `[rows, count]`.
  func neighbours(of rows: [Int], in points: NeighbourSpace, count: Int) -> [Int32] {
    let queries = points.rows(rows)
    if settings.isCompatible {
      return Self.withoutFirst(
        points.nearestAsScikitLearn(to: queries, count: count + 1, level: nil, threads: threads), count)
    }
    let found = points.nearest(to: queries, count: count + 1, threads: threads).indices
    var kept: [Int32] = []
    kept.reserveCapacity(rows.count * count)
    for (query, row) in rows.enumerated() {
      var left = count
      for place in query * (count + 1)..<(query + 1) * (count + 1) where left > 0 && found[place] != Int32(row) {
        kept.append(found[place])
        left -= 1
      }
    }
    return kept
  }

  /// imbalanced-learn takes the first neighbour for the row itself, which it is not where the row has a twin.
  private static func withoutFirst(_ found: [Int32], _ count: Int) -> [Int32] {
    found.indices.filter { $0 % (count + 1) > 0 }.map { found[$0] }
  }
}

/// What the options say.
struct SamplingSettings: Sendable {
  /// Neighbours that a new row can go towards.
  var neighbours = 5
  /// Neighbours that tell whether a row lies at the border.
  var borderNeighbours = 10
  /// The width of the noise of the smoothed bootstrap, as a share of Silverman's.
  var shrinkage = 1.0
  /// Whether distances are in deviations of each column.
  var standardizes = false
  /// Whether all is done as in imbalanced-learn.
  var isCompatible = false
}

/// The random numbers of a run.
///
/// imbalanced-learn begins its stream anew for each class, and again for the votes of SMOTE-NC and the shares of Borderline-SMOTE 2.
/// Only ``restart()`` of a compatible source does that; otherwise one stream goes on, and no number is used twice.
struct DrawSource: Sendable {
  private(set) var seed: UInt64, isCompatible: Bool
  var state: RandomState

  init(seed: UInt64, isCompatible: Bool) {
    self.seed = seed
    self.isCompatible = isCompatible
    state = RandomState(seed: seed)
  }

  /// Begins anew where imbalanced-learn does.
  mutating func restart() {
    if isCompatible { state = RandomState(seed: seed) }
  }
}
