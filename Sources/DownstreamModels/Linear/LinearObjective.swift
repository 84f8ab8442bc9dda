import CKernels
import Foundation

/// The mean loss of a linear model over rows, with an L2 penalty, and its gradient.
///
/// With inputs x, coefficients w and intercepts b: z = w·x + b; the loss of a row is log(1 + exp(−±z)) (two classes),
/// −log softmax(z) at its class (more), or ½ (z − y)² (numbers). Added is `ridge` ½ |w|²; intercepts go free. With `focal`
/// the loss of classes is that.
/// Parameters: the coefficients of each output, one output after another, then the intercepts.
struct LinearObjective: Sendable {
  let rows: DesignRows
  let outcome: Outcome
  let weights: [Double]
  var ridge: Double
  let focal: FocalLoss?
  private let mass: Double

  enum Outcome: Sendable {
    /// 0 or 1.
    case binary([Double])
    case classes([Int], count: Int)
    case numbers([Double])
  }

  init(_ rows: DesignRows, _ outcome: Outcome, weights: [Double]?, ridge: Double, focal: FocalLoss? = nil) {
    self.rows = rows
    self.outcome = outcome
    self.weights = weights ?? [Double](repeating: 1, count: rows.count)
    self.ridge = ridge
    self.focal = focal
    mass = self.weights.reduce(0, +)
  }

  static func outputs(_ outcome: Outcome) -> Int {
    if case .classes(_, let count) = outcome { count } else { 1 }
  }

  var outputs: Int { Self.outputs(outcome) }
  var parameterCount: Int { outputs * (rows.width + 1) }

  func callAsFunction(_ parameters: UnsafePointer<Double>, _ gradient: UnsafeMutablePointer<Double>) -> Double {
    for index in 0..<parameterCount { gradient[index] = 0 }
    var loss = sum(parameters, gradient)
    loss /= mass
    for index in 0..<parameterCount { gradient[index] /= mass }
    for index in 0..<outputs * rows.width {
      loss += ridge / 2 * parameters[index] * parameters[index]
      gradient[index] += ridge * parameters[index]
    }
    return loss
  }

  /// The weighted losses' sum; their gradient is added.
  private func sum(_ parameters: UnsafePointer<Double>, _ gradient: UnsafeMutablePointer<Double>) -> Double {
    // One loop for each kind of outcome: a choice inside it would cost as much as the sums.
    weights.withUnsafeBufferPointer { weights -> Double in
      guard let weights = weights.baseAddress else { return 0 }
      switch outcome {
      case .binary(let labels):
        return labels.withUnsafeBufferPointer { labels -> Double in
          guard let labels = labels.baseAddress else { return 0 }
          if let focal {
            return accumulate(parameters, gradient) { scores, rows in
              var loss = 0.0
              for (place, row) in rows.enumerated() {
                let own = focal.binary(scores[place], isSecond: labels[row] == 1)
                loss += weights[row] * own.loss
                scores[place] = weights[row] * own.gradient
              }
              return loss
            }
          }
          return accumulate(parameters, gradient) { scores, rows in
            kernel_logistic_loss(scores, labels + rows.lowerBound, weights + rows.lowerBound, rows.count)
          }
        }
      case .classes(let labels, let count):
        return accumulate(parameters, gradient) { scores, rows in
          var loss = 0.0
          for (place, row) in rows.enumerated() {
            let own = scores + place * count
            guard let focal else {
              loss += weights[row] * classLoss(own, of: labels[row], count, weight: weights[row])
              continue
            }
            let focused = focal.several(.init(start: own, count: count), label: labels[row])
            loss += weights[row] * focused.loss
            own[labels[row]] -= 1
            for index in 0..<count { own[index] *= weights[row] * focused.factor }
          }
          return loss
        }
      case .numbers(let numbers):
        return accumulate(parameters, gradient) { scores, rows in
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

  /// Sums the losses of all rows, and adds their gradient. `residuals` is given the scores of some rows
  /// `[rows, outputs]`, puts the derivatives of their weighted losses in their place, and returns the losses' sum.
  @inline(__always)
  private func accumulate(
    _ parameters: UnsafePointer<Double>, _ gradient: UnsafeMutablePointer<Double>,
    _ residuals: (_ scores: UnsafeMutablePointer<Double>, _ rows: Range<Int>) -> Double
  ) -> Double {
    let outputs = outputs
    let width = rows.width
    let intercepts = outputs * width
    // What centring takes off is the same for every row.
    let offsets = (0..<outputs).map { output in
      rows.centres.reduce(parameters[intercepts + output]) { $0 - parameters[output * width + $1.place] * $1.centre }
    }
    let count = rows.count
    let dense = rows.dense
    let lookups = rows.lookups
    var loss = 0.0
    rows.numbers.withUnsafeBufferPointer { numbers in
      rows.places.withUnsafeBufferPointer { places in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.block * outputs) { scores in
          guard let scores = scores.baseAddress else { return }
          for first in stride(from: 0, to: count, by: Self.block) {
            let some = first..<min(first + Self.block, count)
            for row in some {
              for output in 0..<outputs {
                let coefficients = parameters + output * width
                var score = offsets[output]
                for input in 0..<dense { score += numbers[row * dense + input] * coefficients[input] }
                for lookup in row * lookups..<(row + 1) * lookups where places[lookup] >= 0 {
                  score += coefficients[Int(places[lookup])]
                }
                scores[(row - first) * outputs + output] = score
              }
            }
            loss += residuals(scores, some)
            for row in some {
              for output in 0..<outputs {
                let residual = scores[(row - first) * outputs + output]
                let target = gradient + output * width
                for input in 0..<dense { target[input] += residual * numbers[row * dense + input] }
                for lookup in row * lookups..<(row + 1) * lookups where places[lookup] >= 0 {
                  target[Int(places[lookup])] += residual
                }
                gradient[intercepts + output] += residual
              }
            }
          }
        }
      }
    }
    for output in 0..<outputs {
      for (place, centre) in rows.centres {
        gradient[output * width + place] -= gradient[intercepts + output] * centre
      }
    }
    return loss
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
