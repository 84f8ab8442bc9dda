import DownstreamModels
import Foundation

/// Rows that several columns together describe, and that the synthetic table lacks: leaves of a decision tree that tells real
/// rows from synthetic ones.
///
/// Numbers are cut at up to 24 quantiles of the real column, a category's levels are ordered by their share of real rows
/// (L. Breiman et al., "Classification and regression trees", 1984, section 9.4); a split is the one that lowers the Gini
/// impurity most, both tables weighing the same. Places that were looked at: 10⁵, so that leaves need no rows of their own
/// to be judged by.
struct LostRegions {
  private static let depth = 4, cuts = 24, mostRows = 20_000, mostColumns = 100

  private let comparison: Comparison
  private let columns: [Binned]
  private let rows: (real: Int, synthetic: Int)

  /// A column in few ordered codes; missing is the last.
  private struct Binned {
    var real: [UInt8], synthetic: [UInt8]
    var count: Int
    /// What the codes from one to another are, as in `age 20 – 35`; nil where all are.
    var words: @Sendable (Range<Int>) -> String?
  }

  private struct Leaf { var real: [Int], synthetic: [Int], limits: [Int: Range<Int>] }

  init(_ comparison: Comparison) {
    var comparison = comparison
    // A stretch is enough: what is lost in a hundredth of the rows is lost in any.
    func cut(_ features: Features) -> Features {
      guard features.rowCount > Self.mostRows else { return features }
      let step = features.rowCount / Self.mostRows + 1
      return features.rows(Array(stride(from: 0, to: features.rowCount, by: step)))
    }
    comparison.real = cut(comparison.real)
    comparison.synthetic = cut(comparison.synthetic)
    self.comparison = comparison
    rows = (comparison.real.rowCount, comparison.synthetic.rowCount)
    let copy = comparison
    columns = comparison.columns.indices.prefix(Self.mostColumns).map { Self.binned(copy, $0) }
  }

  func find() -> [Loss] {
    guard rows.real >= 100, rows.synthetic >= 100 else { return [] }
    var open = [Leaf(real: Array(0..<rows.real), synthetic: Array(0..<rows.synthetic), limits: [:])]
    var closed: [Leaf] = []
    for _ in 0..<Self.depth {
      var next: [Leaf] = []
      for leaf in open {
        if let parts = split(leaf) { next += parts } else { closed.append(leaf) }
      }
      open = next
    }
    return (closed + open).compactMap(loss)
  }

  private func loss(_ leaf: Leaf) -> Loss? {
    guard leaf.limits.count > 1,
      Double(leaf.real.count) >= Losses.leastRange * Double(rows.real),
      Losses.isLost(leaf.real.count, of: rows.real, leaf.synthetic.count, of: rows.synthetic, places: 1e5)
    else { return nil }
    let told = leaf.limits.sorted { $0.key < $1.key }.compactMap { column, range in
      columns[column].words(range).map { (comparison.columns[column].name, $0) }
    }
    guard !told.isEmpty else { return nil }
    return Loss(
      .region, columns: told.map(\.0), what: told.map { "\($0.0) \($0.1)" }.joined(separator: " and "),
      real: Double(leaf.real.count) / Double(rows.real),
      synthetic: Double(leaf.synthetic.count) / Double(rows.synthetic))
  }

  private func split(_ leaf: Leaf) -> [Leaf]? {
    let least = max(10, Losses.leastRange / 2 * Double(rows.real))
    guard Double(leaf.real.count) >= 2 * least else { return nil }
    let (wr, ws) = (1 / Double(rows.real), 1 / Double(rows.synthetic))
    func impurity(_ real: Double, _ synthetic: Double) -> Double {
      real + synthetic > 0 ? 2 * real * synthetic / (real + synthetic) : 0
    }
    let whole = impurity(wr * Double(leaf.real.count), ws * Double(leaf.synthetic.count))
    var best: (gain: Double, column: Int, cut: Int)?
    for (index, column) in columns.enumerated() where column.count > 1 {
      var real = [Double](repeating: 0, count: column.count), synthetic = real
      for row in leaf.real { real[Int(column.real[row])] += 1 }
      for row in leaf.synthetic { synthetic[Int(column.synthetic[row])] += 1 }
      var (a, b) = (0.0, 0.0)
      for cut in 1..<column.count {
        a += real[cut - 1]
        b += synthetic[cut - 1]
        let (restA, restB) = (Double(leaf.real.count) - a, Double(leaf.synthetic.count) - b)
        guard a >= least || b * ws >= least * wr, restA >= least || restB * ws >= least * wr else { continue }
        let gain = whole - impurity(wr * a, ws * b) - impurity(wr * restA, ws * restB)
        if gain > best?.gain ?? 1e-6 { best = (gain, index, cut) }
      }
    }
    guard let best else { return nil }
    let column = columns[best.column]
    let range = leaf.limits[best.column] ?? 0..<column.count
    return [range.lowerBound..<best.cut, best.cut..<range.upperBound].map { part in
      var limits = leaf.limits
      limits[best.column] = part
      return Leaf(
        real: leaf.real.filter { part.contains(Int(column.real[$0])) },
        synthetic: leaf.synthetic.filter { part.contains(Int(column.synthetic[$0])) }, limits: limits)
    }
  }

