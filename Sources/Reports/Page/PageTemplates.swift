import Mustache

/// The templates of a page, which are compiled into the program.
enum PageTemplates {
  /// The style sheet. It has no closing tag in it, so it cannot end its element.
  static let style = Markup(trusted: text(PackageResources.style_css))

  /// All templates under the names by which they call each other.
  static func library() throws -> PageLibrary {
    var library = MustacheLibrary()
    for (name, bytes) in [
      ("page", PackageResources.page_mustache), ("cards", PackageResources.cards_mustache),
      ("contents", PackageResources.contents_mustache), ("section", PackageResources.section_mustache),
      ("block", PackageResources.block_mustache), ("figures", PackageResources.figures_mustache),
      ("pictures", PackageResources.pictures_mustache), ("table", PackageResources.table_mustache),
    ] {
      try library.register(text(bytes), named: name)
    }
    return PageLibrary(library: library)
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// The templates, ready to print a page.
struct PageLibrary {
  fileprivate var library: MustacheLibrary

  func render(_ page: Page) throws -> String {
    guard let html = library.render(page, withTemplate: "page") else { throw MissingTemplate(name: "page") }
    return html
  }

  /// A template that is not among those compiled in: an error of this program.
  struct MissingTemplate: Error { var name: String }
}
