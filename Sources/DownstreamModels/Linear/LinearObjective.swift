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
  let weights: [Double]?
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
    self.weights = weights
    self.ridge = ridge
    self.gang = gang
    mass = weights.map { $0.reduce(0, +) } ?? Double(rows.count)
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
    let outputs = outputs
    let width = rows.width
    let intercepts = parameters + outputs * width
    // What centring takes off is the same for every row.
    let offsets = (0..<outputs).map { output in
      rows.centres.reduce(intercepts[output]) { $0 - parameters[output * width + $1.place] * $1.centre }
    }
    var loss = 0.0
    var scores = [Double](repeating: 0, count: outputs)
    var sums = scores
    part.gradient.withUnsafeMutableBufferPointer { gradient in
      rows.numbers.withUnsafeBufferPointer { numbers in
        rows.places.withUnsafeBufferPointer { places in
          scores.withUnsafeMutableBufferPointer { scores in
            gradient.update(repeating: 0)
            for row in part.rows {
              for output in 0..<outputs {
                scores[output] =
                  offsets[output]
                  + rows.score(row, parameters + output * width, numbers: numbers, places: places)
              }
              let weight = weights?[row] ?? 1
              loss += weight * replaceByResiduals(scores, row: row)
              for output in 0..<outputs {
                let residual = weight * scores[output]
                sums[output] += residual
                guard residual != 0, let start = gradient.baseAddress else { continue }
                rows.add(residual, row: row, to: start + output * width, numbers: numbers, places: places)
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

  /// The loss of a row; the scores become its derivatives by them.
  @inline(__always)
  private func replaceByResiduals(_ scores: UnsafeMutableBufferPointer<Double>, row: Int) -> Double {
    switch outcome {
    case .binary(let labels):
      let z = scores[0]
      let decay = Foundation.exp(-abs(z))
      scores[0] = (z >= 0 ? 1 / (1 + decay) : decay / (1 + decay)) - labels[row]
      return max(z, 0) - z * labels[row] + Foundation.log1p(decay)
    case .classes(let labels, let count):
      let own = scores[labels[row]]
      var largest = scores[0]
      for index in 1..<count { largest = max(largest, scores[index]) }
      var sum = 0.0
      for index in 0..<count {
        scores[index] = Foundation.exp(scores[index] - largest)
        sum += scores[index]
      }
      for index in 0..<count { scores[index] /= sum }
      scores[labels[row]] -= 1
      return largest + Foundation.log(sum) - own
    case .numbers(let numbers):
      let difference = scores[0] - numbers[row]
      scores[0] = difference
      return difference * difference / 2
    }
  }
}

extension DesignRows {
  @inline(__always)
  func score(
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

  @inline(__always)
  func add(
    _ amount: Double, row: Int, to gradient: UnsafeMutablePointer<Double>, numbers: UnsafeBufferPointer<Double>,
    places: UnsafeBufferPointer<Int32>
  ) {
    let start = row * dense
    for input in 0..<dense { gradient[input] += amount * numbers[start + input] }
    let first = row * lookups
    for lookup in 0..<lookups where places[first + lookup] >= 0 { gradient[Int(places[first + lookup])] += amount }
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
