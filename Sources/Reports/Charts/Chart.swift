/// A picture of numbers, drawn as SVG.
protocol Chart: Sendable {
  /// What it shows, in a few words: the figure's heading, and its name for a screen reader.
  var title: String { get }
  /// What there is to see, in a sentence or two, for those who cannot.
  var summary: String { get }
  /// What its colours and shapes stand for; empty where the chart says so itself.
  var legend: [LegendItem] { get }
  /// The marks.
  func drawing() -> Drawing
}

extension Chart {
  var legend: [LegendItem] { [] }
}

/// Whose numbers a mark stands for; it gives the mark its colour and shape.
enum Series: String, Sendable {
  case real, synthetic, holdout

  /// Its name in legends.
  var label: String {
    switch self {
    case .real: "real"
    case .synthetic: "synthetic"
    case .holdout: "held-out real"
    }
  }
}

/// A colour or shape and what it stands for.
struct LegendItem: Sendable {
  /// The CSS class of its sample.
  var mark: String
  var label: Markup

  init(_ mark: String, _ label: String) {
    self.mark = mark
    self.label = Markup(text: label)
  }
}
