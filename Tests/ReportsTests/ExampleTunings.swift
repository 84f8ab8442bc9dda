import DiffusionCore
import Tuning

/// Searches to draw: scores are made up.
enum ExampleTunings {
  private static let options = [
    OptionDescription("width", .integer(1...1000), default: .integer(128), help: "").trying([
      .integer(64), .integer(256),
    ]),
    OptionDescription("numbers", .choice(["density", "codes"]), default: .text("density"), help: "").trying([
      .text("codes")
    ]),
    OptionDescription("dropout", .number(0...1), default: .number(0), help: "").trying([.number(0.2)]),
  ]

  private static func search(_ file: String, fixed: TuningConfiguration, trials: Int) -> TuningSearch {
    var search = TuningSearch(
      .init(file: file, rows: 5000, method: "tabular-masked", fixed: fixed, budget: 600, seed: 1),
      space: TuningSpace(options), shortest: 8)
    while search.trials.count < trials, var next = search.next {
      let own = search.configurations[next.configuration]
      if own == ["width": "64", "numbers": "codes"] {
        next.failure = "the table '<b>' is too narrow"
      } else {
        let shape = (own["width"] == "256" ? 0.008 : 0.012) + (own["numbers"] == nil ? 0 : 0.02)
        next.score = TuningScore(
          total: 3 * shape,
          parts: [.init("shape error", shape), .init("trend error", shape), .init("told apart by trees", shape)],
          steps: 1000)
      }
      search.record(next)
    }
    return search
  }

  /// A search that came to its end.
  static let full = search("data/people.csv", fixed: [:], trials: .max)
  /// One that was stopped after two trials.
  static let bare = search("data/people.csv", fixed: [:], trials: 2)
  /// Names that try to break out of the page.
  static let hostile = search("a/b/<script>alert(1).csv", fixed: ["l1": "{{{title}}}"], trials: .max)
}
