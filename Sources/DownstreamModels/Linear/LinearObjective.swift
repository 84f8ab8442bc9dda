import CKernels
import Foundation
import Tensors

/// The mean loss of a linear model over rows, with an L2 penalty, and its gradient.
///
/// With inputs x, coefficients w and intercepts b: z = w·x + b; the loss of a row is log(1 + exp(−±z)) (two classes),
/// −log softmax(z) at its class (more), or ½ (z − y)² (numbers). Added is `ridge` ½ |w|²; intercepts go free.
/// Parameters: the coefficients of each output, one output after another, then the intercepts.
struct LinearObjective: @unchecked Sendable {
  let rows: DesignRows
  let outcome: Outcome
  let weights: [Double]
  var ridge: Double
  private let mass: Double
  private let gang: ThreadGang?
  private let parts: [Part]

  enum Outcome: Sendable {
    /// 0 or 1.
    case binary([Double])
    case classes([Int], count: Int)
    case numbers([Double])
  }

  /// Rows that one thread sums, and its sums. Unchecked: a part is one thread's at a time.
  private final class Part: @unchecked Sendable {
    let rows: Range<Int>
    var gradient: [Double]
    var loss = 0.0
    init(rows: Range<Int>, parameters: Int) {
      self.rows = rows
      gradient = [Double](repeating: 0, count: parameters)
    }
  }

  init(_ rows: DesignRows, _ outcome: Outcome, weights: [Double]?, ridge: Double, gang: ThreadGang? = nil) {
    self.rows = rows
    self.outcome = outcome
    self.weights = weights ?? [Double](repeating: 1, count: rows.count)
    self.ridge = ridge
    self.gang = gang
    mass = self.weights.reduce(0, +)
    // Parts depend on the rows alone, so that sums do not depend on the threads.
    let size = max(1024, (rows.count + 15) / 16)
    let parameters = Self.outputs(outcome) * (rows.width + 1)
    parts = stride(from: 0, to: rows.count, by: size).map {
      Part(rows: $0..<min($0 + size, rows.count), parameters: parameters)
    }
  }

  static func outputs(_ outcome: Outcome) -> Int {
    if case .classes(_, let count) = outcome { count } else { 1 }
  }

  var outputs: Int { Self.outputs(outcome) }
  var parameterCount: Int { outputs * (rows.width + 1) }

  func callAsFunction(_ parameters: UnsafePointer<Double>, _ gradient: UnsafeMutablePointer<Double>) -> Double {
    let place = Place(parameters: parameters)
    if let gang {
      gang.run(parts.count) { sum(parts[$0], at: place.parameters) }
    } else {
      for part in parts { sum(part, at: parameters) }
    }
    let coefficients = outputs * rows.width
    var loss = 0.0
    for index in 0..<parameterCount { gradient[index] = 0 }
    for part in parts {
      loss += part.loss
      for index in 0..<parameterCount { gradient[index] += part.gradient[index] }
    }
    loss /= mass
    for index in 0..<parameterCount { gradient[index] /= mass }
    for index in 0..<coefficients {
      loss += ridge / 2 * parameters[index] * parameters[index]
      gradient[index] += ridge * parameters[index]
    }
    return loss
  }

  /// A pointer that threads read through.
  private struct Place: @unchecked Sendable { let parameters: UnsafePointer<Double> }

