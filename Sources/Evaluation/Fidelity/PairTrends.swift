import DownstreamModels
import Foundation

/// How far the bonds between two columns are apart, over all pairs of columns.
///
/// - Numbers with numbers: |ρ − ρ′| / 2 of Pearson's correlations over rows where both are there.
/// - Otherwise: total variation ½ Σ |f(a, b) − g(a, b)| of the pairs of levels, missing among them; a number counts by
///   the one of ten bins of equal width that it falls in.
///
/// Source: SDMetrics, `CorrelationSimilarity`, `ContingencySimilarity` (one minus these), and its property Column Pair
/// Trends. That takes the bins' edges from each table by itself, so that one number beyond the range shifts all;
/// ``Edges/shared`` takes the real edges for both. A pair with a column that has no values in the synthetic table, where SDMetrics leaves it
/// out, has the error 1.
public struct PairTrends: Sendable {
  /// Where the edges of the bins come from.
  public enum Edges: Sendable {
    /// From each table by itself, as SDMetrics does.
    case separate
    /// From the real table.
    case shared
  }

  /// One pair of columns, `first < second`.
  public struct Pair: Sendable, Equatable {
    /// The positions of the columns.
    public var first: Int, second: Int
    /// The error, 0...1; nil where a column does not vary or has no values.
    public var error: Double?
    /// The bond that decides whether the pair counts: ρ for numbers, else Cramér's V, of the real table.
    public var bond: Double?
    /// Whether both columns hold numbers.
    public var isCorrelation: Bool
  }

  /// All pairs.
  public let pairs: [Pair]

  /// Measures all pairs.
  public init(_ comparison: Comparison, edges: Edges = .separate) {
    let real = zip(comparison.columns, comparison.real.columns).map { Cells($1, isNumeric: $0.isNumeric) }
    let synthetic = comparison.synthetic.columns.enumerated().map { index, column in
      Cells(
        column, isNumeric: comparison.columns[index].isNumeric, bins: edges == .shared ? real[index].sharedBins : nil)
    }
    let isEmptied = comparison.columns.indices.map(comparison.isEmptied)
    let realCells = edges == .shared ? real.map(\.rebinned) : real
    var pairs: [Pair] = []
    for first in real.indices {
      for second in real.indices where second > first {
        var pair = Self.measure(first, second, realCells, synthetic)
        // A pair without values preserves nothing of the relationship, and must not drop out of the mean.
        if (isEmptied[first] || isEmptied[second]) && (pair.bond != nil || !pair.isCorrelation) { pair.error = 1 }
        pairs.append(pair)
      }
    }
    self.pairs = pairs
  }

  /// The mean error of all pairs that have one; nil where none has.
  public var meanError: Double? { Self.mean(pairs.compactMap(\.error)) }

  /// The mean error of the pairs whose bond in the real table is stronger than a threshold: |ρ| > 0.5, Cramér's V >
  /// 0.3. SDMetrics counts only these from version 0.27 on; earlier versions, and the papers, count all.
  public func meanError(correlation: Double = 0.5, association: Double = 0.3) -> Double? {
    Self.mean(
      pairs.compactMap { pair in
        guard let bond = pair.bond, abs(bond) > (pair.isCorrelation ? correlation : association) else { return nil }
        return pair.error
      })
  }

  private static func mean(_ errors: [Double]) -> Double? {
    errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
  }

  private static func measure(_ i: Int, _ j: Int, _ real: [Cells], _ synthetic: [Cells]) -> Pair {
    if real[i].isNumeric, real[j].isNumeric {
      var pair = Pair(first: i, second: j, error: nil, bond: nil, isCorrelation: true)
      guard !real[i].isConstant, !real[j].isConstant else { return pair }
      pair.bond = Association.pearson(real[i].numbers, real[j].numbers)
      guard !synthetic[i].isConstant, !synthetic[j].isConstant else { return pair }
      if let rho = pair.bond, let other = Association.pearson(synthetic[i].numbers, synthetic[j].numbers) {
        pair.error = abs(rho - other) / 2
      }
      return pair
    }
    let f = Contingency(real[i], real[j])
    let g = Contingency(synthetic[i], synthetic[j])
    return Pair(first: i, second: j, error: f.totalVariation(to: g), bond: f.cramersV, isCorrelation: false)
  }
}

extension PairTrends {
  /// A column as pairs need it: numbers, and codes of their bins or of levels.
  struct Cells {
    let isNumeric: Bool
    /// The numbers; empty for categories.
    let numbers: [Double]
    var codes: [Int32]
    let levels: Int
    /// Whether the numbers that are there are all the same.
    let isConstant: Bool
    /// Bins that other tables can be put into.
    let sharedBins: NumberBins?

    init(_ column: FeatureColumn, isNumeric: Bool, bins: NumberBins? = nil) {
      self.isNumeric = isNumeric
      switch column {
      case .numbers(let numbers):
        self.numbers = numbers
        let own = bins ?? NumberBins(numbers)
        codes = own?.codes(of: numbers) ?? numbers.map { _ in 11 }
        levels = NumberBins.codes
        let known = numbers.first { !$0.isNaN }
        isConstant = numbers.allSatisfy { $0.isNaN || $0 == known }
        sharedBins = NumberBins(numbers, isOpen: true)
      case .categories(let codes, let levels):
        numbers = []
        self.codes = codes
        self.levels = levels
        isConstant = false
        sharedBins = nil
      }
    }

