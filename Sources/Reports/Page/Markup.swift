/// HTML or SVG that is safe to put into a page.
///
/// A literal is taken as it stands; whatever is interpolated into it is escaped unless it is markup itself:
/// `"<b>\(name)</b>"`. Templates only ever print markup, so nothing reaches a page unescaped.
struct Markup: Sendable, Equatable, CustomStringConvertible, ExpressibleByStringInterpolation {
  /// The text as it goes into the page.
  private(set) var html: String

  var description: String { html }
  var isEmpty: Bool { html.isEmpty }

  /// Nothing.
  init() { html = "" }

  init(stringLiteral value: String) { html = value }

  init(stringInterpolation: StringInterpolation) { html = stringInterpolation.html }

  /// Plain text, escaped.
  init(text: String) {
    html = ""
    Self.escape(text, into: &html)
  }

  /// A name that the user gave. It may run right to left or hold line breaks; neither must disturb what is around it.
  init(name: String) { self = "<bdi>\(name.onOneLine)</bdi>" }

  /// A file's name without its folders: these are nobody's business where the page goes.
  init(fileName path: String) { self.init(name: path.split(separator: "/").last.map(String.init) ?? path) }

  /// Markup that is known to be safe, such as a rendered template.
  init(trusted: String) { html = trusted }

  static func += (left: inout Markup, right: Markup) { left.html += right.html }

  /// Escapes by Unicode scalar: a quote with a combining mark is one character, and still a quote to a browser.
  private static func escape(_ text: String, into html: inout String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": html += "&lt;"
      case ">": html += "&gt;"
      case "&": html += "&amp;"
      case "\"": html += "&quot;"
      case "'": html += "&#39;"
      case "\t", "\n": html.unicodeScalars.append(scalar)
      // XML has no other control characters, and no non-characters.
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": html.unicodeScalars.append("\u{FFFD}")
      default: html.unicodeScalars.append(scalar)
      }
    }
  }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var html = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      html.reserveCapacity(literalCapacity + 8 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { html += literal }
    mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
    mutating func appendInterpolation(_ text: String) { Markup.escape(text, into: &html) }
    mutating func appendInterpolation(_ number: Int) { html += String(number) }
    mutating func appendInterpolation(trusted text: String) { html += text }
    /// A coordinate: a tenth of a pixel is fine enough.
    mutating func appendInterpolation(_ coordinate: Double) { html += NumberText.coordinate(coordinate) }
  }
}

extension Sequence<Markup> {
  /// All pieces with a separator between.
  func joined(_ separator: Markup = "") -> Markup {
    var all = Markup()
    for (index, piece) in enumerated() {
      if index > 0 { all += separator }
      all += piece
    }
    return all
  }
}

extension String {
  /// The text without line breaks and without the marks that turn the direction of the text after it.
  var onOneLine: String {
    var line = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar {
      case "\n", "\r", "\t", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}": line.append(" ")
      case "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": continue
      default: line.append(scalar)
      }
    }
    let text = String(line)
    return text.allSatisfy(\.isWhitespace) ? "(blank)" : text
  }
}
