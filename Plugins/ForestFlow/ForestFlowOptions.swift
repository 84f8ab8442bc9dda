import DiffusionCore

/// The options of `forest-flow`, and what follows from them and from the data.
enum ForestFlowOptions {
  /// Where time allows: the most bins that a column is cut into, and the depth of a tree.
  static let mostBins = 256, usualDepth = 6

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
      "depth", .integer(1...12), automatic: "6; less where the time does not allow it.",
      help: "depth of a tree; the paper has 7"
    ).trying([.integer(3), .integer(4), .integer(8)]),
    OptionDescription(
      "learning-rate", .number(0.01...1), default: .number(0.2),
      help: "by how much each tree's step is shortened; the paper has 0.3"
    ).trying([.number(0.1), .number(0.3)]),
    OptionDescription(
      "regularization", .number(0...1000), default: .number(0), help: "L2 regularisation of leaves, in rows"
    ).trying([.number(1), .number(5)]),
    OptionDescription(
      "bins", .integer(8...mostBins), automatic: "256; fewer where the time does not allow them.",
      help: "bins that a column is cut into; fewer are faster and coarser"),
    OptionDescription(
      "rows", .integer(10...1_000_000_000), automatic: "All, or as many as the time allows.",
      help: "rows that are learned, a random part of the table"),
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
