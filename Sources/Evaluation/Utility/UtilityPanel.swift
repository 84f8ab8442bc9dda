import DownstreamModels
import Tensors

/// The panel of models, trained on both arms side by side.
struct UtilityPanel {
  private let problem: UtilityProblem
  private let seed: UInt64
  private let threads: Int

  init(_ problem: UtilityProblem, seed: UInt64, threads: Int) {
    self.problem = problem
    self.seed = seed
    self.threads = threads
  }

  /// The models, the dearest first: threads that share the work then end together.
  private static let models: [any DownstreamModel] = [
    GradientBoosting(), RandomForest(), LinearModel(.lasso), LinearModel(.ridge), DecisionTree(),
  ]
  /// Who stands in for them where predictions out of fold are made, from some thousand rows each: boosting in
  /// fewer and longer steps, which differs little and takes a fifth of the time, and a forest of half as many trees.
  private static let folding: [any DownstreamModel] =
    [GradientBoosting(trees: 60, learningRate: 0.3, bins: 64), RandomForest(trees: 20)] + models.dropFirst(2)
  /// The order in which they are told, the stack after them.
  private static let order = [3, 2, 4, 1, 0]
  private static let folds = 3
  private static let stackName = "stack"

  /// A piece of work.
  private enum Task: Sendable {
    case boosting(arm: Int)
    case model(Int, arm: Int)
    case fold(Int, model: Int, arm: Int)
    case selection
  }

  /// What came of it.
  private enum Product: Sendable {
    case boosting(BoostedArm)
    case predictions([Double])
    case fold(Result<[Double], DownstreamError>)
    case selection(BackwardElimination.Findings)
    case failure(DownstreamError)
  }

  /// What is asked of gradient boosting.
  private struct BoostedArm: Sendable {
    let predictions: [Double], gains: [Double], contributions: [Double]
  }

  func utility() -> Utility {
    let arms = [problem.real, problem.synthetic]
    let folding = arms.map {
      OutOfFoldWork($0.features, $0.outcome, folds: Self.folds, maximumRows: Utility.maximumFoldRows, seed: seed)
    }
    var tasks: [Task] = [.boosting(arm: 0), .boosting(arm: 1), .selection]
    for model in Self.models.indices {
      for arm in 0..<2 {
        if model > 0 { tasks.append(.model(model, arm: arm)) }
        for fold in 0..<Self.folds { tasks.append(.fold(fold, model: model, arm: arm)) }
      }
    }
    let work = tasks
    let products = sideBySide(work.count, threads: threads) { run(work[$0], arms: arms, folding: folding) }
    var boosted: [Result<BoostedArm, DownstreamError>] = []
    var held = [[Result<[Double], DownstreamError>?]](repeating: [nil, nil], count: Self.models.count)
    var folded = [[[Result<[Double], DownstreamError>]]](repeating: [[], []], count: Self.models.count)
    var selection: BackwardElimination.Findings?
    for (task, product) in zip(work, products) {
      switch (task, product) {
      case (.boosting(let arm), .boosting(let result)):
        boosted.append(.success(result))
        held[0][arm] = .success(result.predictions)
      case (.boosting(let arm), .failure(let error)):
        boosted.append(.failure(error))
        held[0][arm] = .failure(error)
      case (.model(let model, let arm), .predictions(let predictions)): held[model][arm] = .success(predictions)
      case (.model(let model, let arm), .failure(let error)): held[model][arm] = .failure(error)
      case (.fold(_, let model, let arm), .fold(let result)): folded[model][arm].append(result)
      case (.selection, .selection(let findings)): selection = findings
      default: break
      }
    }
    var scores = [[ModelScores]](repeating: [], count: 2)
    for arm in 0..<2 {
      var outOfFold: [[Double]] = []
      var stacked: [[Double]] = []
      for model in Self.order {
        let predictions = held[model][arm] ?? .failure(.noRows)
        let training = Result { () throws(DownstreamError) in try folding[arm].joined(folded[model][arm]) }
        scores[arm].append(
          ModelScores(
            Self.models[model].name, predictions, training: try? training.get(), trainingRows: folding[arm].rows,
            arm: arms[arm], holdout: problem.holdout))
        if case .success(let seen) = predictions, case .success(let unseen) = training {
          stacked.append(seen)
          outOfFold.append(unseen)
        }
      }
      scores[arm].append(stack(stacked, outOfFold, rows: folding[arm].rows, arm: arms[arm]))
    }
    return assembled(scores, boosted: boosted, selection: selection)
  }