  // MARK: Columns in codes

  private static func binned(_ comparison: Comparison, _ index: Int) -> Binned {
    let column = comparison.columns[index]
    switch (comparison.real.columns[index], comparison.synthetic.columns[index]) {
    case (.numbers(let real), .numbers(let synthetic)): return binned(column, real, synthetic)
    case (.categories(let real, let levels), .categories(let synthetic, _)):
      return binned(column, real, synthetic, levels: levels)
    default: return Binned(real: [], synthetic: [], count: 0, words: { _ in nil })
    }
  }

  private static func binned(_ column: Comparison.Column, _ real: [Double], _ synthetic: [Double]) -> Binned {
    let sorted = real.filter { !$0.isNaN }.sorted()
    var edges: [Double] = []
    for cut in 1..<cuts where !sorted.isEmpty {
      let edge = sorted[cut * sorted.count / cuts]
      if edge > edges.last ?? sorted[0] { edges.append(edge) }
    }
    let missing = edges.count + 1
    func code(_ number: Double) -> UInt8 {
      guard !number.isNaN else { return UInt8(missing) }
      return UInt8(edges.firstIndex { $0 > number } ?? edges.count)
    }
    let limits = edges
    return Binned(real: real.map(code), synthetic: synthetic.map(code), count: missing + 1) { range in
      if range.lowerBound == 0, range.upperBound > missing { return nil }
      if range == missing..<missing + 1 { return "missing" }
      let end = min(range.upperBound, missing)
      let above = range.lowerBound > 0 ? column.text(limits[range.lowerBound - 1]) : nil
      let below = end - 1 < limits.count ? column.text(limits[end - 1]) : nil
      switch (above, below) {
      case (let above?, let below?): return "from \(above) to below \(below)"
      case (let above?, nil): return "from \(above)"
      case (nil, let below?): return "below \(below)"
      default: return "present"
      }
    }
  }

  private static func binned(
    _ column: Comparison.Column, _ real: [Int32], _ synthetic: [Int32], levels: Int
  ) -> Binned {
    // Of many levels the rarest share the last code.
    var counts = [(real: Double, synthetic: Double)](repeating: (0, 0), count: levels)
    for code in real where code >= 0 { counts[Int(code)].real += 1 / Double(real.count) }
    for code in synthetic where code >= 0 { counts[Int(code)].synthetic += 1 / Double(synthetic.count) }
    let common = counts.indices.sorted { (-counts[$0].real, $0) < (-counts[$1].real, $1) }.prefix(60)
    func share(_ level: Int) -> Double { counts[level].real / max(1e-12, counts[level].real + counts[level].synthetic) }
    let order = common.sorted { (share($0), $0) < (share($1), $1) }
    var place = [UInt8](repeating: UInt8(order.count), count: levels)
    for (code, level) in order.enumerated() { place[level] = UInt8(code) }
    func code(_ level: Int32) -> UInt8 { level < 0 ? UInt8(order.count) : place[Int(level)] }
    let names = order.map { column.levels?[$0] ?? "" }
    return Binned(real: real.map(code), synthetic: synthetic.map(code), count: order.count + 1) { range in
      let own = names.indices.filter(range.contains)
      guard own.count < names.count else { return nil }
      let shown = own.prefix(3).map { "'\(names[$0])'" }.joined(separator: ", ")
      return own.isEmpty ? "of a rare level" : own.count > 3 ? "\(shown) or \(own.count - 3) more" : shown
    }
  }
}
