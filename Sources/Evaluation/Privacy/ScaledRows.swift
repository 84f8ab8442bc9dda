import DownstreamModels
import Neighbours

/// Numbers brought to 0...1 by the range of some real rows, and categories as if one-hot: the space in which the field
/// measures distances between rows. A missing number lies at 0, a missing category is a category.
struct ScaledRows {
  var numbers: [[Double]], codes: [[Int32]]
  var levels: [Int]
  var rowCount: Int

  /// The ranges of the numbers of some rows.
  struct Scale {
    private var low: [Double], greatest: [Double], range: [Double]

    init(_ rows: Features) {
      (low, greatest, range) = ([], [], [])
      for case .numbers(let numbers) in rows.columns {
        var least = Double.infinity, most = -Double.infinity
        for number in numbers where number.isFinite {
          least = min(least, number)
          most = max(most, number)
        }
        low.append(least.isFinite ? least : 0)
        greatest.append(most)
        range.append(most > least ? most - least : 1)
      }
    }

    func apply(_ rows: Features) -> ScaledRows {
      var scaled = ScaledRows(numbers: [], codes: [], levels: [], rowCount: rows.rowCount)
      for column in rows.columns {
        switch column {
        case .numbers(let numbers):
          let low = low[scaled.numbers.count], range = range[scaled.numbers.count]
          // Held within what can be squared, whatever a synthetic number is.
          // Of the halves where the range itself is no number.
          let half = range.isFinite ? 0 : greatest[scaled.numbers.count] / 2 - low / 2
          scaled.numbers.append(
            numbers.map { number in
              guard number.isFinite else { return 0 }
              return min(1e9, max(-1e9, half == 0 ? (number - low) / range : (number / 2 - low / 2) / half))
            })
        case .categories(let codes, let levels):
          scaled.codes.append(codes)
          scaled.levels.append(levels)
        }
      }
      return scaled
    }
  }

  /// The rows as points: a category that differs adds 2 to the squared distance, as two one-hot columns do.
  var space: NeighbourSpace {
    NeighbourSpace(
      numbers: numbers, codes: codes, weights: [Double](repeating: 2, count: codes.count), rowCount: rowCount)
  }

  /// The mean of some rows, categories as shares.
  struct Centre {
    var numbers: [Double]
    /// By column and code + 1.
    var shares: [[Double]]
  }

  /// The mean row.
  var centre: Centre {
    let rows = Double(max(1, rowCount))
    return Centre(
      numbers: numbers.map { $0.reduce(0, +) / rows },
      shares: zip(codes, levels).map { codes, levels in
        var counts = [Double](repeating: 0, count: levels + 1)
        for code in codes { counts[Int(code) + 1] += 1 }
        return counts.map { $0 / rows }
      })
  }

  /// The Euclidean distance of each row to a centre: of a one-hot column with shares s, Σ s² + 1 − 2 s of its level.
  func distances(to centre: Centre) -> [Double] {
    var squares = [Double](repeating: 0, count: rowCount)
    for (column, mean) in zip(numbers, centre.numbers) {
      for row in 0..<rowCount { squares[row] += (column[row] - mean) * (column[row] - mean) }
    }
    for (column, shares) in zip(codes, centre.shares) {
      let constant = shares.reduce(1) { $0 + $1 * $1 }
      for row in 0..<rowCount { squares[row] += constant - 2 * shares[Int(column[row]) + 1] }
    }
    return squares.map { max(0, $0).squareRoot() }
  }
}
