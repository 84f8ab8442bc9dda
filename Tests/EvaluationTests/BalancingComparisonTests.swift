import DownstreamModels
import Tables
import Tensors
import Testing

@testable import Evaluation

/// Arms on tables whose answer is known.
@Suite struct BalancingComparisonTests {
  /// Two classes that x tells apart up to an overlap; a tenth of the rows is rare.
  static func problem(rows: Int = 600, folds: Int = 3) throws -> BalancingProblem {
    var random = RandomStream(seed: 4)
    let classes = (0..<rows).map { $0 % 10 == 0 ? 1 : 0 }
    let x = classes.map { Double(random.normal()) + 2 * Double($0) }
    let noise = classes.map { _ in Double(random.normal()) }
    let table = Table(columns: [
      Column(name: "x", values: .numbers(x)), Column(name: "noise", values: .numbers(noise)),
      Column(name: "class", values: .categories(indices: classes.map { Int32($0) }, levels: ["usual", "rare"])),
    ])
    let schema = Schema(columns: [
      ColumnSchema(name: "x", kind: .decimal(digits: 9)), ColumnSchema(name: "noise", kind: .decimal(digits: 9)),
      ColumnSchema(name: "class", kind: .category, levels: ["usual", "rare"]),
    ])
    return try BalancingProblem(
      table: table, schema: schema, target: "class", labels: ["usual", "rare"], classOfRow: classes, rare: [1],
      folds: folds)
  }

  /// Copies of rare rows, so that classes are equal.
  static let copies = BalancingArm(
    id: "copies",
    .rows { learning, _ in
      guard case .categories(let classes, _)? = learning["class"]?.values else { throw Refused() }
      let rare = classes.indices.filter { classes[$0] == 1 }
      let new = (0..<(classes.count - 2 * rare.count)).map { rare[$0 % rare.count] }
      return .init(rows: learning.rows(new), copies: new.count)
    })
  static let weights = BalancingArm(
    id: "weights",
    .weights { learning in
      guard case .categories(let classes, _)? = learning["class"]?.values else { throw Refused() }
      let rare = Double(classes.count { $0 == 1 })
      return classes.map { 0.5 / ($0 == 1 ? rare : Double(classes.count) - rare) }
    })
  static let refused = BalancingArm(id: "refused", .rows { _, _ in throw Refused() })

  struct Refused: Error, CustomStringConvertible { var description: String { "it does not suit" } }

  static let subject = BalancingResult.Subject(
    file: "made.csv", rows: 600, target: "class", classes: [], ratio: "auto", folds: 0, repeats: 0, seed: 0, seconds: 0,
    version: "1")

  static func result(threads: Int = 2, arms: [BalancingArm] = [copies, weights, refused]) throws -> BalancingResult {
    try BalancingComparison(folds: 3, seed: 1, threads: threads).compare(try problem(), arms: arms, subject: subject)
  }

  @Test func `Every arm and model has its figures, and an arm that throws says why`() throws {
    let result = try Self.result()
    #expect(result.arms.map(\.id) == ["nothing", "copies", "weights", "refused"])
    #expect(result.arms[3].failure == "it does not suit" && result.arms[3].models.isEmpty)
    for arm in result.arms[..<3] {
      #expect(arm.models.map(\.name) == BalancingPanel.names)
      for model in arm.models {
        for metric in BalancingMetric.allCases {
          let figure = try #require(model.metrics[metric])
          #expect(figure.value != nil && figure.interval != nil)
        }
        #expect(model.differences.isEmpty == (arm.id == "nothing"))
      }
      #expect(arm.curves?.recall.last == 1)
      #expect(arm.curves?.rows.reduce(0, +) == 600)
    }
    // 3 folds: of 400 rows 300 are learned from, 30 of them rare.
    #expect(result.arms[1].newRows == 240 && result.arms[1].copies == 240)
    #expect(result.arms[2].newRows == 0)
  }

  @Test func `Balancing lifts probabilities about fivefold, and the correction brings them back`() throws {
    let result = try Self.result()
    func ratios(_ arm: Int, _ metric: BalancingMetric) throws -> Double {
      try #require(result.arms[arm].model("logistic regression")?.metrics[metric]?.value)
    }
    #expect(abs(try ratios(0, .meanRatio) - 1) < 0.15)
    #expect(abs(try ratios(0, .meanRatio) - ratios(0, .meanRatioCorrected)) < 1e-9)
    for arm in 1...2 {
      #expect(try ratios(arm, .meanRatio) > 1.8)
      #expect(abs(try ratios(arm, .meanRatioCorrected) - 1) < 0.25)
      #expect(try ratios(arm, .brierCorrected) < ratios(arm, .brier))
    }
  }

