/// Lines over a common axis, each with its name at its end.
struct LineChart: Chart {
  var title: String
  var summary: String
  var xTitle: String, yTitle: String
  var lines: [Line]
  var xStyle = Axis.Style.number, yStyle = Axis.Style.number
  /// The ranges; nil for that of the points.
  var xRange: ClosedRange<Double>?, yRange: ClosedRange<Double>?
  /// Ticks of the x axis with labels of their own; empty for round numbers.
  var xTicks: [(value: Double, label: String)] = []
  /// Whether y = x is drawn, as what is ideal.
  var diagonal = false

  /// One line.
  struct Line: Sendable {
    var series: Series
    var label: String
    var points: [(x: Double, y: Double)]
    /// Whether each point has a mark.
    var marked = false
  }

  var legend: [LegendItem] { lines.map { LegendItem("line \($0.series.rawValue)", $0.label) } }

  func drawing() -> Drawing {
    var drawing = Drawing(width: 360, height: 256)
    let lines = self.lines.map { line in
      var line = line
      line.points.removeAll { !$0.x.isFinite || !$0.y.isFinite }
      return line
    }
    var x = axis(xRange, lines.flatMap { $0.points.map(\.x) }, from: 46, to: 350, xStyle, snug: true)
    if !xTicks.isEmpty { x = Axis(x.low, x.high, from: x.start, to: x.end, marked: xTicks) }
    let y = axis(yRange, lines.flatMap { $0.points.map(\.y) }, from: 212, to: 26, yStyle, snug: false)
    PlotArea(left: 46, top: 26, right: 350, bottom: 212, x: x, y: y)
      .drawAxes(in: &drawing, xTitle: xTitle, yTitle: yTitle)
    if diagonal { drawing.line(x.at(x.low), y.at(x.low), x.at(x.high), y.at(x.high), "chance") }
    drawing.marks { drawing in
      for line in lines {
        let points = line.points.map { (x: x.at($0.x), y: y.at($0.y)) }
        drawing.polyline(points, "line \(line.series.rawValue)")
        if line.marked { for point in points { drawing.point(line.series, point.x, point.y, radius: 3.5) } }
      }
    }
    return drawing
  }

  private func axis(
    _ range: ClosedRange<Double>?, _ values: [Double], from start: Double, to end: Double, _ style: Axis.Style,
    snug: Bool
  ) -> Axis {
    if let range { return Axis(range.lowerBound, range.upperBound, from: start, to: end, ticks: 5, style) }
    let low = values.min() ?? 0, high = values.max() ?? 1
    let margin = snug ? 0 : (high - low) * 0.06
    // 0 belongs to the scale where it is near.
    let bottom = low >= 0 && low < (high - low) * 0.6 ? 0 : low - margin
    return Axis(bottom, high + margin, from: start, to: end, ticks: 5, style)
  }
}
