/// SVG under construction. Colours come from the page's style sheet through class names, so that one drawing serves
/// light, dark and print.
struct Drawing: Sendable {
  /// The size of the view box; text is 11 units high.
  let width: Double, height: Double
  private(set) var body = Markup()

  /// The height of ordinary text.
  static let fontSize = 11.0

  /// Where a text begins.
  enum Anchor: String { case start, middle, end }

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// Puts what is drawn in the closure under one class.
  mutating func group(_ style: String, _ draw: (inout Drawing) -> Void) {
    body += "<g class=\"\(style)\">"
    draw(&self)
    body += "</g>"
  }

  /// The marks that stand for data, as against axes and labels.
  mutating func marks(_ draw: (inout Drawing) -> Void) { group("marks", draw) }

  mutating func rect(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String = "", round: Double = 0
  ) {
    body += "<rect\(Self.style(style)) x=\"\(x)\" y=\"\(y)\" width=\"\(max(0, width))\" height=\"\(max(0, height))\""
    if round > 0 { body += " rx=\"\(round)\"" }
    body += "/>"
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String = "") {
    body += "<path\(Self.style(style)) d=\"M\(x1) \(y1)L\(x2) \(y2)\"/>"
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String = "") {
    body += "<circle\(Self.style(style)) cx=\"\(x)\" cy=\"\(y)\" r=\"\(radius)\"/>"
  }

  mutating func diamond(_ x: Double, _ y: Double, _ radius: Double, _ style: String = "") {
    body +=
      "<path\(Self.style(style)) d=\"M\(x) \(y - radius)L\(x + radius) \(y)L\(x) \(y + radius)L\(x - radius) \(y)z\"/>"
  }

  /// The mark of a series: a dot, or a diamond for held-out rows, so that colour is not all that tells them apart.
  mutating func point(_ series: Series, _ x: Double, _ y: Double, radius: Double = 4) {
    switch series {
    case .real: circle(x, y, radius, "ring real")
    case .synthetic: circle(x, y, radius, "dot synthetic")
    case .holdout: diamond(x, y, radius + 0.5, "dot holdout")
    }
  }

  /// Cells of a grid as strokes one unit high, in the grid's own units: the shortest way to write many.
  mutating func cells(left: Double, top: Double, side: Double, _ paths: [(style: String, commands: Markup)]) {
    body += "<g class=\"marks cells\" transform=\"translate(\(left) \(top + side / 2)) scale(\(trusted: "\(side)"))\">"
    for (style, commands) in paths { path(commands, style) }
    body += "</g>"
  }

  mutating func path(_ commands: Markup, _ style: String = "") {
    body += "<path\(Self.style(style)) d=\"\(commands)\"/>"
  }

  /// A line through points.
  mutating func polyline(_ points: [(x: Double, y: Double)], _ style: String) {
    guard let first = points.first else { return }
    var commands: Markup = "M\(first.x) \(first.y)"
    for point in points.dropFirst() { commands += "L\(point.x) \(point.y)" }
    // A single point has no length; a round cap makes it a dot.
    if points.count == 1 { commands += "h0" }
    path(commands, style)
  }

  /// Text; `full` is what a pointer that rests on it reveals.
  mutating func text(
    _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, _ style: String = "", full: String? = nil,
    turned: Bool = false
  ) {
    body += "<text\(Self.style(style)) x=\"\(x)\" y=\"\(y)\""
    if anchor != .start { body += " text-anchor=\"\(anchor.rawValue)\"" }
    if turned { body += " transform=\"rotate(-90 \(x) \(y))\"" }
    body += ">"
    if let full { body += "<title>\(full.onOneLine)</title>" }
    body += "\(text)</text>"
  }

  /// A name that the user gave, cut to the room there is and kept from turning the text around it.
  mutating func name(
    _ name: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, room: Double, _ style: String = "",
    turned: Bool = false
  ) {
    let line = name.onOneLine
    let short = TextWidth.fit(line, room, keepsEnd: true)
    text("\u{2068}\(short)\u{2069}", x, y, anchor, style, full: short == line ? nil : line, turned: turned)
  }

  /// The whole element. `id` must be unlike every other in the page.
  func svg(id: String, title: String, summary: String) -> Markup {
    """
    <svg role="img" viewBox="0 0 \(width) \(height)" aria-labelledby="\(id)-t \(id)-d">\
    <title id="\(id)-t">\(title.onOneLine)</title><desc id="\(id)-d">\(summary)</desc>\(body)</svg>
    """
  }

  /// The element as an ornament beside a text that says the same.
  var ornament: Markup { "<svg aria-hidden=\"true\" viewBox=\"0 0 \(width) \(height)\">\(body)</svg>" }

  private static func style(_ names: String) -> Markup { names.isEmpty ? "" : " class=\"\(names)\"" }
}
