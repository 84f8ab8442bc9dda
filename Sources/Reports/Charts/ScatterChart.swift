/// Clouds of points on the same two axes.
struct ScatterChart: Chart {
  var title: String
  var summary: String
  var xTitle: String, yTitle: String
  /// What of the plane is shown; points outside are left out.
  var xRange: ClosedRange<Double>, yRange: ClosedRange<Double>
  /// The clouds, the lowest first.
  var clouds: [(series: Series, points: [[Double]])]

  var legend: [LegendItem] { clouds.map { LegendItem("dot \($0.series.rawValue)", $0.series.label) } }

  func drawing() -> Drawing {
    var drawing = Drawing(width: 360, height: 300)
    let x = Axis(xRange.lowerBound, xRange.upperBound, from: 34, to: 354, ticks: 5)
    let y = Axis(yRange.lowerBound, yRange.upperBound, from: 258, to: 22, ticks: 5)
    PlotArea(left: 34, top: 22, right: 354, bottom: 258, x: x, y: y)
      .drawAxes(in: &drawing, xTitle: xTitle, yTitle: yTitle)
    drawing.marks { drawing in
      // Clouds are drawn in alternating slices, so that none covers the other.
      let slices = clouds.count > 1 ? 8 : 1
      for slice in 0..<slices {
        for cloud in clouds {
          let points = stride(from: slice, to: cloud.points.count, by: slices).map { cloud.points[$0] }
          let commands = dots(points, x, y)
          if !commands.isEmpty { drawing.path(commands, "cloud \(cloud.series.rawValue)") }
        }
      }
    }
    return drawing
  }

  /// Strokes without length and with round caps, each placed from the last: the shortest way to write many dots.
  private func dots(_ points: [[Double]], _ x: Axis, _ y: Axis) -> Markup {
    let places = points.filter { $0.count == 2 && xRange.contains($0[0]) && yRange.contains($0[1]) }
      .map { (x: (x.at($0[0]) * 10).rounded(), y: (y.at($0[1]) * 10).rounded()) }
      .sorted { $0 < $1 }
    var commands = Markup()
    var last = (x: 0.0, y: 0.0)
    for place in places {
      commands += "m\((place.x - last.x) / 10) \((place.y - last.y) / 10)z"
      last = place
    }
    return commands
  }

  /// The range that holds all but the farthest one in two hundred on either side, with a margin.
  static func range(_ values: [Double]) -> ClosedRange<Double> {
    let sorted = values.filter(\.isFinite).sorted()
    guard let first = sorted.first, let last = sorted.last else { return -1...1 }
    let cut = sorted.count / 200
    let low = sorted[cut], high = sorted[sorted.count - 1 - cut]
    let margin = max((high - low) * 0.12, 1e-6)
    return max(first, low - margin) - margin / 3...min(last, high + margin) + margin / 3
  }
}
