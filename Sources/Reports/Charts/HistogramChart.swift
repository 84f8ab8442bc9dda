/// The distributions of a column of numbers: real rows as an area, the others as outlines above it.
struct HistogramChart: Chart {
  var title: String
  /// The edges of the bins, one more than bins, ascending.
  var edges: [Double]
  /// A text for each bin; where these are dates, so are the ticks.
  var labels: [String] = []
  /// The share of each bin.
  var shares: [(series: Series, shares: [Double])]
  /// Without axes and small.
  var compact = false
  /// What the series are called, where not by their own names.
  var names: [Series: String] = [:]

  var summary: String {
    guard let real = shares.first?.shares, let peak = real.indices.max(by: { real[$0] < real[$1] }) else { return "" }
    let place = labels.indices.contains(peak) ? labels[peak] : NumberText.number(edges[peak])
    let all = shares.map { names[$0.series] ?? $0.series.label }
    return """
      Histogram of \(edges.count - 1) bins for \(all.joined(separator: ", ")) \(names.isEmpty ? "rows" : "values"). \
      The fullest \(all[0]) bin is \(place.onOneLine).
      """
  }

  var legend: [LegendItem] {
    shares.map { LegendItem("line \($0.series.rawValue)", names[$0.series] ?? $0.series.label) }
  }

  func drawing() -> Drawing {
    compact ? sparkline() : full()
  }

  private func full() -> Drawing {
    var drawing = Drawing(width: 272, height: 176)
    let heights = self.heights
    let top = Axis.roundUp(max(heights.lazy.flatMap(\.self).max() ?? 0, 1e-6) * 1.02)
    let x = xAxis(from: 38, to: 266)
    let y = Axis(0, top, from: 150, to: 10, ticks: 4, .percent)
    let area = PlotArea(left: 38, top: 10, right: 266, bottom: 150, x: x, y: y)
    area.drawAxes(in: &drawing)
    draw(heights, x, y, in: &drawing)
    return drawing
  }

  private func sparkline() -> Drawing {
    var drawing = Drawing(width: 160, height: 56)
    let heights = self.heights
    let x = Axis(edges.first ?? 0, edges.last ?? 1, from: 1, to: 159, ticks: 0)
    let y = Axis(0, max(heights.lazy.flatMap(\.self).max() ?? 0, 1e-6), from: 54, to: 3, ticks: 0)
    draw(heights, x, y, in: &drawing)
    return drawing
  }

  private func draw(_ heights: [[Double]], _ x: Axis, _ y: Axis, in drawing: inout Drawing) {
    drawing.marks { drawing in
      // Real rows lie below, held-out rows above them, synthetic rows on top: these are what one looks for.
      let order: [Series] = [.real, .holdout, .synthetic]
      for series in order {
        guard let index = shares.firstIndex(where: { $0.series == series }) else { continue }
        let outline = outline(heights[index], x, y)
        if series == .real { drawing.path("\(outline)z", "area real") }
        drawing.path(outline, "line \(series.rawValue)")
      }
    }
  }

  private func outline(_ heights: [Double], _ x: Axis, _ y: Axis) -> Markup {
    var commands: Markup = "M\(x.at(edges[0])) \(y.at(0))"
    for (bin, height) in heights.enumerated() { commands += "V\(y.at(height))H\(x.at(edges[bin + 1]))" }
    commands += "V\(y.at(0))"
    return commands
  }

  /// Where bins differ in width, a wide one would look fuller than it is: heights are per the width of a middling bin.
  private var heights: [[Double]] {
    let widths = zip(edges.dropFirst(), edges).map { $0 - $1 }
    guard !widths.isEmpty else { return shares.map(\.shares) }
    let middling = widths.sorted()[widths.count / 2]
    guard let narrow = widths.min(), let wide = widths.max(), narrow > 0, wide > narrow * 1.01 else {
      return shares.map(\.shares)
    }
    return shares.map { zip($0.shares, widths).map { $0 / $1 * middling } }
  }

  private func xAxis(from start: Double, to end: Double) -> Axis {
    let low = edges.first ?? 0, high = edges.last ?? 1
    let dates = labels.map(Self.date)
    guard dates.count == edges.count - 1, !dates.isEmpty, dates.allSatisfy({ $0 != nil }) else {
      return Axis(low, high, from: start, to: end, ticks: 5)
    }
    // Months take less room than days: four fit, where no two are the same.
    let months = stride(from: 0, to: dates.count, by: max(1, (dates.count + 3) / 4)).map {
      (value: edges[$0], label: String(dates[$0]!.prefix(7)))
    }
    if Set(months.map(\.label)).count == months.count {
      return Axis(low, high, from: start, to: end, marked: months)
    }
    let days = stride(from: 0, to: dates.count, by: max(1, (dates.count + 1) / 2))
    return Axis(low, high, from: start, to: end, marked: days.map { (value: edges[$0], label: dates[$0]!) })
  }

  /// The first date in a label, such as `2024-03-01`.
  private static func date(_ label: String) -> String? {
    let head = Array(label.utf8.drop { !(48...57).contains($0) }.prefix(10))
    let digits = [0, 1, 2, 3, 5, 6, 8, 9]
    guard head.count == 10, head[4] == head[7], head[4] == UInt8(ascii: "-") else { return nil }
    guard digits.allSatisfy({ (48...57).contains(head[$0]) }) else { return nil }
    return String(decoding: head, as: UTF8.self)
  }
}