  private func run(_ task: Task, arms: [UtilityProblem.Rows], folding: [OutOfFoldWork]) -> Product {
    do throws(DownstreamError) {
      switch task {
      case .boosting(let arm):
        let trees = try GradientBoosting().grow(arms[arm].features, arms[arm].outcome, seed: seed)
        let some = Folds.sample(
          Utility.explainedRows, of: problem.holdout.features.rowCount,
          stream: RandomStream(seed: seed).child(StreamUse.explained))
        return .boosting(
          BoostedArm(
            predictions: trees.predict(problem.holdout.features), gains: shares(trees.totalGains()),
            contributions: shares(trees.meanContributions(problem.holdout.features.rows(some)))))
      case .model(let model, let arm):
        let fitted = try Self.models[model].fit(
          arms[arm].features, arms[arm].outcome, weights: nil, seed: seed, threads: 1)
        return .predictions(fitted.predict(problem.holdout.features))
      case .fold(let fold, let model, let arm):
        return .fold(folding[arm].predictions(of: Self.folding[model], fold: fold))
      case .selection:
        return .selection(
          try BackwardElimination().search(problem.real.features, problem.real.outcome, seed: seed))
      }
    } catch {
      return .failure(error)
    }
  }

  private func shares(_ amounts: [Double]) -> [Double] {
    let sum = amounts.reduce(0, +)
    return amounts.map { sum > 0 ? $0 / sum : 0 }
  }

  private func stack(
    _ predictions: [[Double]], _ outOfFold: [[Double]], rows: [Int], arm: UtilityProblem.Rows
  ) -> ModelScores {
    let fold = OutOfFold(rows: rows, predictions: outOfFold)
    let result = Result { () throws(DownstreamError) in
      guard !outOfFold.isEmpty else { throw .tooFewRows(rows.count, needed: 2 * Self.folds) }
      return try StackTop(fold, arm.outcome, seed: seed)
    }
    let combined = result.map { $0.combine(predictions, rows: problem.holdout.features.rowCount) }
    let training = (try? result.get())?.combine(outOfFold, rows: rows.count)
    return ModelScores(
      Self.stackName, combined, training: training, trainingRows: rows, arm: arm, holdout: problem.holdout)
  }

  private func assembled(
    _ scores: [[ModelScores]], boosted: [Result<BoostedArm, DownstreamError>],
    selection: BackwardElimination.Findings?
  ) -> Utility {
    let arms = UtilityDetails.Arm.allCases
    let main: ModelMetric = problem.classes == nil ? .r2 : .rocAUC
    let names = problem.real.features.names
    let boosting = Self.order.firstIndex(of: 0) ?? 0
    let real = try? boosted[0].get()
    let synthetic = try? boosted[1].get()
    let figures: [FigureID: Figure] = [
      .utilityReal: scores[0][boosting].figure(main), .utilitySynthetic: scores[1][boosting].figure(main),
      .modelRanking: modelRanking(scores, by: main),
      .featureRanking: featureRanking(real?.contributions, synthetic?.contributions),
    ]
    let none = [Double](repeating: 0, count: names.count)
    let features = names.indices.map { column in
      UtilityDetails.FeatureScore(
        name: names[column], gainReal: (real?.gains ?? none)[column],
        gainSynthetic: (synthetic?.gains ?? none)[column], shapReal: (real?.contributions ?? none)[column],
        shapSynthetic: (synthetic?.contributions ?? none)[column])
    }
    let details = UtilityDetails(
      target: problem.target, task: problem.classes == nil ? .regression : .classification,
      classes: problem.classes ?? [],
      scores: zip(arms, scores).flatMap { arm, scores in
        scores.map { UtilityDetails.ModelScore(model: $0.name, arm: arm, metrics: $0.metrics) }
      }, features: features,
      selection: selection.map { findings in
        UtilityDetails.FeatureSelection(
          lossWithAll: findings.lossWithAll,
          steps: findings.steps.map { .init(feature: names[$0.column], loss: $0.loss) },
          canBeLeftOut: findings.canBeLeftOut.map { names[$0] })
      },
      calibration: zip(arms, scores).compactMap { arm, scores in scores[boosting].calibration(of: arm) })
    return Utility(figures: figures, details: details, notes: problem.notes)
  }

  private func modelRanking(_ scores: [[ModelScores]], by metric: ModelMetric) -> Figure {
    let pairs = zip(scores[0], scores[1]).compactMap { real, synthetic -> (Double, Double)? in
      guard let a = real.figure(metric).value, let b = synthetic.figure(metric).value else { return nil }
      return (a, b)
    }
    guard pairs.count == scores[0].count else {
      return Figure(notApplicable: "not every model could be scored in both arms")
    }
    return Metrics.kendall(pairs.map(\.0), pairs.map(\.1)).map { Figure($0) }
      ?? Figure(notApplicable: "all models score alike")
  }

  private func featureRanking(_ real: [Double]?, _ synthetic: [Double]?) -> Figure {
    guard let real, let synthetic else {
      return Figure(notApplicable: "gradient boosting could not be trained in both arms")
    }
    guard real.count > 1 else { return Figure(notApplicable: "there are fewer than two features to rank") }
    return Metrics.spearman(real, synthetic).map { Figure($0) }
      ?? Figure(notApplicable: "no feature matters more than another")
  }
}
