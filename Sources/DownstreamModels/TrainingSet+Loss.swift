extension TrainingSet {
  /// The log-loss or another of classes, or the squared error over the variance, of a model on each row.
  func losses(of model: some FittedDownstreamModel, focal: FocalLoss? = nil) -> [Double] {
    let predictions = model.predict(features)
    switch target {
    case .classes(let codes, let occurring, let count):
      return codes.enumerated().map { row, code in
        let p = predictions[row * count + occurring[code]]
        return focal?.value(p, 1 - p) ?? Metrics.logLossTerm(p)
      }
    case .numbers(let numbers, let mean, let deviation):
      return numbers.enumerated().map { row, number in
        let difference = (predictions[row] - mean) / deviation - number
        return difference * difference
      }
    }
  }

  /// The weighted mean of ``losses(of:)``.
  func loss(of model: some FittedDownstreamModel, focal: FocalLoss? = nil) -> Double {
    let losses = losses(of: model, focal: focal)
    guard let weights else { return losses.reduce(0, +) / Double(losses.count) }
    return zip(losses, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
  }
}
