import DownstreamModels
import Foundation
import Neighbours
import Tensors

/// Neighbourhoods of real rows that the synthetic table lacks: balls around real rows in the space of the numbers.
///
/// A scan (M. Kulldorff, "A spatial scan statistic", 1997) over balls that hold 2.5, 5, 10 and 20 % of the real rows, around
/// up to 1,000 of them; the ball that lost the most rows is the result. It finds what no axis-parallel cut describes.
/// Numbers are divided by their standard deviation; a missing number counts as the mean, a category that differs as one
/// standard deviation. Balls overlap, so that the places looked at are counted as 4 over the share a ball holds.
struct LostClusters {
  private static let mostRows = 4_000, mostCentres = 1_000, mostColumns = 60
  private static let shares = [0.025, 0.05, 0.1, 0.2]

  private let comparison: Comparison
  private let real: Features, synthetic: Features
  private let numeric: [Int], categories: [Int]

  init(_ comparison: Comparison) {
    self.comparison = comparison
    // Strides, not draws: what is lost in a twentieth of the rows is lost in any part.
    func cut(_ features: Features) -> Features {
      guard features.rowCount > Self.mostRows else { return features }
      let step = (features.rowCount + Self.mostRows - 1) / Self.mostRows
      return features.rows(Array(stride(from: 0, to: features.rowCount, by: step)))
    }
    real = cut(comparison.real)
    synthetic = cut(comparison.synthetic)
    let usable = comparison.columns.indices.filter { !comparison.isEmptied($0) }
    numeric = Array(usable.filter { comparison.columns[$0].isNumeric }.prefix(Self.mostColumns))
    categories = Array(usable.filter { !comparison.columns[$0].isNumeric }.prefix(Self.mostColumns))
  }

  /// The neighbourhood that lost the most rows; nil where none did.
  func find() -> Loss? {
    guard numeric.count >= 2, real.rowCount >= 100, synthetic.rowCount >= 100 else { return nil }
    let spaces = [space(usesCategories: false)] + (categories.isEmpty ? [] : [space(usesCategories: true)])
    var best: (loss: Loss, rows: [Int])?
    for (points, made) in spaces {
      guard let found = scan(points, made), found.loss.mass > best?.loss.mass ?? 0 else { continue }
      best = found
    }
    guard let best else { return nil }
    let told = description(of: best.rows)
    guard !told.isEmpty else { return nil }
    return Loss(
      .region, columns: told.map(\.column), what: told.map { "\($0.column) \($0.words)" }.joined(separator: " and "),
      real: best.loss.real, synthetic: best.loss.synthetic)
  }

  private typealias Points = [[Double]]

  private func space(usesCategories: Bool) -> (real: NeighbourSpace, synthetic: NeighbourSpace) {
    var numbers: (Points, Points) = ([], [])
    for column in numeric {
      guard case .numbers(let own) = real.columns[column], case .numbers(let other) = synthetic.columns[column] else {
        continue
      }
      let known = own.filter(\.isFinite)
      guard let least = known.min(), let most = known.max(), most > least, (most - least).isFinite else { continue }
      // Of the range first, so that no square overflows.
      func part(_ number: Double) -> Double { (number - least) / (most - least) }
      let mean = known.reduce(0) { $0 + part($1) } / Double(known.count)
      let variance = known.reduce(0) { $0 + (part($1) - mean) * (part($1) - mean) } / Double(known.count)
      let deviation = variance.squareRoot()
      func scaled(_ number: Double) -> Double {
        guard number.isFinite else { return 0 }
        return min(1e6, max(-1e6, (part(number) - mean) / deviation))
      }
      numbers.0.append(own.map(scaled))
      numbers.1.append(other.map(scaled))
    }
    func codes(_ features: Features) -> [[Int32]] {
      guard usesCategories else { return [] }
      return categories.compactMap { if case .categories(let codes, _) = features.columns[$0] { codes } else { nil } }
    }
    func points(_ columns: Points, _ features: Features) -> NeighbourSpace {
      let codes = codes(features)
      return NeighbourSpace(
        numbers: columns, codes: codes, weights: codes.map { _ in 1 }, rowCount: features.rowCount)
    }
    return (points(numbers.0, real), points(numbers.1, synthetic))
  }

  private func scan(_ points: NeighbourSpace, _ made: NeighbourSpace) -> (loss: Loss, rows: [Int])? {
    let (n, m) = (points.rowCount, made.rowCount)
    let step = max(1, n / Self.mostCentres)
    let centres = points.rows(Array(stride(from: 0, to: n, by: step)))
    let most = Int(Self.shares.last! * Double(n))
    let near = points.nearest(to: centres, count: most, threads: 1)
    // Of more synthetic rows than a quarter of the expected ones nothing is lost.
    let others = made.nearest(to: centres, count: max(1, Int(Self.shares.last! * Double(m) / 4) + 1), threads: 1)
    let (width, otherWidth) = (near.distances.count / centres.rowCount, others.distances.count / centres.rowCount)
    var best: (loss: Loss, rows: [Int])?
    for centre in 0..<centres.rowCount {
      for share in Self.shares {
        let count = Int(share * Double(n))
        guard count >= 10, count <= width else { continue }
        let radius = near.distances[centre * width + count - 1]
        // Ties belong to the ball, on both sides; beyond those that are known the ball is not closed.
        guard count == width || near.distances[centre * width + count] > radius else { continue }
        let inside = others.distances[centre * otherWidth..<(centre + 1) * otherWidth].count { $0 <= radius }
        guard inside < otherWidth,
          Losses.isLost(count, of: n, inside, of: m, places: 4 / share)
        else { continue }
        let loss = Loss(
          .region, columns: [], what: "", real: Double(count) / Double(n), synthetic: Double(inside) / Double(m))
        guard loss.mass > best?.loss.mass ?? 0 else { continue }
        best = (loss, near.indices[centre * width..<centre * width + count].map(Int.init))
      }
    }
    return best
  }

  /// The ranges of the numbers that set some rows off most: up to three.
  private func description(of rows: [Int]) -> [(column: String, words: String)] {
    numeric.compactMap { index -> (Double, String, String)? in
      guard case .numbers(let numbers) = real.columns[index] else { return nil }
      let all = SortedNumbers(numbers.filter(\.isFinite)),
        own = SortedNumbers(rows.map { numbers[$0] }.filter(\.isFinite))
      guard all.count > 0, own.count > 0 else { return nil }
      let (low, high) = (own.quantile(0.05), own.quantile(0.95))
      let covered = all.share(atMost: high) - all.share(atMost: low.nextDown)
      let column = comparison.columns[index]
      return (covered, column.name, Losses.text(column, low, high))
    }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(3).filter { $0.0 < 0.9 }.map { ($0.1, $0.2) }
  }
}
