import Foundation
import Tensors

/// The operations of the tape in plain Double arithmetic, as their sources state them.
enum Reference {
  static func activation(_ kind: Activation, _ x: Double) -> Double {
    switch kind {
    case .relu: max(x, 0)
    case .silu: x / (1 + exp(-x))
    case .gelu: 0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .tanh: Foundation.tanh(x)
    case .sigmoid: 1 / (1 + exp(-x))
    }
  }

  static func addingRow(_ x: Matrix, _ row: Matrix) -> Matrix {
    var result = x
    for r in 0..<x.rows { for c in 0..<x.columns { result[r, c] += row[0, c] } }
    return result
  }

  static func layerNorm(_ x: Matrix, _ gain: Matrix, _ bias: Matrix, epsilon: Double = 1e-5) -> Matrix {
    var result = x
    for r in 0..<x.rows {
      let row = x.rows(r..<r + 1).values
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      for c in 0..<x.columns {
        result[r, c] = (row[c] - mean) / (variance + epsilon).squareRoot() * gain[0, c] + bias[0, c]
      }
    }
    return result
  }

  static func logSum(_ x: [Double]) -> Double {
    let top = x.max()!
    return top + log(x.reduce(0) { $0 + exp($1 - top) })
  }

  static func softmax(_ x: Matrix, scale: Double = 1) -> Matrix {
    var result = x
    for r in 0..<x.rows {
      let row = x.rows(r..<r + 1).values.map { $0 * scale }
      for c in 0..<x.columns { result[r, c] = exp(row[c] - logSum(row)) }
    }
    return result
  }

  static func crossEntropy(_ logits: [Double], target: Int) -> Double { logSum(logits) - logits[target] }

  /// −ln Σₖ softmax(logits)ₖ N(z; meanₖ, e^(log deviationₖ)) of logits | means | log deviations; the last means are
  /// anchors and multiples of the deviation.
  static func mixture(_ x: [Double], value z: Double, anchors: [Double] = []) -> Double {
    let count = x.count / 3
    let range = LossTerm.logDeviationRange
    return logSum(Array(x[0..<count]))
      - logSum(
        (0..<count).map {
          let s = min(max(x[2 * count + $0], Double(range.lowerBound)), Double(range.upperBound))
          let alone = count - anchors.count
          let mean = $0 < alone ? x[count + $0] : anchors[$0 - alone] + x[count + $0] * exp(s)
          let d = (z - mean) * exp(-s)
          return x[$0] - 0.5 * d * d - s - 0.5 * log(2 * .pi)
        })
  }

  /// The axes `[outer, first, second, width]` with the middle two exchanged.
  static func swappingAxes(_ x: Matrix, _ outer: Int, _ first: Int, _ second: Int, _ width: Int) -> Matrix {
    var result = Matrix(zeros: outer * first * second, width)
    for o in 0..<outer {
      for a in 0..<first {
        for b in 0..<second {
          for w in 0..<width {
            result.values[((o * second + b) * first + a) * width + w] =
              x.values[((o * first + a) * second + b) * width + w]
          }
        }
      }
    }
    return result
  }
}