    /// The same with the codes of ``sharedBins``.
    var rebinned: Cells {
      guard let sharedBins else { return self }
      var copy = self
      copy.codes = sharedBins.codes(of: numbers)
      return copy
    }
  }

  /// The counts of two columns' pairs of codes.
  struct Contingency {
    private let rows: Int
    /// Counts `[first's levels, second's levels]` where that is small, else by key.
    private let dense: [Int32]
    private let sparse: [Int: Int32]
    private let width: Int

    init(_ first: Cells, _ second: Cells) {
      rows = first.codes.count
      width = second.levels
      let size = first.levels * second.levels
      if size <= 1 << 20 {
        var counts = [Int32](repeating: 0, count: size)
        for row in 0..<rows { counts[Int(first.codes[row]) * width + Int(second.codes[row])] += 1 }
        dense = counts
        sparse = [:]
      } else {
        var counts: [Int: Int32] = [:]
        for row in 0..<rows { counts[Int(first.codes[row]) * width + Int(second.codes[row]), default: 0] += 1 }
        dense = []
        sparse = counts
      }
    }

    private func count(_ key: Int) -> Int32 { dense.isEmpty ? sparse[key] ?? 0 : dense[key] }

    private var keys: [Int] {
      dense.isEmpty ? sparse.keys.sorted() : dense.indices.filter { dense[$0] > 0 }
    }

    func totalVariation(to other: Contingency) -> Double {
      var sum = 0.0
      for key in keys {
        sum += abs(Double(count(key)) / Double(rows) - Double(other.count(key)) / Double(other.rows))
      }
      for key in other.keys where count(key) == 0 { sum += Double(other.count(key)) / Double(other.rows) }
      return sum / 2
    }

    /// Cramér's V = √(χ² / n / min(r − 1, c − 1)) over the levels that occur; nil where a column has one level.
    var cramersV: Double? {
      Margins(self).map { (max(square($0), 0) / Double($0.least)).squareRoot() }
    }

    /// χ² / n beyond what chance adds, (r − 1)(c − 1) / n, with its standard error, that error where there is no relation,
    /// and the V of the excess; nil where a column has one level.
    ///
    /// The error is that of the delta method, plus that of no relation: with S = Σ p² / (p₁ p₂) over cells of share p and
    /// margins p₁ and p₂, Var S = (Σ p g² − (Σ p g)²) / n, where g, the derivative of S by p, is 2 p / (p₁ p₂) less the sums
    /// of p² / (p₁² p₂) over the cell's row and of p² / (p₁ p₂²) over its column (Y. Bishop, S. Fienberg, P. Holland,
    /// "Discrete Multivariate Analysis", 1975, chapter 14). So few rows where fewer are expected, which make χ² large, make
    /// its error large too.
    var association: (excess: Double, error: Double, errorOfNone: Double, strength: Double)? {
      Margins(self).map { margins in
        let n = Double(rows), freedom = Double((margins.rows.count - 1) * (margins.columns.count - 1))
        let excess = max(0, square(margins) - freedom / n)
        return (
          excess, (variance(margins) / n + 2 * freedom / (n * n)).squareRoot(), (2 * freedom).squareRoot() / n,
          (excess / Double(margins.least)).squareRoot()
        )
      }
    }

    /// The counts of each row and column that occur.
    private struct Margins {
      var rows: [Int: Double] = [:], columns: [Int: Double] = [:]

      /// The lesser of r − 1 and c − 1.
      var least: Int { min(rows.count, columns.count) - 1 }

      /// Nil where a column has one level.
      init?(_ counts: Contingency) {
        for key in counts.keys {
          rows[key / counts.width, default: 0] += Double(counts.count(key))
          columns[key % counts.width, default: 0] += Double(counts.count(key))
        }
        guard least > 0 else { return nil }
      }
    }

    /// χ² / n = Σ observed² / (row total · column total) − 1.
    private func square(_ margins: Margins) -> Double {
      keys.reduce(0) { sum, key in
        let observed = Double(count(key))
        return sum + observed * (observed / (margins.rows[key / width]! * margins.columns[key % width]!))
      } - 1
    }

    /// The variance of χ² / n, times n, by the delta method.
    private func variance(_ margins: Margins) -> Double {
      let n = Double(rows)
      var ofRows: [Int: Double] = [:], ofColumns: [Int: Double] = [:]
      let cells = keys.map { key in
        let row = margins.rows[key / width]!, column = margins.columns[key % width]!, observed = Double(count(key))
        let ratio = n * observed / (row * column)
        ofRows[key / width, default: 0] += ratio * observed / row
        ofColumns[key % width, default: 0] += ratio * observed / column
        return (key: key, share: observed / n, ratio: ratio)
      }
      var mean = 0.0, square = 0.0
      for cell in cells {
        let slope = 2 * cell.ratio - ofRows[cell.key / width]! - ofColumns[cell.key % width]!
        mean += cell.share * slope
        square += cell.share * slope * slope
      }
      return max(0, square - mean * mean)
    }
  }
}
