/// A square matrix as coloured cells, from −`limit` (one colour) through 0 (none) to `limit` (the other).
struct HeatMap: Chart {
  var title: String
  var summary: String
  /// The rows and columns.
  var names: [String]
  /// The cells; nil is drawn as not defined.
  var values: [[Double?]]
  /// The value with the full colour.
  var limit = 1.0
  var size = Size.half

  /// How wide it is drawn; the widest has room for every name, where there are many.
  enum Size: Double { case half = 360, full = 760 }

  /// What the two colours mean.
  var up = "positive", down = "negative"

  /// Whether values have one sign, drawn in the colour of the negative ones, and their size is what counts.
  var isOneSided = false

  /// Shades on either side of 0.
  private static let shades = 10

  /// The height of names, which stand close together.
  private static let nameSize = 10.0

  private var width: Double { size.rawValue }
  private var room: Double {
    let widest = names.map { TextWidth.of($0.onOneLine) }.max() ?? 0
    return min(max(widest + 4, 24), size == .full ? 150 : 108)
  }

  var legend: [LegendItem] {
    let isUndefined = values.contains { $0.contains { $0 == nil } }
    return (isOneSided ? [] : [LegendItem("up", up)]) + [LegendItem("down", down)]
      + (isUndefined ? [LegendItem("none", "not defined")] : [])
  }

  func drawing() -> Drawing {
    let count = Double(max(names.count, 1))
    let left = room + 4
    let side = min((width - left - 4) / count, 60)
    let top = min(room, size == .full ? 120 : 96) + 4
    var drawing = Drawing(width: width, height: top + side * count + 34)
    drawing.cells(left: left, top: top, side: side, paths)
    drawNames(left: left, top: top, side: side, in: &drawing)
    drawKey(left: left, right: left + side * count, top: top + side * count + 12, in: &drawing)
    return drawing
  }

  /// All cells of one shade are one path: 2,500 cells in some kilobytes.
  private var paths: [(style: String, commands: Markup)] {
    var paths: [Int?: Markup] = [:]
    for (row, line) in values.prefix(names.count).enumerated() {
      for (column, value) in line.prefix(names.count).enumerated() {
        let shade = value.map { Int((min(max($0 / limit, -1), 1) * Double(Self.shades)).rounded()) }
        paths[shade, default: ""] += "M\(column) \(row)h.95"
      }
    }
    return paths.sorted { ($0.key ?? -99) < ($1.key ?? -99) }.map { (style($0.key), $0.value) }
  }

  private func style(_ shade: Int?) -> String {
    guard let shade else { return "none" }
    return shade == 0 ? "h0" : shade > 0 ? "up h\(shade)" : "down h\(-shade)"
  }

  /// Names stand closer than they are high where there are many columns: then only every second, third, … is written.
  private func drawNames(left: Double, top: Double, side: Double, in drawing: inout Drawing) {
    let every = max(1, Int((Self.nameSize * 1.13 / max(side, 0.1)).rounded(.up)))
    drawing.group("axis names") { drawing in
      for index in stride(from: 0, to: names.count, by: every) {
        let middle = (Double(index) + 0.5) * side
        drawing.name(names[index], left - 5, top + middle + 3.8, .end, room: room - 2)
        drawing.name(names[index], left + middle + 3.8, top - 5, .start, room: top - 8, turned: true)
      }
    }
  }

  private func drawKey(left: Double, right: Double, top: Double, in drawing: inout Drawing) {
    let shades = isOneSided ? Array((0...Self.shades).map { -$0 }) : Array(-Self.shades...Self.shades)
    let width = min((right - left) / Double(shades.count), 9)
    let start = (left + right - width * Double(shades.count)) / 2
    drawing.group("key") { drawing in
      for (place, shade) in shades.enumerated() {
        drawing.rect(start + Double(place) * width, top, width, 7, style(shade))
      }
    }
    let end = start + width * Double(shades.count)
    let limit = NumberText.trimmed(NumberText.fixed(limit, 2))
    drawing.group("axis") { drawing in
      drawing.text(isOneSided ? "0" : "−\(limit)", start, top + 18, .start)
      if !isOneSided { drawing.text("0", (start + end) / 2, top + 18, .middle) }
      drawing.text(isOneSided ? limit : "+\(limit)", end, top + 18, .end)
    }
  }
}
