import Tensors

/// Rows that can be learned from, with outcomes in the form that the libraries take.
///
/// Classes that do not occur are left out of the coding, so that no library spends time on them; numbers are
/// standardised, so that their unit matters to none.
struct TrainingSet: Sendable {
  var features: Features
  var weights: [Double]?
  var target: Target

  enum Target: Sendable {
    /// Codes among the classes that occur, ascending, of `count` in all.
    case classes(codes: [Int], occurring: [Int], count: Int)
    /// Numbers less their mean, over their deviation.
    case numbers([Double], mean: Double, deviation: Double)
  }

  var rowCount: Int { features.rowCount }

  init(_ features: Features, _ outcome: Outcome, weights: [Double]?) throws(DownstreamError) {
    precondition(features.rowCount == outcome.rowCount, "each row of features needs one outcome")
    precondition(weights.map { $0.count == features.rowCount } ?? true, "each row needs one weight")
    let kept = (0..<outcome.rowCount).filter { row in
      let weighs = weights.map { $0[row] > 0 && $0[row].isFinite } ?? true
      return weighs && outcome.isKnown(row)
    }
    guard !kept.isEmpty else { throw .noRows }
    let all = kept.count == features.rowCount
    let outcome = all ? outcome : outcome.rows(kept)
    self.features = all ? features : features.rows(kept)
    self.weights = weights.map { weights in kept.map { weights[$0] } }
    switch outcome {
    case .classes(let classes, let count):
      var code = [Int](repeating: -1, count: count)
      for label in classes { code[label] = 0 }
      let occurring = (0..<count).filter { code[$0] == 0 }
      guard occurring.count > 1 else { throw .oneOutcome }
      for (position, label) in occurring.enumerated() { code[label] = position }
      target = .classes(codes: classes.map { code[$0] }, occurring: occurring, count: count)
    case .numbers(let numbers):
      let scale = numbers.reduce(0) { max($0, abs($1)) }
      guard let first = numbers.first, numbers.contains(where: { $0 != first }) else { throw .oneOutcome }
      // Scaled first: the squares of numbers near the end of the range of Double would overflow.
      let scaled = numbers.map { $0 / scale }
      let weighed = self.weights ?? [Double](repeating: 1, count: scaled.count)
      let mass = weighed.reduce(0, +)
      let mean = zip(weighed, scaled).reduce(0) { $0 + $1.0 * $1.1 } / mass
      let variance = zip(weighed, scaled).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
      let deviation = (variance / mass).squareRoot()
      guard deviation > 0 else { throw .oneOutcome }
      target = .numbers(scaled.map { ($0 - mean) / deviation }, mean: mean * scale, deviation: deviation * scale)
    }
  }

  /// The rows of the set at the given places.
  func rows(_ places: [Int]) -> TrainingSet {
    var copy = self
    copy.features = features.rows(places)
    copy.weights = weights.map { weights in places.map { weights[$0] } }
    switch target {
    case .classes(let codes, let occurring, let count):
      copy.target = .classes(codes: places.map { codes[$0] }, occurring: occurring, count: count)
    case .numbers(let numbers, let mean, let deviation):
      copy.target = .numbers(places.map { numbers[$0] }, mean: mean, deviation: deviation)
    }
    return copy
  }

  /// All rows, or of more than `limit` a random part.
  func sample(_ limit: Int, stream: RandomStream) -> TrainingSet {
    rowCount > limit ? rows(Folds.sample(limit, of: rowCount, stream: stream)) : self
  }

  /// A random part of the rows and the rest, by class where there are classes.
  func split(holdingOut share: Double, stream: RandomStream) -> (training: [Int], validation: [Int]) {
    let fold = target.outcome.folds(max(2, Int((1 / share).rounded())), stream: stream)
    return (fold.indices.filter { fold[$0] != 0 }, fold.indices.filter { fold[$0] == 0 })
  }
}

extension TrainingSet.Target {
  /// What to predict without looking at any feature: the shares of the occurring classes, or 0, the mean.
  func prior(weights: [Double]?) -> [Double] {
    guard case .classes(let codes, let occurring, _) = self else { return [0] }
    var mass = [Double](repeating: 0, count: occurring.count)
    for (row, code) in codes.enumerated() { mass[code] += weights?[row] ?? 1 }
    let sum = mass.reduce(0, +)
    return mass.map { $0 / sum }
  }

  /// The outcomes in the form of the set.
  var outcome: Outcome {
    switch self {
    case .classes(let codes, _, let count): .classes(codes, count: count)
    case .numbers(let numbers, _, _): .numbers(numbers)
    }
  }

  /// The number of predictions for each row: one for two classes and for numbers.
  var outputs: Int {
    switch self {
    case .classes(_, let occurring, _): occurring.count == 2 ? 1 : occurring.count
    case .numbers: 1
    }
  }
}

/// How a model's own outputs become predictions over all classes, or numbers in the outcome's unit.
enum OutcomeForm: Sendable, Codable {
  case classes(occurring: [Int], count: Int)
  case numbers(mean: Double, deviation: Double)

  init(_ target: TrainingSet.Target) {
    switch target {
    case .classes(_, let occurring, let count): self = .classes(occurring: occurring, count: count)
    case .numbers(_, let mean, let deviation): self = .numbers(mean: mean, deviation: deviation)
    }
  }

  /// Probabilities of the occurring classes (of the second alone where there are two) or standardised numbers, `rows`
  /// of them, to what ``FittedDownstreamModel/predict(_:)`` gives.
  func predictions(_ outputs: [Double], rows: Int) -> [Double] {
    switch self {
    case .numbers(let mean, let deviation):
      return outputs.map { number in
        let prediction = mean + deviation * number
        return prediction.isFinite ? prediction : mean
      }
    case .classes(let occurring, let count):
      var result = [Double](repeating: 0, count: rows * count)
      for row in 0..<rows {
        if occurring.count == 2 {
          let probability = min(max(outputs[row], 0), 1)
          result[row * count + occurring[0]] = 1 - probability
          result[row * count + occurring[1]] = probability
        } else {
          let start = row * occurring.count
          let sum = (0..<occurring.count).reduce(0) { $0 + max(outputs[start + $1], 0) }
          for (position, label) in occurring.enumerated() {
            result[row * count + label] =
              sum > 0 ? max(outputs[start + position], 0) / sum : 1 / Double(occurring.count)
          }
        }
      }
      return result
    }
  }
}

extension Outcome {
  /// Whether the outcome of a row is there.
  public func isKnown(_ row: Int) -> Bool {
    switch self {
    case .classes(let classes, let count): classes[row] >= 0 && classes[row] < count
    case .numbers(let numbers): numbers[row].isFinite
    }
  }
}

/// What is predicted where there are no features: the same for every row.
struct FittedPrior: FittedDownstreamModel {
  let form: OutcomeForm
  let outputs: [Double]

  init(_ set: TrainingSet) {
    form = OutcomeForm(set.target)
    let prior = set.target.prior(weights: set.weights)
    outputs = prior.count == 2 ? [prior[1]] : prior
  }

  func predict(_ features: Features) -> [Double] {
    form.predictions((0..<features.rowCount).flatMap { _ in outputs }, rows: features.rowCount)
  }
}
