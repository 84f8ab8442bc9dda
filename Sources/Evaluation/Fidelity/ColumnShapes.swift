import DownstreamModels

/// How far two columns' distributions are apart, each column by itself.
///
/// Source: SDMetrics, `KSComplement` and `TVComplement` (one minus these), as averaged by its property Column Shapes.
public enum ColumnShapes {
  /// The error of one column, 0...1: ``kolmogorovSmirnov(_:_:)`` for numbers, ``totalVariation(_:_:levels:)`` for
  /// categories. Nil where a side has no values.
  public static func error(_ real: FeatureColumn, _ synthetic: FeatureColumn) -> Double? {
    switch (real, synthetic) {
    case (.numbers(let a), .numbers(let b)): kolmogorovSmirnov(a, b)
    case (.categories(let a, let levels), .categories(let b, _)): totalVariation(a, b, levels: levels)
    default: nil
    }
  }

  /// The Kolmogorov–Smirnov statistic sup |F − G| of the numbers that are there; nil where a side has none.
  public static func kolmogorovSmirnov(_ first: [Double], _ second: [Double]) -> Double? {
    let a = first.filter { !$0.isNaN }.sorted()
    let b = second.filter { !$0.isNaN }.sorted()
    guard !a.isEmpty, !b.isEmpty else { return nil }
    var i = 0
    var j = 0
    var greatest = 0.0
    while i < a.count, j < b.count {
      let value = min(a[i], b[j])
      while i < a.count, a[i] == value { i += 1 }
      while j < b.count, b[j] == value { j += 1 }
      greatest = max(greatest, abs(Double(i) / Double(a.count) - Double(j) / Double(b.count)))
    }
    return greatest
  }

  /// Total variation ½ Σ |f − g| over all levels, missing among them; nil where a side has no rows.
  public static func totalVariation(_ first: [Int32], _ second: [Int32], levels: Int) -> Double? {
    guard !first.isEmpty, !second.isEmpty else { return nil }
    let (f, g) = (shares(of: first, levels: levels), shares(of: second, levels: levels))
    return zip(f, g).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
  }

  /// The share of each level.
  static func shares(of codes: [Int32], levels: Int) -> [Double] {
    var counts = [Int](repeating: 0, count: levels)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    return counts.map { Double($0) / Double(max(codes.count, 1)) }
  }
}