  private func sum(_ part: Part, at parameters: UnsafePointer<Double>) {
    // One loop for each kind of outcome: a choice inside it would cost as much as the sums.
    weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      switch outcome {
      case .binary(let labels):
        labels.withUnsafeBufferPointer { labels in
          guard let labels = labels.baseAddress else { return }
          accumulate(part, at: parameters) { scores, rows in
            kernel_logistic_loss(scores, labels + rows.lowerBound, weights + rows.lowerBound, rows.count)
          }
        }
      case .classes(let labels, let count):
        accumulate(part, at: parameters) { scores, rows in
          var loss = 0.0
          for (place, row) in rows.enumerated() {
            loss += weights[row] * classLoss(scores + place * count, of: labels[row], count, weight: weights[row])
          }
          return loss
        }
      case .numbers(let numbers):
        accumulate(part, at: parameters) { scores, rows in
          var loss = 0.0
          for (place, row) in rows.enumerated() {
            let difference = scores[place] - numbers[row]
            loss += weights[row] * difference * difference / 2
            scores[place] = weights[row] * difference
          }
          return loss
        }
      }
    }
  }

  /// −log softmax at a class; its derivatives, weighted, take the place of the scores `[classes]`.
  private func classLoss(
    _ scores: UnsafeMutablePointer<Double>, of label: Int, _ classes: Int, weight: Double
  ) -> Double {
    let own = scores[label]
    var largest = scores[0]
    for index in 1..<classes { largest = max(largest, scores[index]) }
    var sum = 0.0
    for index in 0..<classes {
      scores[index] = Foundation.exp(scores[index] - largest)
      sum += scores[index]
    }
    for index in 0..<classes { scores[index] *= weight / sum }
    scores[label] -= weight
    return largest + Foundation.log(sum) - own
  }

  /// Rows whose scores are made before their losses are.
  private static let block = 64

  /// Sums the loss and the gradient of a part's rows. `residuals` is given the scores of some rows
  /// `[rows, outputs]`, puts the derivatives of their weighted losses in their place, and returns the losses' sum.
  @inline(__always)
  private func accumulate(
    _ part: Part, at parameters: UnsafePointer<Double>,
    _ residuals: (_ scores: UnsafeMutablePointer<Double>, _ rows: Range<Int>) -> Double
  ) {
    let outputs = outputs
    let width = rows.width
    let intercepts = parameters + outputs * width
    // What centring takes off is the same for every row.
    let offsets = (0..<outputs).map { output in
      rows.centres.reduce(intercepts[output]) { $0 - parameters[output * width + $1.place] * $1.centre }
    }
    var loss = 0.0
    var sums = [Double](repeating: 0, count: outputs)
    let dense = rows.dense
    let lookups = rows.lookups
    part.gradient.withUnsafeMutableBufferPointer { gradient in
      rows.numbers.withUnsafeBufferPointer { numbers in
        rows.places.withUnsafeBufferPointer { places in
          withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.block * outputs) { scores in
            guard let start = gradient.baseAddress, let scores = scores.baseAddress else { return }
            gradient.update(repeating: 0)
            for first in stride(from: part.rows.lowerBound, to: part.rows.upperBound, by: Self.block) {
              let some = first..<min(first + Self.block, part.rows.upperBound)
              for row in some {
                for output in 0..<outputs {
                  let coefficients = parameters + output * width
                  var score = offsets[output]
                  if let inputs = numbers.baseAddress {
                    for input in 0..<dense { score += inputs[row * dense + input] * coefficients[input] }
                  }
                  if let levels = places.baseAddress {
                    for lookup in row * lookups..<(row + 1) * lookups where levels[lookup] >= 0 {
                      score += coefficients[Int(levels[lookup])]
                    }
                  }
                  scores[(row - first) * outputs + output] = score
                }
              }
              loss += residuals(scores, some)
              for row in some {
                for output in 0..<outputs {
                  let residual = scores[(row - first) * outputs + output]
                  sums[output] += residual
                  let target = start + output * width
                  if let inputs = numbers.baseAddress {
                    for input in 0..<dense { target[input] += residual * inputs[row * dense + input] }
                  }
                  if let levels = places.baseAddress {
                    for lookup in row * lookups..<(row + 1) * lookups where levels[lookup] >= 0 {
                      target[Int(levels[lookup])] += residual
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    for output in 0..<outputs {
      part.gradient[outputs * width + output] = sums[output]
      for (place, centre) in rows.centres { part.gradient[output * width + place] -= sums[output] * centre }
    }
    part.loss = loss
  }
}

extension DesignRows {
  @inline(__always)
  private func score(
    _ row: Int, _ coefficients: UnsafePointer<Double>, numbers: UnsafeBufferPointer<Double>,
    places: UnsafeBufferPointer<Int32>
  ) -> Double {
    var score = 0.0
    let start = row * dense
    for input in 0..<dense { score += numbers[start + input] * coefficients[input] }
    let first = row * lookups
    for lookup in 0..<lookups where places[first + lookup] >= 0 { score += coefficients[Int(places[first + lookup])] }
    return score
  }

  /// Scores of all rows, `[rows, outputs]`.
  func scores(_ parameters: [Double], outputs: Int) -> [Double] {
    var result = [Double](repeating: 0, count: count * outputs)
    parameters.withUnsafeBufferPointer { parameters in
      numbers.withUnsafeBufferPointer { numbers in
        places.withUnsafeBufferPointer { places in
          guard let start = parameters.baseAddress else { return }
          for output in 0..<outputs {
            let coefficients = start + output * width
            let offset = centres.reduce(start[outputs * width + output]) { $0 - coefficients[$1.place] * $1.centre }
            for row in 0..<count {
              result[row * outputs + output] =
                offset + score(row, coefficients, numbers: numbers, places: places)
            }
          }
        }
      }
    }
    return result
  }
}
