/// How trees are grown, in XGBoost's terms.
struct TreeGrowth: Sendable {
  /// Whether leaves hold steps on the log-odds (boosting) or mean outcomes (a single tree, a forest).
  var kind: Kind
  var rounds: Int
  var treesPerRound = 1
  var depth: Int
  var learningRate = 1.0
  /// Boosting: the least sum of second derivatives in a leaf. Means: the least number of rows.
  var minimumLeaf = 1.0
  /// What shrinks leaves towards the prior: as many rows of it.
  var regularization = 1.0
  /// The share of the rows that each tree sees, drawn without replacement.
  var rowShare = 1.0
  /// The share of the columns that each split looks at.
  var columnShare = 1.0
  var bins = 256
  /// The loss of classes that boosting follows, where it is not the log-loss.
  var focal: FocalLoss?

  enum Kind { case boosting, means }

  func grow(_ set: TrainingSet, seed: UInt64) throws(DownstreamError) -> FittedTrees {
    guard !set.features.columns.isEmpty else { return FittedTrees(prior: set) }
    let labels: [Float]
    switch set.target {
    case .classes(let codes, _, _): labels = codes.map { Float($0) }
    case .numbers(let numbers, _, _): labels = numbers.map { Float($0) }
    }
    // The library multiplies weights with derivatives and never normalises: a mean of 1 keeps the meaning of the
    // other settings.
    let mass = set.weights.map { $0.reduce(0, +) / Double($0.count) } ?? 1
    let levels = CommonLevels(set.features)
    let matrix = try DataMatrix(
      levels.applied(to: set.features), labels: labels, weights: set.weights.map { $0.map { $0 / mass } })
    let booster = try Booster(
      matrix, columns: set.features.columns.count, rounds: rounds, parameters: parameters(for: set, seed: seed),
      objective: objective(for: set, mass: mass))
    return FittedTrees(
      booster, form: OutcomeForm(set.target), link: link(for: set.target), levels: levels,
      columns: set.features.columns.count)
  }

  private func parameters(for set: TrainingSet, seed: UInt64) -> [String: String] {
    let outputs = set.target.outputs
    let prior = set.target.prior(weights: set.weights)
    var parameters: [String: String] = [
      "tree_method": "hist", "nthread": "1", "verbosity": "0", "seed": "\(seed & 0x7FFF_FFFF)",
      "max_depth": "\(depth)", "eta": "\(learningRate)", "lambda": "\(regularization)",
      "subsample": "\(rowShare)", "colsample_bynode": "\(columnShare)", "num_parallel_tree": "\(treesPerRound)",
      "max_bin": "\(bins)", "min_child_weight": "\(minimumLeaf)",
    ]
    switch set.target {
    case .classes where outputs > 1:
      parameters["objective"] = "multi:softprob"
      parameters["num_class"] = "\(outputs)"
      parameters["base_score"] = "0"
      if kind == .means {  // The second derivative of a row is 2 p (1 − p) with p = 1 / classes.
        let curvature = TreeGrowth.curvature(outputs)
        parameters["min_child_weight"] = "\(minimumLeaf * curvature)"
        parameters["lambda"] = "\(regularization * curvature)"
      }
    case .classes:
      parameters["objective"] = kind == .boosting ? "binary:logistic" : "reg:squarederror"
      parameters["base_score"] = "\(min(max(prior[1], 1e-6), 1 - 1e-6))"
    case .numbers:
      parameters["objective"] = "reg:squarederror"
      parameters["base_score"] = "0"
    }
    return parameters
  }

  /// The focal loss in the library's terms.
  private func objective(for set: TrainingSet, mass: Double) -> Booster.Objective? {
    guard let focal, kind == .boosting, case .classes(let codes, let occurring, _) = set.target else { return nil }
    let classes = occurring.count
    return { margins in
      var gradient = [Float](repeating: 0, count: margins.count), curvature = gradient
      for (row, label) in codes.enumerated() {
        let weight = (set.weights?[row] ?? 1) / mass
        if classes == 2 {
          let own = focal.binary(Double(margins[row]), isSecond: label == 1)
          gradient[row] = Float(weight * own.gradient)
          curvature[row] = Float(weight * own.curvature)
          continue
        }
        let first = row * classes
        var p = (0..<classes).map { Double(margins[first + $0]) }
        let scale = weight * p.withUnsafeMutableBufferPointer { focal.several($0, label: label).factor }
        for place in 0..<classes {
          gradient[first + place] = Float(scale * (p[place] - (place == label ? 1 : 0)))
          // Twice, as the library has it for the log-loss.
          curvature[first + place] = Float(2 * scale * p[place] * (1 - p[place]))
        }
      }
      return (gradient, curvature)
    }
  }

  private func link(for target: TrainingSet.Target) -> FittedTrees.Link {
    if case .classes = target, target.outputs > 1, kind == .means { return .firstStep(classes: target.outputs) }
    return .value
  }

  static func curvature(_ classes: Int) -> Double { 2 / Double(classes) * (1 - 1 / Double(classes)) }
}
