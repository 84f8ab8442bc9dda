/// Horizontal bars with their value at the end, in the order given.
struct BarChart: Chart {
  var title: String
  var summary: String
  var rows: [(name: String, value: Double)]
  /// A value to compare with, such as an even share; nil for none.
  var line: (value: Double, label: String)?
  var format = Axis.Style.percent

  func drawing() -> Drawing {
    let row = 21.0, top = line == nil ? 6.0 : 22.0
    var drawing = Drawing(width: 360, height: top + row * Double(rows.count) + 6)
    let widest = rows.map { TextWidth.of($0.name.onOneLine) }.max() ?? 0
    let left = min(max(widest + 10, 60), 150)
    let most = max(rows.map(\.value).max() ?? 1, (line?.value ?? 0) * 1.2, 1e-9)
    let x = Axis(0, most, from: left, to: 312, ticks: 0)
    drawing.marks { drawing in
      for (index, entry) in rows.enumerated() {
        drawing.rect(
          left, top + row * Double(index) + 3.5, max(x.at(entry.value) - left, 1), row - 7, "bar synthetic", round: 2)
      }
    }
    if let line {
      let place = x.at(line.value)
      drawing.line(place, 16, place, top + row * Double(rows.count), "chance")
      drawing.group("axis") { $0.text(line.label, place + 4, 12, place > 250 ? .end : .start) }
    }
    // Values come last: they must stay readable where the line crosses them.
    drawing.group("axis") { drawing in
      for (index, entry) in rows.enumerated() {
        let middle = top + row * (Double(index) + 0.5) + 3.8
        drawing.name(entry.name, left - 7, middle, .end, room: left - 9)
        let text = format == .percent ? NumberText.percent(entry.value) : NumberText.number(entry.value)
        drawing.text(text, x.at(entry.value) + 6, middle, .start, "value")
      }
    }
    return drawing
  }
}
