import Evaluation

@testable import Reports

/// Comparisons of arms to draw: numbers are made up, shapes are those of real ones.
enum ExampleBalancings {
  /// All arms on a table of numbers, of which SMOTE-NC does not suit.
  static let full = BalancingResult(
    subject: subject(file: "data/fraud.csv", labels: ["0", "1"]),
    arms: [
      arm("nothing", 0.73, 0.93), arm("weights", 0.71, 4.2), arm("random", 0.7, 4.6, new: 5000, copies: 5000),
      arm("smote", 0.72, 5.1, new: 5000), .init(id: "smote-nc", failure: "smote-nc needs categories beside numbers"),
      arm("diffusion", 0.74, 4.4, new: 5000),
    ], reference: "gradient boosting",
    advice: .init(
      arm: "nothing", model: "gradient boosting",
      balance: .init(
        .green, "Leave the classes as they are, and learn with gradient boosting: the best arm is not better for sure.",
        because: "The best model without balancing has PR AUC 0.73."),
      threshold: .init(.green, "Tune the threshold on real rows that models have not seen.", because: "F1 is 0.68."),
      probabilities: .init(.amber, "Even without balancing probabilities are off.", because: "1.4 times.")),
    notes: ["Of 200000 rows, 100000 drawn at random took part."])

  /// Nothing could be compared.
  static let bare: BalancingResult = {
    var result = full
    result.arms = [arm("nothing", 0.1, 1), .init(id: "diffusion", failure: "it failed")]
    result.arms[0].curves = nil
    result.notes = []
    return result
  }()

  /// Names that try to break out of the page, and numbers that are none.
  static let hostile: BalancingResult = {
    var result = full
    result.subject.file = "a/b/<script>alert(1).csv"
    result.subject.target = "</style><b>bold</b>"
    result.subject.classes = [
      .init(label: "{{mustache}} {{{title}}}", rows: 10, isRare: true),
      .init(label: "<img onerror=x>", rows: 20, isRare: true), .init(label: "עברית", rows: 900, isRare: false),
    ]
    result.arms[4].failure = "<i>it failed</i>"
    for metric in BalancingMetric.allCases {
      result.arms[2].models[0].metrics[metric] = Figure(notApplicable: "no fold has the classes that it needs")
    }
    return result
  }()

  private static func subject(file: String, labels: [String]) -> BalancingResult.Subject {
    .init(
      file: file, rows: 11_183, target: "class",
      classes: [
        .init(label: labels[0], rows: 10_923, isRare: false), .init(label: labels[1], rows: 260, isRare: true),
      ],
      ratio: "auto", folds: 5, repeats: 1, seed: 7, seconds: 312, version: "0.1.0")
  }

  private static func arm(
    _ id: String, _ score: Double, _ ratio: Double, new: Double = 0, copies: Double = 0
  ) -> BalancingResult.Arm {
    func metrics(_ lower: Double) -> [BalancingMetric: Figure] {
      [
        .prAUC: Figure(score - lower, interval: .init(low: score - lower - 0.05, high: score - lower + 0.05)),
        .rocAUC: Figure(0.95), .f1Tuned: Figure(score - 0.05), .f1AtHalf: Figure(score - 0.2),
        .balancedAccuracy: Figure(0.8), .brier: Figure(0.01 * ratio), .brierCorrected: Figure(0.011),
        .meanRatio: Figure(ratio), .meanRatioCorrected: Figure(1.1),
      ]
    }
    let plain = id == "nothing"
    return .init(
      id: id, newRows: new, copies: copies, seconds: new / 1000,
      models: ["logistic regression", "random forest", "gradient boosting", "stack"].enumerated().map { place, name in
        .init(
          name: name, metrics: metrics(place == 2 ? 0 : 0.02),
          differences: plain
            ? [:] : [.prAUC: Figure(score - 0.73, interval: .init(low: score - 0.8, high: score - 0.66))])
      },
      curves: .init(
        recall: (1...20).map { Double($0) / 20 }, precision: (1...20).map { 1 - Double($0 * $0) / 500 * (2 - score) },
        predicted: [0.02, 0.3, 0.6, 0.95], observed: [0.01, 0.3 / ratio, 0.5, 0.9], rows: [10_000, 600, 300, 283]))
  }
}
