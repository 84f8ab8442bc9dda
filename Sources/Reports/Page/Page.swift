/// A report as a page: what any report is made of, whatever it reports on.
///
/// These values are what the templates print, by the names of their properties.
struct Page: Sendable {
  var title: Markup
  /// One line on what was done with what.
  var subtitle: Markup
  /// The answers, before anything else.
  var cards: [Card]
  var sections: [Section]
  /// The program that made the page.
  var footer: Markup
  /// The style sheet.
  var style = PageTemplates.style

  /// An answer with its traffic light.
  struct Card: Sendable {
    /// The light as a CSS class, in words, and as a picture.
    var light: Markup, word: Markup, icon: Markup
    var question: Markup
    var sentence: Markup
    var reason: Markup
    /// The id of the section that says more.
    var target: Markup
  }

  /// The page as HTML.
  func rendered() throws -> String {
    var page = self
    var numbers = PictureNumbers()
    for index in page.sections.indices { page.sections[index].finish(level: 2, &numbers) }
    return try PageTemplates.library().render(page)
  }
}

/// Hands out the ids of pictures, which tie them to their titles.
struct PictureNumbers {
  private var last = 0

  mutating func next() -> String {
    last += 1
    return "picture-\(last)"
  }
}
