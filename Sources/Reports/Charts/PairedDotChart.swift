import Evaluation

/// Rows of dots on one scale, one dot a table, joined by a thin line: the longer the line, the more they differ.
struct PairedDotChart: Chart {
  var title: String
  var summary: String
  var rows: [Row]
  var format = FigureDescription.Format.number
  /// The range; nil for that of the values.
  var range: ClosedRange<Double>?
  /// What the axis measures.
  var xTitle = ""
  /// Small, to stand three in a row.
  var narrow = false
  /// What the marks are called, where it is not the tables' names.
  var names: [Series: String] = [:]
  /// What the tick is called, where rows have one.
  var tickName = "guessing"

  /// One row.
  struct Row: Sendable {
    var name: String
    /// The dots.
    var values: [(series: Series, value: Double)]
    /// A tick, such as what guessing scores; nil for none.
    var tick: Double?
  }

  var legend: [LegendItem] {
    let present = [Series.real, .synthetic, .holdout].filter { series in
      rows.contains { $0.values.contains { $0.series == series } }
    }
    let ticks = rows.contains { $0.tick != nil } ? [LegendItem("tick", tickName)] : []
    return present.map { LegendItem($0 == .real ? "ring real" : "dot \($0.rawValue)", names[$0] ?? $0.label) } + ticks
  }

  func drawing() -> Drawing {
    let width = narrow ? 272.0 : 360.0, row = narrow ? 22.0 : 21.0, top = 8.0
    let bottom = top + row * Double(rows.count) + 4
    var drawing = Drawing(width: width, height: bottom + (xTitle.isEmpty ? 22 : 37))
    let widest = rows.map { TextWidth.of($0.name.onOneLine) }.max() ?? 0
    let left = min(max(widest + 12, 50), narrow ? 118 : 150)
    let x = axis(from: left + 8, to: width - 12)
    drawing.group("grid") { drawing in
      for tick in x.ticks { drawing.line(x.at(tick.value), top, x.at(tick.value), bottom) }
    }
    PlotArea(
      left: left, top: top, right: width - 4, bottom: bottom, x: x, y: Axis(0, 1, from: bottom, to: top, ticks: 0)
    )
    .drawAxes(in: &drawing, xTitle: xTitle)
    drawing.group("axis") { drawing in
      for (index, entry) in rows.enumerated() {
        drawing.name(entry.name, left - 7, top + row * (Double(index) + 0.5) + 3.8, .end, room: left - 9)
      }
    }
    drawing.marks { drawing in
      for (index, entry) in rows.enumerated() { draw(entry, x, top + row * (Double(index) + 0.5), in: &drawing) }
    }
    return drawing
  }

  private func draw(_ row: Row, _ x: Axis, _ y: Double, in drawing: inout Drawing) {
    let values = row.values.filter(\.value.isFinite)
    if let low = values.map(\.value).min(), let high = values.map(\.value).max() {
      drawing.line(x.at(low), y, x.at(high), y, "join")
    }
    if let tick = row.tick, tick.isFinite { drawing.line(x.at(tick), y - 7, x.at(tick), y + 7, "tick") }
    for wanted in [Series.holdout, .real, .synthetic] {
      for (series, value) in values where series == wanted { drawing.point(series, x.at(value), y, radius: 4.2) }
    }
  }

  private func axis(from start: Double, to end: Double) -> Axis {
    let style: Axis.Style = format == .percent ? .percent : .number
    let count = narrow ? 3 : 5
    if let range { return Axis(range.lowerBound, range.upperBound, from: start, to: end, ticks: count, style) }
    let values = rows.flatMap { $0.values.map(\.value) + [$0.tick].compactMap(\.self) }.filter(\.isFinite)
    let low = values.min() ?? 0, high = values.max() ?? 1
    let margin = max((high - low) * 0.06, abs(high) * 0.002, 1e-9)
    let bottom = low >= 0 && low <= (high - low) * 0.8 ? 0 : low - margin
    return Axis(bottom, high + (high == 0 ? 0.01 : margin), from: start, to: end, ticks: count, style)
  }
}
