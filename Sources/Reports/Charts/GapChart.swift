import Evaluation

/// A gap of a series with its surroundings: what was there, what was filled in, and between which ends it may lie.
struct GapChart: Chart {
  var title: String
  var gap: SeriesPanel.Gap

  var summary: String {
    let filled = gap.points.compactMap(\.filled)
    guard let first = filled.first, let last = filled.last else { return "Nothing was filled in." }
    let hasBand = gap.points.contains { $0.lower != nil }
    return """
      A gap of \(gap.length) time steps, filled from \(NumberText.number(first)) to \(NumberText.number(last))\
      \(hasBand ? ", with a band for its interval" : "").
      """
  }

  var legend: [LegendItem] {
    [LegendItem("line real", "observed"), LegendItem("line synthetic", "filled in")]
      + (gap.points.contains { $0.lower != nil } ? [LegendItem("band", "interval")] : [])
  }

  func drawing() -> Drawing {
    var drawing = Drawing(width: 272, height: 176)
    let points = gap.points
    let values = points.flatMap { [$0.observed, $0.filled, $0.lower, $0.upper].compactMap(\.self) }.filter(\.isFinite)
    let low = values.min() ?? 0, high = values.max() ?? 1, margin = (high - low) * 0.06
    let x = Axis(
      points.first?.time ?? 0, points.last?.time ?? 1, from: 40, to: 266,
      marked: gap.ticks.map { (value: $0.time, label: $0.label) })
    let y = Axis(low - margin, high + margin, from: 150, to: 10, ticks: 4)
    PlotArea(left: 40, top: 10, right: 266, bottom: 150, x: x, y: y).drawAxes(in: &drawing)
    drawing.marks { drawing in
      for run in runs({ $0.lower != nil && $0.upper != nil }) { band(points[run], x, y, in: &drawing) }
      for run in runs({ $0.observed != nil }) {
        drawing.polyline(points[run].map { (x.at($0.time), y.at($0.observed ?? 0)) }, "line real")
      }
      for run in runs({ $0.filled != nil }) {
        // The line begins and ends at the observations on either side.
        let joined = max(0, run.lowerBound - 1)..<min(points.count, run.upperBound + 1)
        drawing.polyline(
          points[joined].compactMap { point in
            (point.filled ?? point.observed).map { (x.at(point.time), y.at($0)) }
          }, "line synthetic")
      }
      guard points.count <= 70 else { return }
      for point in points {
        if let value = point.observed { drawing.circle(x.at(point.time), y.at(value), 1.9, "speck real") }
        if let value = point.filled { drawing.circle(x.at(point.time), y.at(value), 2.2, "speck synthetic") }
      }
    }
    return drawing
  }

  /// A band as wide as its intervals; one that is a single step wide is drawn as a bar.
  private func band(_ points: ArraySlice<SeriesPanel.Gap.Point>, _ x: Axis, _ y: Axis, in drawing: inout Drawing) {
    guard let first = points.first else { return }
    if points.count == 1, let lower = first.lower, let upper = first.upper {
      drawing.rect(x.at(first.time) - 2, y.at(upper), 4, y.at(lower) - y.at(upper), "band")
      return
    }
    var commands: Markup = ""
    for (place, point) in points.enumerated() {
      commands += "\(trusted: place == 0 ? "M" : "L")\(x.at(point.time)) \(y.at(point.upper ?? 0))"
    }
    for point in points.reversed() { commands += "L\(x.at(point.time)) \(y.at(point.lower ?? 0))" }
    drawing.path("\(commands)z", "band")
  }

  /// The stretches of points for which something holds.
  private func runs(_ holds: (SeriesPanel.Gap.Point) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = [], start: Int?
    for (place, point) in gap.points.enumerated() {
      if holds(point) {
        start = start ?? place
      } else if let first = start {
        runs.append(first..<place)
        start = nil
      }
    }
    if let first = start { runs.append(first..<gap.points.count) }
    return runs
  }
}

/// A whole series: for each stretch of time the range of what was there and of what was filled in.
struct SeriesOverviewChart: Chart {
  var title: String
  var overview: SeriesPanel.Overview

  var summary: String {
    let filled = overview.bins.count { $0.filled != nil }
    return """
      The series from end to end in \(overview.bins.count) pieces, each of \(overview.stepsPerBin) time \
      \(overview.stepsPerBin == 1 ? "step" : "steps"); \(filled) of them hold values that were filled in.
      """
  }

  var legend: [LegendItem] { [LegendItem("line real", "observed"), LegendItem("line synthetic", "filled in")] }

  func drawing() -> Drawing {
    var drawing = Drawing(width: 740, height: 170)
    let bins = overview.bins
    let values = bins.flatMap { ($0.observed ?? []) + ($0.filled ?? []) }.filter(\.isFinite)
    let low = values.min() ?? 0, high = values.max() ?? 1, margin = (high - low) * 0.05
    let x = Axis(
      bins.first?.time ?? 0, bins.last?.time ?? 1, from: 50, to: 730,
      marked: overview.ticks.map { (value: $0.time, label: $0.label) })
    let y = Axis(low - margin, high + margin, from: 142, to: 10, ticks: 4)
    PlotArea(left: 46, top: 10, right: 734, bottom: 142, x: x, y: y).drawAxes(in: &drawing)
    drawing.marks { drawing in
      drawing.path(strokes(\.observed, x, y), "range real")
      drawing.path(strokes(\.filled, x, y), "range synthetic")
    }
    return drawing
  }

  /// A stroke from the least to the greatest value of each bin, at least as high as the line is wide.
  private func strokes(
    _ range: (SeriesPanel.Overview.Bin) -> [Double]?, _ x: Axis, _ y: Axis
  ) -> Markup {
    var commands: Markup = "M0 0"
    for bin in overview.bins {
      guard let ends = range(bin), ends.count == 2 else { continue }
      let top = y.at(ends[1]), bottom = y.at(ends[0]), rest = max(0, 2.5 - (bottom - top)) / 2
      commands += "M\(x.at(bin.time)) \(top - rest)V\(bottom + rest)"
    }
    return commands
  }
}
