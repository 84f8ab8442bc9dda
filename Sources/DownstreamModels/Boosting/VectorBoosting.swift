/// Boosted trees that predict several numbers of each row, some of which may be unknown in training.
///
/// The loss is the squared error. Every round grows one tree an output on the same bins of the columns. A missing cell goes
/// the way that each split found best for missing cells (T. Chen, C. Guestrin, "XGBoost: a scalable tree boosting system",
/// KDD 2016, algorithm 3). Where a row does not know an output it has neither gradient nor curvature, as if that output's
/// trees did not see the row.
public struct VectorBoosting: Sendable, Codable, Equatable {
  /// The most rounds.
  public var rounds: Int
  /// The depth of a tree.
  public var depth: Int
  /// By how much each tree's step is shortened.
  public var learningRate: Double
  /// What shrinks leaves towards 0: as many rows of it.
  public var regularization: Double
  /// The bins that a column is cut into.
  public var bins: Int

  /// Makes a model that has not learned.
  public init(
    rounds: Int = 100, depth: Int = 6, learningRate: Double = 0.3, regularization: Double = 0, bins: Int = 256
  ) {
    self.rounds = rounds
    self.depth = depth
    self.learningRate = learningRate
    self.regularization = regularization
    self.bins = bins
  }

  /// Rows to learn from or to judge by.
  public struct Rows: Sendable {
    /// `[rows, columns]`, row by row; NaN is missing.
    public var cells: [Float]
    /// `[rows, outputs]`, row by row; NaN is unknown.
    public var targets: [Float]

    /// Makes rows.
    public init(cells: [Float], targets: [Float]) {
      self.cells = cells
      self.targets = targets
    }
  }

  /// What a round came to.
  public struct Round: Sendable, Equatable {
    /// The number of rounds so far.
    public var number: Int
    /// The mean squared error of the outputs that are known, in training rows, and in those that judge.
    public var training: Double, heldOut: Double?
  }

  /// Learns. One thread works; the same arguments give the same trees.
  ///
  /// - Parameters:
  ///   - columns, outputs: how many of each a row has, 1 or more.
  ///   - heldOut: rows that are not learned from, whose error is measured.
  ///   - afterRound: called after every round; false ends the learning.
  public func fit(
    _ rows: Rows, columns: Int, outputs: Int, heldOut: Rows? = nil, afterRound: (Round) -> Bool = { _ in true }
  ) throws(DownstreamError) -> FittedVectorTrees {
    let booster = try grow(rows, columns: columns, outputs: outputs, heldOut: heldOut, afterRound: afterRound)
    return try FittedVectorTrees(xgboost: booster.bytes(), columns: columns, outputs: outputs)
  }

  /// The library's own model.
  func grow(
    _ rows: Rows, columns: Int, outputs: Int, heldOut: Rows? = nil, afterRound: (Round) -> Bool = { _ in true }
  ) throws(DownstreamError) -> Booster {
    precondition(
      rows.cells.count / columns == rows.targets.count / outputs, "each row of cells needs one row of targets")
    guard !rows.cells.isEmpty else { throw .noRows }
    let matrix = try DataMatrix(cells: rows.cells, columns: columns, outputs: outputs)
    let booster = try Booster(
      matrix, columns: columns, rounds: 0,
      parameters: [
        "tree_method": "hist", "nthread": "1", "verbosity": "0", "objective": "reg:squarederror", "base_score": "0",
        "max_depth": "\(depth)", "eta": "\(learningRate)", "lambda": "\(regularization)", "max_bin": "\(bins)",
      ])
    var judges: (matrix: DataMatrix, rows: Rows)?
    if let heldOut, !heldOut.cells.isEmpty {
      judges = (try DataMatrix(cells: heldOut.cells, columns: columns, outputs: outputs), heldOut)
    }
    var curvatures = rows.targets.map { Float($0.isNaN ? 0 : 1) }
    var gradients = zip(rows.targets, curvatures).map { $1 > 0 ? -$0 : 0 }
    for round in 1...max(rounds, 1) {
      try booster.boost(matrix, gradients: &gradients, curvatures: &curvatures)
      // The library adds the new trees to the predictions that it has kept of these matrices.
      let outputs = try booster.predict(matrix, .margin)
      var sum = 0.0
      for place in outputs.indices where curvatures[place] > 0 {
        let error = outputs[place] - rows.targets[place]
        gradients[place] = error
        sum += Double(error * error)
      }
      let known = curvatures.reduce(0.0) { $0 + Double($1) }
      var report = Round(number: round, training: sum / max(known, 1), heldOut: nil)
      if let judges {
        report.heldOut = try Self.error(booster.predict(judges.matrix, .margin), judges.rows.targets)
      }
      if !afterRound(report) { break }
    }
    return booster
  }

  /// The mean squared error of the outputs that are known.
  static func error(_ outputs: [Float], _ targets: [Float]) -> Double {
    var sum = 0.0, known = 0.0
    for (output, target) in zip(outputs, targets) where !target.isNaN {
      sum += Double((output - target) * (output - target))
      known += 1
    }
    return sum / max(known, 1)
  }
}
