extension TrainingSet {
  /// The log-loss, or the squared error over the variance, of a model on each row.
  func losses(of model: some FittedDownstreamModel) -> [Double] {
    let predictions = model.predict(features)
    switch target {
    case .classes(let codes, let occurring, let count):
      return codes.enumerated().map { Metrics.logLossTerm(predictions[$0 * count + occurring[$1]]) }
    case .numbers(let numbers, let mean, let deviation):
      return numbers.enumerated().map { row, number in
        let difference = (predictions[row] - mean) / deviation - number
        return difference * difference
      }
    }
  }

  /// The weighted mean of ``losses(of:)``.
  func loss(of model: some FittedDownstreamModel) -> Double {
    let losses = losses(of: model)
    guard let weights else { return losses.reduce(0, +) / Double(losses.count) }
    return zip(losses, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
  }
}
