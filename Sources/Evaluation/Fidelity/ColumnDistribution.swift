import DownstreamModels
import Foundation
import Tables

extension ColumnComparison.Distribution {
  /// The most levels that are told apart; the rest are joined.
  static let mostLevels = 20
  /// The most bins of a number.
  static let mostBins = 30

  /// The shares of bins or levels in the tables of a comparison.
  init(_ comparison: Comparison, column: Int) {
    let sides = [comparison.real, comparison.synthetic] + (comparison.holdout.map { [$0] } ?? [])
    let cells = sides.map { $0.columns[column] }
    let described = comparison.columns[column]
    let (edges, labels, shares): ([Double]?, [String], [[Double]]) =
      if let levels = described.levels {
        Self.levels(cells, names: levels)
      } else {
        Self.bins(cells, described)
      }
    self.init(
      edges: edges, labels: labels, real: shares[0], synthetic: shares[1],
      holdout: shares.count > 2 ? shares[2] : nil)
  }

  private static func levels(_ cells: [FeatureColumn], names: [String]) -> ([Double]?, [String], [[Double]]) {
    let shares = cells.map { cell -> [Double] in
      guard case .categories(let codes, let levels) = cell else { return [] }
      return ColumnShapes.shares(of: codes, levels: levels)
    }
    return levels(shares, names: names)
  }

  /// The levels that are shown, the commonest of the first side first, and their shares.
  static func levels(_ shares: [[Double]], names: [String]) -> ([Double]?, [String], [[Double]]) {
    let order = names.indices.sorted { (-shares[0][$0], $0) < (-shares[0][$1], $1) }
    let shown = order.count > mostLevels ? Array(order.prefix(mostLevels - 1)) : order
    var labels = shown.map { names[$0] }
    var picked = shares.map { side in shown.map { side[$0] } }
    if shown.count < order.count {
      labels.append("(other)")
      for side in picked.indices {
        picked[side].append(order.dropFirst(shown.count).reduce(0) { $0 + shares[side][$1] })
      }
    }
    return (nil, labels, picked)
  }

  private static func bins(
    _ cells: [FeatureColumn], _ column: Comparison.Column
  ) -> ([Double]?, [String], [[Double]]) {
    let numbers = cells.map { cell -> [Double] in
      guard case .numbers(let list) = cell else { return [] }
      return list.filter { !$0.isNaN }
    }
    return bins(numbers, digits: column.digits) { number in
      column.dateFormat?.text(of: number) ?? String(format: "%.5g", number)
    }
  }

  /// Bins over what the first side spans, and the shares of each side's numbers in them.
  static func bins(
    _ sides: [[Double]], digits: Int?, text: (Double) -> String
  ) -> ([Double]?, [String], [[Double]]) {
    let numbers = sides.map { $0.sorted() }
    let edges = edges(of: numbers, digits: digits)
    let shares = numbers.map { sorted -> [Double] in
      var counts = [Double](repeating: 0, count: edges.count - 1)
      var bin = 0
      // The outer bins take what lies beyond them.
      for number in sorted {
        while bin < counts.count - 1, number >= edges[bin + 1] { bin += 1 }
        counts[bin] += 1
      }
      return counts.map { $0 / Double(max(sorted.count, 1)) }
    }
    let labels = (0..<edges.count - 1).map { "\(text(edges[$0])) – \(text(edges[$0 + 1]))" }
    return (edges, labels, shares)
  }

  /// Edges over what nearly all numbers span: one far outlier must not squeeze the rest into one bin. Whole numbers
  /// get bins that hold equally many of them.
  private static func edges(of sorted: [[Double]], digits: Int?) -> [Double] {
    let real = sorted[0]
    guard let first = real.first, let last = real.last else { return [0, 1] }
    let low = real[Int(Double(real.count - 1) * 0.005)]
    let high = real[Int((Double(real.count - 1) * 0.995).rounded(.up))]
    // Tails that are short are shown whole.
    let span = high - low
    var from = low - first <= span * 0.25 ? first : low
    var to = last - high <= span * 0.25 ? last : high
    guard to > from else { return [from - 0.5, from + 0.5] }
    guard (to - from).isFinite else {
      return (0...mostBins).map { from * (1 - Double($0) / Double(mostBins)) + to * (Double($0) / Double(mostBins)) }
    }
    var bins = mostBins
    let grid = pow(10, -Double(digits ?? 0))
    // Beyond 2⁵³ steps a Double has no such grid.
    if let digits, digits <= 6, (to - from) / grid < 0x1p53 {
      let values = ((to - from) / grid).rounded() + 1
      let perBin = (values / Double(mostBins)).rounded(.up)
      bins = Int((values / perBin).rounded(.up))
      from -= grid / 2
      to = from + Double(bins) * perBin * grid
    }
    // The share first where the product would overflow.
    let width = to - from
    guard (width * Double(bins)).isFinite else {
      return (0...bins).map { from + width * (Double($0) / Double(bins)) }
    }
    return (0...bins).map { from + width * Double($0) / Double(bins) }
  }
}