  @Test
  func `A focal loss pulls probabilities towards one half, its correction brings them back, and a forest has none`()
    throws
  {
    let result = try Self.result(arms: [BalancingArm(id: "focal-loss", .loss(FocalLoss(gamma: 2)))])
    func figure(_ arm: Int, _ model: String, _ metric: BalancingMetric) throws -> Double {
      try #require(result.arms[arm].model(model)?.metrics[metric]?.value)
    }
    #expect(try figure(1, "logistic regression", .meanRatio) > 1.5)
    #expect(abs(try figure(1, "logistic regression", .meanRatioCorrected) - 1) < 0.15)
    #expect(try figure(1, "logistic regression", .brierCorrected) < figure(1, "logistic regression", .brier))
    #expect(try figure(1, "gradient boosting", .meanRatio) != figure(0, "gradient boosting", .meanRatio))
    for metric in BalancingMetric.allCases {
      #expect(try figure(1, "random forest", metric) == figure(0, "random forest", metric))
    }
  }

  @Test func `The stack's threshold is tuned on rows that its top has not seen`() throws {
    // Twelve models that know nothing: what the top learns of them holds on its own rows alone.
    var random = RandomStream(seed: 6)
    let observed = (0..<100).map { $0 % 4 == 0 ? 1 : 0 }
    func noise() -> [Double] {
      observed.flatMap { _ in
        let p = random.uniformDouble()
        return [1 - p, p]
      }
    }
    let models = (0..<12).map { _ -> BalancingPanel.Predictions in
      let tuning = noise()
      return (tuning, tuning)
    }
    let made = try #require(BalancingPanel.stacked(models, observed, classes: 2, seed: 1))
    func auc(_ predictions: [Double]) throws -> Double {
      try #require(
        Metrics.rocAUC(observed.indices.map { predictions[2 * $0 + 1] }, positive: observed.map { $0 == 1 }))
    }
    // The rows to test on are the same here: by the top that saw them.
    #expect(try auc(made.testing) > 0.7)
    // A standard error is .07.
    #expect(try auc(made.tuning) < 0.64)
  }

  @Test func `Where copies add nothing the advice is to leave the classes as they are`() throws {
    let advice = try Self.result().advice
    #expect(advice.arm == "nothing")
    #expect(advice.balance.sentence.hasPrefix("Leave the classes as they are"))
    #expect(advice.balance.light == .amber)  // 60 rare rows.
    #expect(advice.probabilities.light == .green)
  }

  @Test func `The number of threads changes nothing, and progress may stop the work`() throws {
    var one = try Self.result(threads: 1), two = try Self.result(threads: 2)
    for place in one.arms.indices { (one.arms[place].seconds, two.arms[place].seconds) = (0, 0) }
    #expect(one == two)
    #expect(throws: CancellationError.self) {
      try BalancingComparison(folds: 3, progress: { _, share in if share > 0.3 { throw CancellationError() } })
        .compare(try Self.problem(), arms: [], subject: Self.subject)
    }
  }

  @Test func `Folds part the rows, class by class, and none is seen where it is not to be`() throws {
    let problem = try Self.problem()
    let folds = BalancingFold.all(problem, folds: 3, repeats: 2, seed: 5)
    #expect(folds.count == 6)
    for fold in folds {
      #expect(Set(fold.learning + fold.tuning + fold.testing) == Set(0..<600))
      #expect(fold.learning.count + fold.tuning.count + fold.testing.count == 600)
      #expect(fold.learning.count { problem.classOfRow[$0] == 1 } == 30)
      #expect(fold.tuning.count { problem.classOfRow[$0] == 1 } == 10)
    }
    #expect(Set(folds[..<3].flatMap(\.testing)) == Set(0..<600))
    #expect(folds[0].testing != folds[3].testing)
  }

  @Test func `A class with too few rows for the folds is refused with the cure`() {
    #expect {
      try Self.problem(rows: 60, folds: 5)
    } throws: {
      "\($0)".contains("class 'rare' has 6 rows, too few to compare on 5 folds, which need 10; give --folds 3")
    }
  }
}
