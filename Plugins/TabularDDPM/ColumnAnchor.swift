import Foundation
import Tensors

/// Expressions in other columns that a number keeps close to: the same amount a month earlier, a balance after a
/// payment, a length that no width exceeds.
///
/// A number modelled by its rank alone keeps such a bond only as sharply as a network can compute one rank from others.
/// An anchor is computed instead: the network sees where it falls on the column's own scale, and part of the density is
/// placed relative to it. An exact relation (``ColumnRelation``) needs equal digits; an anchor needs only that the
/// distance has a shape: a peak, or an edge that is not crossed.
struct ColumnAnchor: Sendable, Equatable {
  /// The expression.
  let relation: ColumnRelation
  /// What it tells of the column, in nats a row.
  let gain: Double

  /// The most anchors of a column, and of a table: each is one more number for the network to see.
  static let most = 4, mostOfTable = 96
  /// What an anchor must tell, in nats a row.
  static let least = 0.03
  /// Tables with more numbers are searched for single columns only, and still wider ones among a column's neighbours.
  static let mostParentsOfPairs = 24, mostParents = 48

  /// Finds the anchors of one column, the most telling first.
  ///
  /// - Parameters:
  ///   - target: the column's index.
  ///   - columns: all columns; those that are not numbers are empty.
  ///   - candidates: the columns that may be parents.
  ///   - rows: rows in which the target is part of its continuum.
  ///   - map: the target's scale.
  static func find(
    target: Int, columns: [[Double]], candidates: [Int], rows: [Int], map: QuantileMap, random: RandomStream
  ) -> [ColumnAnchor] {
    let parents = candidates.filter { $0 != target }.sorted { abs($0 - target) < abs($1 - target) }.prefix(mostParents)
      .sorted()
    var stream = random
    // Equal digits are a relation's matter, and would make an anchor of everything that is nearly equal.
    let shuffled = stream.permutation(rows.count).prefix(8000).map { rows[$0] }.filter { row in
      !parents.contains { columns[$0][row] == columns[target][row] }
    }
    guard shuffled.count >= 200, !parents.isEmpty else { return [] }
    let probe = Probe(columns[target], rows: Array(shuffled.prefix(4000)), map: map)
    let screen = Probe(columns[target], rows: Array(shuffled.prefix(600)), map: map)

    var found: [ColumnAnchor] = []
    var singles: [(scores: [Double], gain: Double)] = []
    var alone = parents.map { ColumnRelation(form: .equal, parents: [$0]) }
    if map.knots[0] < 0 { alone += parents.map { ColumnRelation(form: .ratio, parents: [$0], factor: -1) } }
    for relation in alone {
      let scores = screen.scores(of: relation, columns), guess = screen.gain(scores)
      let gain = guess < least / 3 ? guess : probe.gain(probe.scores(of: relation, columns))
      singles.append((scores, gain))
      if gain >= least { found.append(ColumnAnchor(relation: relation, gain: gain)) }
    }
    // Two columns must tell clearly more than a column that they hardly differ from: 1.4 times as much.
    func tellsMore(_ scores: [Double], _ gain: Double) -> Bool {
      gain >= least && !singles.contains { gain < 1.4 * $0.gain && areAlike($0.scores, scores) }
    }
    let pairs = parents.count <= mostParentsOfPairs ? Self.pairs(parents) : []
    let promising = pairs.map { relation in
      let scores = screen.scores(of: relation, columns)
      return (relation: relation, scores: scores, gain: screen.gain(scores))
    }.sorted { $0.gain > $1.gain }.filter { tellsMore($0.scores, $0.gain) }
    for pair in promising.prefix(12) {
      let gain = probe.gain(probe.scores(of: pair.relation, columns))
      if tellsMore(pair.scores, gain) { found.append(ColumnAnchor(relation: pair.relation, gain: gain)) }
    }
    return Array(found.sorted { $0.gain > $1.gain }.prefix(most))
  }

  private static func pairs(_ parents: [Int]) -> [ColumnRelation] {
    parents.indices.flatMap { i in
      parents[(i + 1)...].flatMap { b in
        [
          ColumnRelation(form: .sum, parents: [parents[i], b]),
          ColumnRelation(form: .difference, parents: [parents[i], b]),
          ColumnRelation(form: .difference, parents: [b, parents[i]]),
        ]
      }
    }
  }

  /// Whether two anchors mostly fall on the same places: their correlation is above 0.8.
  private static func areAlike(_ a: [Double], _ b: [Double]) -> Bool {
    var n = 0.0, sa = 0.0, sb = 0.0, saa = 0.0, sbb = 0.0, sab = 0.0
    for (x, y) in zip(a, b) where !x.isNaN && !y.isNaN {
      (n, sa, sb, saa, sbb, sab) = (n + 1, sa + x, sb + y, saa + x * x, sbb + y * y, sab + x * y)
    }
    let covariance = n * sab - sa * sb
    return covariance > 0 && covariance * covariance > 0.64 * (n * saa - sa * sa) * (n * sbb - sb * sb)
  }

  /// Rows by which candidates are judged.
  private struct Probe {
    let rows: [Int]
    let map: QuantileMap
    /// The target's scores.
    let scores: [Double]

    init(_ target: [Double], rows: [Int], map: QuantileMap) {
      self.rows = rows
      self.map = map
      scores = rows.map { map.score(of: target[$0]) }
    }

    /// Where an expression falls on the target's scale; missing where a parent is.
    func scores(of relation: ColumnRelation, _ columns: [[Double]]) -> [Double] {
      rows.map { row -> Double in
        let value = relation.value { columns[$0][row] }
        return value.isFinite ? map.score(of: value) : .nan
      }
    }

    /// How much the shape of the distance to an anchor tells, in nats a row: within windows of several widths, the
    /// divergence of the distances from those to the anchor's scores in other rows.
    func gain(_ anchors: [Double]) -> Double {
      let known = anchors.indices.filter { !anchors[$0].isNaN }
      guard known.count >= 200 else { return 0 }
      let count = Double(known.count), bins = 8, shifts = 4
      var best = 0.0
      for window in [0.3, 0.1, 0.03, 0.01] {
        var own = [Double](repeating: 0, count: bins), others = [Double](repeating: 0.5, count: bins)
        func add(_ distance: Double, to histogram: inout [Double]) {
          guard abs(distance) < window else { return }
          histogram[min(Int((distance + window) / (2 * window) * Double(bins)), bins - 1)] += 1
        }
        for (place, index) in known.enumerated() {
          add(scores[index] - anchors[index], to: &own)
          for shift in 1...shifts {
            add(scores[index] - anchors[known[(place + shift * 37) % known.count]], to: &others)
          }
        }
        let inside = own.reduce(0, +), expected = others.reduce(0, +)
        guard inside > 0 else { continue }
        var divergence = 0.0
        for bin in 0..<bins where own[bin] > 0 {
          divergence += own[bin] * log(own[bin] / inside / (others[bin] / expected))
        }
        best = max(best, (divergence - Double(bins - 1) / 2 * (1 + inside / expected)) / count)
      }
      return best * count / Double(rows.count)
    }
  }
}
