import Evaluation

/// One figure on its scale: its value and interval, what held-out rows score, and what guessing scores.
struct Strip: Sendable {
  var value: Double
  var interval: ClosedRange<Double>?
  var floor: Double?
  var chance: Double?
  var range: ClosedRange<Double>
  var format: FigureDescription.Format

  func drawing() -> Drawing {
    var drawing = Drawing(width: 190, height: 38)
    let x = Axis(range.lowerBound, range.upperBound, from: 8, to: 182, ticks: 0)
    let y = 14.0
    drawing.line(8, y, 182, y, "rail")
    if let chance, range.contains(chance) { drawing.line(x.at(chance), y - 9, x.at(chance), y + 9, "tick") }
    drawing.marks { drawing in
      if let interval { drawing.line(x.at(interval.lowerBound), y, x.at(interval.upperBound), y, "whisker") }
      if let floor { drawing.diamond(x.at(floor), y, 6.5, "outline holdout") }
      drawing.circle(x.at(value), y, 4.6, "dot synthetic")
    }
    drawing.group("axis") { drawing in
      drawing.text(end(range.lowerBound), 4, 36, .start)
      drawing.text(end(range.upperBound), 186, 36, .end)
    }
    return drawing
  }

  private func end(_ value: Double) -> String {
    format == .percent ? NumberText.percent(value) : NumberText.trimmed(NumberText.number(value))
  }
}
