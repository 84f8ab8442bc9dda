/// The part of a drawing between two axes, with its grid and ticks.
struct PlotArea: Sendable {
  let left: Double, top: Double, right: Double, bottom: Double
  var x: Axis, y: Axis

  /// The grid, the ticks and what the axes measure.
  func drawAxes(in drawing: inout Drawing, xTitle: String = "", yTitle: String = "", dates: Bool = false) {
    drawing.group("grid") { drawing in
      for tick in y.ticks { drawing.line(left, y.at(tick.value), right, y.at(tick.value)) }
    }
    drawing.group("axis") { drawing in
      drawing.line(left, bottom, right, bottom)
      for tick in y.ticks { drawing.text(tick.label, left - 6, y.at(tick.value) + 3.5, .end) }
      drawXTicks(in: &drawing)
      if !xTitle.isEmpty { drawing.text(xTitle, (left + right) / 2, bottom + 31, .middle, "title") }
      if !yTitle.isEmpty { drawing.text(yTitle, left - 6, top - 9, .start, "title") }
    }
  }

  private func drawXTicks(in drawing: inout Drawing) {
    var taken = -Double.infinity
    for tick in x.ticks {
      let place = x.at(tick.value)
      let half = TextWidth.of(tick.label) / 2
      // Near an end, the label moves inside the drawing.
      let middle = min(max(place, half + 1), drawing.width - half - 1)
      drawing.line(place, bottom, place, bottom + 4)
      guard middle - half > taken + 5 else { continue }
      drawing.text(tick.label, middle, bottom + 16, .middle)
      taken = middle + half
    }
  }
}
