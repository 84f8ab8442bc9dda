import DiffusionCore
import DownstreamModels
import Foundation

/// The options of `forest-flow`, and what follows from them and from the data.
enum ForestFlowOptions {
  static let all: [OptionDescription] = [
    OptionDescription(
      "times", .integer(2...200), automatic: "8; fewer where the time does not allow them.",
      help: "moments between noise and data that have trees of their own; the paper has 50"),
    OptionDescription(
      "duplicates", .integer(1...1000), automatic: "As many as make 10,000 rows, from 5 to 20; fewer in little time.",
      help: "copies of the data, each with other noise, that trees learn from; the paper has 100"
    ).trying([.integer(10), .integer(40)]),
    OptionDescription(
      "trees", .integer(1...2000), automatic: "As many as held-out rows say, at most 200.",
      help: "trees for each column at each time; the paper has 100"),
    OptionDescription(
      "depth", .integer(1...12), default: .integer(6), help: "depth of a tree; the paper has 7"
    ).trying([.integer(3), .integer(4), .integer(8)]),
    OptionDescription(
      "learning-rate", .number(0.01...1), default: .number(0.2),
      help: "by how much each tree's step is shortened; the paper has 0.3"
    ).trying([.number(0.1), .number(0.3)]),
    OptionDescription(
      "regularization", .number(0...1000), default: .number(0), help: "L2 regularisation of leaves, in rows"
    ).trying([.number(1), .number(5)]),
    OptionDescription("bins", .integer(8...256), default: .integer(256), help: "bins that a column is cut into"),
    OptionDescription(
      "label", .text, default: .text("none"),
      help: "a category whose levels have trees of their own, so that conditions on it are exact, or 'none'"),
    OptionDescription("derive", .flag, default: .flag(true), help: "look for columns that are a function of another"),
    OptionDescription(
      "sampler", .choice(["euler", "heun"]), default: .text("euler"),
      help: "how rows are walked from noise to data: euler as published, or heun with twice the evaluations"
    ).trying([.text("heun")]),
  ]

  /// The sampler of that name.
  static func sampler(_ name: String) -> any Sampler { name == "heun" ? HeunSampler() : EulerSampler() }

  /// What the user fixed, by name, so that a resumed run is known to be the same.
  static func fixed(_ options: OptionValues) -> [String: String] {
    Dictionary(uniqueKeysWithValues: all.filter { $0.name != "sampler" }.map { ($0.name, "\(options[$0.name])") })
  }
}

/// How forests are grown.
struct ForestPlan: Sendable, Codable, Equatable {
  var path: FlowPath
  /// Copies of each row.
  var duplicates: Int
  var boosting: VectorBoosting
  /// Whether ``VectorBoosting/rounds`` are the user's, rather than the most that may be.
  var hasFixedTrees: Bool
  /// Rounds without a better held-out error after which a trial ends.
  var patience = 8

  /// The plan without regard to time.
  init(_ options: OptionValues, rows: Int) {
    path = FlowPath(times: options.integer("times", automatic: 8))
    duplicates = options.integer("duplicates", automatic: min(max(10_000 / max(rows, 1), 5), 20))
    hasFixedTrees = !options.isAutomatic("trees")
    boosting = VectorBoosting(
      rounds: options.integer("trees", automatic: 200), depth: options.integer("depth"),
      learningRate: options.number("learning-rate"), regularization: options.number("regularization"),
      bins: options.integer("bins"))
  }

  /// The times at which held-out rows choose the number of trees.
  var tried: [Int] {
    let count = min(5, path.times)
    return Array(Set((0..<count).map { $0 * (path.times - 1) / max(count - 1, 1) })).sorted()
  }

  /// Trees that a column has at each time, before held-out rows say so: with more copies there is more to learn. Fewer
  /// than 10 with one copy and some 20 with fifty were seen.
  private var expectedRounds: Double {
    hasFixedTrees ? Double(boosting.rounds) : 8 + 2 * log2(Double(duplicates))
  }

  /// About how many seconds the plan takes.
  func seconds(rows: Int, pace: GrowthPace, threads: Int) -> Double {
    let round = pace.seconds(rows: rows * duplicates)
    let trials = Double(tried.count) * (expectedRounds + Double(patience))
    return round * (trials + Double(path.times) * expectedRounds) / Double(max(threads, 1))
  }

  /// Fits the plan into a time, by fewer copies and moments. A handful of copies is worth more than many moments. What the
  /// user fixed stays.
  mutating func fit(into seconds: Double, rows: Int, options: OptionValues, pace: GrowthPace, threads: Int) {
    let tooLong = { (plan: ForestPlan) in plan.seconds(rows: rows, pace: pace, threads: threads) > seconds }
    func lower(_ name: String, _ values: [Int], _ value: WritableKeyPath<ForestPlan, Int>) {
      guard options.isAutomatic(name) else { return }
      for next in values where next < self[keyPath: value] && tooLong(self) { self[keyPath: value] = next }
    }
    lower("duplicates", [15, 12, 10, 8, 6, 5], \.duplicates)
    lower("times", [6, 5], \.path.times)
    lower("duplicates", [4, 3, 2, 1], \.duplicates)
    lower("times", [4], \.path.times)
  }
}

/// How long one round of boosting takes, by the number of rows.
///
/// Below the rows that were measured it is a power of them, as trees of few rows have few leaves; above in proportion.
struct GrowthPace: Sendable, Equatable {
  private let most: Double, seconds: Double, exponent: Double

  /// From the time of one round at two numbers of rows, the second the larger one.
  init(_ few: (rows: Int, seconds: Double), _ many: (rows: Int, seconds: Double)) {
    most = Double(many.rows)
    seconds = many.seconds
    let slope = log(many.seconds / few.seconds) / log(Double(many.rows) / Double(few.rows))
    exponent = slope.isFinite ? min(max(slope, 0), 1) : 1
  }

  func seconds(rows: Int) -> Double {
    let share = Double(rows) / most
    return seconds * (share < 1 ? pow(share, exponent) : share)
  }
}
