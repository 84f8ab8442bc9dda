import DownstreamModels
import Foundation
import Tensors

/// Golden values of scikit-learn and SciPy, made by Tests/Fixtures/models/generate.py.
struct ModelFixtures: Decodable {
  struct Binary: Decodable {
    var observed: [Int], probabilities: [Double]
    var rocAuc: Double, averagePrecision: Double, f1: Double, bestF1: Double, balancedAccuracy: Double
    var brier: Double, logLoss: Double, calibrationObserved: [Double], calibrationPredicted: [Double]
  }
  struct Many: Decodable {
    var observed: [Int], probabilities: [Double], classes: Int
    var rocAuc: Double, averagePrecision: Double, f1: Double, balancedAccuracy: Double, brier: Double, logLoss: Double
  }
  struct Numbers: Decodable {
    var observed: [Double], predicted: [Double], r2: Double, rmse: Double, mae: Double
    var a: [Double], b: [Double], kendall: Double, spearman: Double
  }
  struct Logistic: Decodable {
    var x0: [Double], x1: [Double], codes: [Int32], classes: [Int], count: Int, strength: Double
    var ridgeCoefficients: [Double], ridgeIntercepts: [Double]
    var lassoCoefficients: [Double]?, lassoIntercepts: [Double]?
    var focalCoefficients: [Double], focalIntercepts: [Double]

    var features: Features {
      Features(
        names: ["x0", "x1", "c"], columns: [.numbers(x0), .numbers(x1), .categories(codes: codes, levels: 4)],
        rowCount: x0.count)
    }
    var outcome: Outcome { .classes(classes, count: count) }
  }
  struct Robust: Decodable {
    var x: [Double], codes: [Int32], classes: [Int], centre: [Double], scale: [Double]
    var coefficients: [Double], intercept: Double
  }
  var binary: Binary, many: Many, numbers: Numbers, logistic2: Logistic, logistic3: Logistic, robust: Robust

  static func read() throws -> ModelFixtures {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/models/models.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(ModelFixtures.self, from: Data(contentsOf: file))
  }
}

/// Random rows in which two numbers (one with holes) and a category tell the outcome.
struct Sample {
  var features: Features
  var score: [Double]
  var binary: Outcome
  var classes: Outcome
  var numbers: Outcome

  init(rows: Int, seed: UInt64) {
    var random = RandomStream(seed: seed)
    var a: [Double] = []
    var b: [Double] = []
    var codes: [Int32] = []
    var score: [Double] = []
    for _ in 0..<rows {
      let x = Double(random.normal())
      let y = Double(random.normal())
      let code = Int32(random.integer(below: 8))
      a.append(x)
      b.append(random.uniform() < 0.1 ? .nan : y)
      codes.append(random.uniform() < 0.05 ? -1 : code)
      score.append(2 * x - y + (code % 3 == 0 ? 2 : -1) + 0.5 * Double(random.normal()))
    }
    features = Features(
      names: ["a", "b", "c"],
      columns: [.numbers(a), .numbers(b), .categories(codes: codes, levels: 8)], rowCount: rows)
    self.score = score
    binary = .classes(score.map { $0 > 0 ? 1 : 0 }, count: 2)
    classes = .classes(score.map { $0 > 1.5 ? 2 : $0 > -1 ? 1 : 0 }, count: 3)
    numbers = .numbers(score)
  }
}

let everyModel: [any DownstreamModel] = [
  GradientBoosting(trees: 20), RandomForest(trees: 10), DecisionTree(), LinearModel(.ridge), LinearModel(.lasso),
  Stack([GradientBoosting(trees: 10), LinearModel(.ridge)]),
]
