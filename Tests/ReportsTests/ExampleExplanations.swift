@testable import Reports

/// Explanations to draw: numbers are made up, shapes are those of real ones.
enum ExampleExplanations {
  /// A model that says all that a page tells.
  static let model = explanation(
    .init(
      file: "models/people.langevin", version: "1.0.0", rows: 32_561, columns: 15, method: "tabular-masked",
      summary: "Masked diffusion over quantile codes and densities.", seed: 0))

  /// A table: nothing is learned yet.
  static let table: Explanation = {
    var result = explanation(.init(file: "people.csv", version: "1.0.0", rows: 32_561, columns: 15, seed: 0))
    result.guesses = []
    result.learned = []
    result.training = nil
    return result
  }()

  /// A model of which nothing but its training is known, and that was not judged.
  static let bare: Explanation = {
    var result = explanation(
      .init(file: "m", version: "1.0.0", rows: 12, columns: 1, method: "forest-flow", summary: "Trees.", seed: 0))
    result.hiding = nil
    result.blurring = [result.blurring[0]]
    result.guesses = []
    result.learned = []
    result.training = .init(method: "forest-flow", curve: [], byNoise: [], verdict: "unknown", explanation: "Too few.")
    return result
  }()

  /// Names and cells that mean something to a browser, and numbers that are none.
  static let hostile: Explanation = {
    var result = model
    let names = ExampleResults.hostileNames
    result.subject.file = "a/\(names[0])"
    result.hiding = .init(
      columns: Array(names.prefix(6)), cells: [Array(names.suffix(6))], order: [[1, 0, 5, 3, 2, 4]])
    result.blurring = zip(result.blurring, names).map { .init(column: $1, stages: $0.stages) }
    result.guesses[0].column = names[1]
    result.guesses[0].value = names[8]
    result.guesses[0].stages[1].shown = names
    result.learned = zip(names, [.nan, 1e300, -1, 0.3]).map { .init(name: $0, gain: $1) }
    result.training?.explanation = names[7]
    return result
  }()

  private static func explanation(_ subject: Explanation.Subject) -> Explanation {
    let bell = (0..<12).map { [1.0, 3, 7, 12, 16, 19, 16, 12, 7, 4, 2, 1][$0] / 100 }
    let skewed = (0..<12).map { [30.0, 22, 15, 10, 8, 5, 4, 2, 2, 1, 1, 0][$0] / 100 }
    let edges = (0...12).map { 20 + 5 * Double($0) }
    func number(_ share: Double) -> Explanation.Distribution {
      .init(edges: edges, shares: zip(skewed, bell).map { $0 * (1 - share) + $1 * share })
    }
    func level(_ share: Double) -> Explanation.Distribution {
      .init(labels: ["private", "public", "own"], shares: [0.7, 0.2, 0.1].map { $0 * (1 - share) + share / 3 })
    }
    let noise = [0, 1.0 / 3, 2.0 / 3, 1]
    return Explanation(
      subject: subject,
      hiding: .init(
        columns: ["age", "work", "hours", "income"],
        cells: [
          ["39", "public", "40", "<=50K"], ["50", "own", "13", "<=50K"], ["38", "private", "", "<=50K"],
          ["53", "private", "40", ">50K"],
        ], order: [[0, 1, 2, 3], [3, 1, 0, 2], [2, 0, 3, 1], [1, 2, 3, 0]]),
      blurring: [
        .init(column: "age", stages: noise.map { .init(noise: $0, values: number($0)) }),
        .init(column: "work", stages: noise.map { .init(noise: $0, values: level($0)) }),
      ],
      schedule: (0...10).map {
        .init(time: Double($0) / 10, visible: 1 - Double($0) / 10, signal: 1 - Double($0 * $0) / 100)
      },
      guesses: [
        .init(
          column: "age", value: "39",
          stages: [[], ["work"], ["work", "hours"], ["work", "hours", "income"]].enumerated().map {
            .init(shown: $1, values: number(Double($0) / 3))
          })
      ],
      learned: [
        .init(name: "age", gain: 0.42), .init(name: "work", gain: 0.11), .init(name: "hours", gain: 0.03),
        .init(name: "income", gain: -0.01), .init(name: "city", gain: 0.02),
      ], training: ExampleResults.adult.training)
  }
}
