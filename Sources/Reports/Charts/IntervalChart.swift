/// Values with their intervals, one a row.
struct IntervalChart: Chart {
  var title: String
  var summary: String
  var rows: [(name: String, value: Double, low: Double?, high: Double?)]
  var xTitle = ""

  var legend: [LegendItem] { [LegendItem("dot synthetic", "estimate"), LegendItem("whisker", "95% interval")] }

  func drawing() -> Drawing {
    let row = 21.0, top = 8.0
    let bottom = top + row * Double(rows.count) + 4
    var drawing = Drawing(width: 360, height: bottom + (xTitle.isEmpty ? 22 : 37))
    let widest = rows.map { TextWidth.of($0.name.onOneLine) }.max() ?? 0
    let left = min(max(widest + 12, 50), 150)
    let most = rows.map { max($0.value, $0.high ?? 0) }.max() ?? 0
    // At most a tenth of a scale from 0 to 1 still looks small, as it should.
    let x = Axis(0, min(1, max(Axis.roundUp(most * 1.05), 0.1)), from: left + 8, to: 348, ticks: 5, .percent)
    drawing.group("grid") { drawing in
      for tick in x.ticks { drawing.line(x.at(tick.value), top, x.at(tick.value), bottom) }
    }
    PlotArea(left: left, top: top, right: 356, bottom: bottom, x: x, y: Axis(0, 1, from: bottom, to: top, ticks: 0))
      .drawAxes(in: &drawing, xTitle: xTitle)
    drawing.group("axis") { drawing in
      for (index, entry) in rows.enumerated() {
        drawing.name(entry.name, left - 7, top + row * (Double(index) + 0.5) + 3.8, .end, room: left - 9)
      }
    }
    drawing.marks { drawing in
      for (index, entry) in rows.enumerated() {
        let y = top + row * (Double(index) + 0.5)
        if let low = entry.low, let high = entry.high { drawing.line(x.at(low), y, x.at(high), y, "whisker") }
        drawing.point(.synthetic, x.at(entry.value), y, radius: 4.2)
      }
    }
    return drawing
  }
}
