import Foundation

/// An SVG picture on a white ground, so that it can be read in light and in dark pages.
struct Picture {
  /// Colours that people with any colour vision can tell apart.
  enum Colour: String {
    case blue = "#0b62a4"
    case orange = "#c8500a"
    case green = "#0a7d5c"
    case purple = "#7b3f9d"
    case black = "#333333"
    case grey = "#767676"
    case pale = "#dddddd"
  }

  /// Where a text begins.
  enum Anchor: String { case start, middle, end }

  /// The size in units; text is 12 units high.
  let width: Double, height: Double
  private let summary: String
  private var body = ""

  /// Begins a picture.
  ///
  /// - Parameter summary: what there is to see, for those who cannot.
  init(width: Double, height: Double, summary: String) {
    self.width = width
    self.height = height
    self.summary = summary
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, _ colour: Colour = .black,
    isBold: Bool = false
  ) {
    body += "<text x=\"\(place(x))\" y=\"\(place(y))\" text-anchor=\"\(anchor.rawValue)\" fill=\"\(colour.rawValue)\""
    body += (isBold ? " font-weight=\"bold\"" : "") + ">\(escaped(text))</text>\n"
  }

  mutating func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double, fill: String, edge: Colour? = nil) {
    body += "<rect x=\"\(place(x))\" y=\"\(place(y))\" width=\"\(place(width))\" height=\"\(place(height))\""
    body += " fill=\"\(fill)\"" + (edge.map { " stroke=\"\($0.rawValue)\"" } ?? "") + "/>\n"
  }

  mutating func line(_ points: [(x: Double, y: Double)], _ colour: Colour, width: Double = 2, dashes: String = "") {
    let commands = points.map { "\(place($0.x)) \(place($0.y))" }.joined(separator: "L")
    body += "<path d=\"M\(commands)\" fill=\"none\" stroke=\"\(colour.rawValue)\" stroke-width=\"\(place(width))\""
    body += (dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\"") + "/>\n"
  }

  /// Dots of one colour: one path of points with round ends.
  mutating func dots(_ points: [(x: Double, y: Double)], _ colour: Colour, size: Double = 3) {
    let commands = points.map { "M\(place($0.x)) \(place($0.y))h0" }.joined()
    body += "<path d=\"\(commands)\" stroke=\"\(colour.rawValue)\" stroke-width=\"\(place(size))\""
    body += " stroke-linecap=\"round\" stroke-opacity=\".75\"/>\n"
  }

  /// The whole file.
  var svg: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(place(width)) \(place(height))" width="\(place(width))" \
    height="\(place(height))" font-family="system-ui, sans-serif" font-size="12" role="img">
    <title>\(escaped(summary))</title>
    <rect width="100%" height="100%" rx="6" fill="#ffffff"/>
    \(body)</svg>

    """
  }

  private func place(_ value: Double) -> String { String(format: "%g", (value * 10).rounded() / 10) }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
  }
}

/// A rectangle of a picture with a scale along each side.
struct Panel {
  let left: Double, top: Double, width: Double, height: Double
  let x: ClosedRange<Double>, y: ClosedRange<Double>

  func at(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (left + share(x, self.x) * width, top + (1 - share(y, self.y)) * height)
  }

  func contains(_ x: Double, _ y: Double) -> Bool { self.x.contains(x) && self.y.contains(y) }

  private func share(_ value: Double, _ range: ClosedRange<Double>) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  func drawFrame(in picture: inout Picture, title: String) {
    picture.box(left, top, width, height, fill: "none", edge: .pale)
    picture.text(title, left + width / 2, top - 7, .middle, isBold: true)
  }

  func drawTicks(in picture: inout Picture, x: [(Double, String)], y: [(Double, String)], below: String) {
    for (value, label) in x {
      let place = at(value, self.y.lowerBound)
      picture.line([(place.x, top), (place.x, top + height)], .pale, width: 0.5)
      picture.text(label, place.x, top + height + 15, .middle, .grey)
    }
    for (value, label) in y {
      let place = at(self.x.lowerBound, value)
      picture.line([(left, place.y), (left + width, place.y)], .pale, width: 0.5)
      picture.text(label, left - 5, place.y + 4, .end, .grey)
    }
    picture.text(below, left + width / 2, top + height + 32, .middle, .grey)
  }

  /// A line with its name at one of its points.
  func draw(
    _ points: [(x: Double, y: Double)], _ colour: Picture.Colour, name: String, beside index: Int, dx: Double = 0,
    dy: Double = -6, _ anchor: Picture.Anchor = .start, dashes: String = "", in picture: inout Picture
  ) {
    picture.line(points.map { at($0.x, $0.y) }, colour, dashes: dashes)
    let place = at(points[index].x, points[index].y)
    picture.text(name, place.x + dx, place.y + dy, anchor, colour)
  }
}
