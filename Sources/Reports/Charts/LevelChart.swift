/// The shares of categories: a bar for real rows, a mark on it for each other table.
struct LevelChart: Chart {
  var title: String
  /// The levels, commonest first.
  var labels: [String]
  /// The share of each level.
  var shares: [(series: Series, shares: [Double])]
  /// Without labels and small.
  var compact = false
  /// What the series are called, where not by their own names.
  var names: [Series: String] = [:]

  /// The most levels that are drawn; the rest is one bar.
  private static let most = 8

  var summary: String {
    guard let real = shares.first?.shares, let label = labels.first, let share = real.first else { return "" }
    let all = shares.map { names[$0.series] ?? $0.series.label }
    let cells = names.isEmpty ? "rows" : "values"
    return """
      Shares of \(labels.count) categories for \(all.joined(separator: ", ")) \(cells). The commonest, \
      \(label.onOneLine), has \(NumberText.percent(share)) of the \(all[0]) \(cells).
      """
  }

  var legend: [LegendItem] {
    shares.map {
      LegendItem(
        $0.series == .real ? "bar real" : "dot \($0.series.rawValue)", names[$0.series] ?? $0.series.label)
    }
  }

  func drawing() -> Drawing { compact ? sparkline() : full() }

  private func full() -> Drawing {
    let (labels, shares) = folded
    var drawing = Drawing(width: 272, height: 176)
    let widest = labels.map { TextWidth.of($0.onOneLine) }.max() ?? 0
    let left = min(max(widest + 10, 38), 112)
    let x = Axis(0, largest(shares), from: left, to: 260, ticks: 3, .percent)
    let area = PlotArea(left: left, top: 6, right: 266, bottom: 150, x: x, y: Axis(0, 1, from: 150, to: 6, ticks: 0))
    drawing.group("grid") { drawing in
      for tick in x.ticks { drawing.line(x.at(tick.value), 6, x.at(tick.value), 150) }
    }
    area.drawAxes(in: &drawing)
    let row = min(144 / Double(max(labels.count, 1)), 30)
    let top = 6 + (144 - row * Double(labels.count)) / 2
    drawing.group("axis") { drawing in
      for (index, label) in labels.enumerated() {
        drawing.name(label, left - 6, top + row * (Double(index) + 0.5) + 3.5, .end, room: left - 8)
      }
    }
    drawMarks(shares, x, top: top, row: row, in: &drawing)
    return drawing
  }

  private func sparkline() -> Drawing {
    let (labels, shares) = folded
    var drawing = Drawing(width: 160, height: 56)
    let x = Axis(0, largest(shares), from: 1, to: 155, ticks: 0)
    drawMarks(shares, x, top: 2, row: min(52 / Double(max(labels.count, 1)), 14), in: &drawing)
    return drawing
  }

  private func drawMarks(
    _ shares: [(series: Series, shares: [Double])], _ x: Axis, top: Double, row: Double, in drawing: inout Drawing
  ) {
    drawing.marks { drawing in
      for (series, values) in shares where series == .real {
        for (index, share) in values.enumerated() {
          let height = row * 0.66
          drawing.rect(
            x.start, top + row * (Double(index) + 0.5) - height / 2, max(x.at(share) - x.start, share > 0 ? 0.5 : 0),
            height, "bar real", round: 1.5)
        }
      }
      for wanted in [Series.holdout, .synthetic] {
        for (series, values) in shares where series == wanted {
          for (index, share) in values.enumerated() {
            drawing.point(series, x.at(share), top + row * (Double(index) + 0.5), radius: min(4, row * 0.3))
          }
        }
      }
    }
  }

  private func largest(_ shares: [(series: Series, shares: [Double])]) -> Double {
    let most = shares.lazy.flatMap(\.shares).max() ?? 1
    return min(max(most * 1.04, 1e-6), 1)
  }

  /// The levels that are drawn, with the rest as one.
  private var folded: (labels: [String], shares: [(series: Series, shares: [Double])]) {
    guard labels.count > Self.most else { return (labels, shares) }
    let kept = Self.most - 1
    let others = labels.last == "(other)" ? "all others" : "\(labels.count - kept) others"
    return (
      Array(labels.prefix(kept)) + [others],
      shares.map { ($0.series, Array($0.shares.prefix(kept)) + [$0.shares.dropFirst(kept).reduce(0, +)]) }
    )
  }
}
