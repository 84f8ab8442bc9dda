import Foundation
import Testing

@testable import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct PageTests {
  let pages: [String: String]

  init() throws { pages = try ExamplePages.every.get() }

  @Test func everyPictureIsWellFormedAndHasMarks() throws {
    for (name, page) in pages {
      let pictures = page.matches(of: /<svg[^>]*>.*?<\/svg>/.dotMatchesNewlines())
      // The lights of the cards, at least.
      #expect(pictures.count >= (name.hasPrefix("tuned") ? 1 : 3), "\(name)")
      for picture in pictures {
        let text = String(page[picture.range])
        let reader = PictureReader()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = reader
        #expect(
          parser.parse(), "\(name): \(parser.parserError.map(String.init(describing:)) ?? "") in \(text.prefix(200))")
        guard text.contains("role=\"img\"") else { continue }
        #expect(reader.marks > 0, "\(name): \(text.prefix(300))")
        #expect(reader.titles >= 1 && reader.descriptions == 1, "\(name): \(text.prefix(300))")
      }
    }
  }

  @Test func numbersThatAreNoneAreNotShown() {
    for (name, page) in pages where !name.hasSuffix("hostile") {
      let found = page.firstMatch(of: /\b(nil|NaN|nan|inf|Infinity)\b|Optional\(|Markup\(/)
      #expect(found == nil, "\(name): \(found.map { String($0.output.0) } ?? "")")
    }
  }

  @Test func identifiersAreUniqueAndLinksHaveTargets() {
    for (name, page) in pages {
      let ids = page.matches(of: /\sid="([^"]*)"/).map { String($0.output.1) }
      #expect(Set(ids).count == ids.count, "\(name)")
      for link in page.matches(of: /href="#([^"]*)"/) {
        #expect(ids.contains(String(link.output.1)), "\(name): \(link.output.1)")
      }
      for label in page.matches(of: /aria-labelledby="([^"]*)"/) {
        for id in label.output.1.split(separator: " ") { #expect(ids.contains(String(id)), "\(name): \(id)") }
      }
    }
  }

  @Test func nothingIsLoaded() {
    for (name, page) in pages {
      #expect(page.contains("default-src 'none'"))
      #expect(
        page.firstMatch(of: /(src|href|action|data|srcset)\s*=\s*["']?\s*(https?:|\/\/|file:|javascript:)/) == nil,
        "\(name)")
      #expect(page.firstMatch(of: /url\(|@import|<script|<iframe|<object|<embed/) == nil, "\(name)")
    }
  }

  @Test func pagesAreSmall() throws {
    #expect(try #require(pages["adult"]).utf8.count < 400_000)
    #expect(try #require(pages["wide"]).utf8.count < 600_000)
    #expect(try #require(pages["filled-series"]).utf8.count < 200_000)
  }

  @Test func headingsAreInOrder() {
    for (name, page) in pages {
      var last = 0
      for heading in page.matches(of: /<h([1-6])[\s>]/) {
        let level = Int(heading.output.1)!
        #expect(level <= last + 1, "\(name): h\(level) after h\(last)")
        last = level
      }
      #expect(page.matches(of: /<h1[\s>]/).count == 1)
    }
  }

  @Test func aHoldOutThatIsNotUsedIsNotSaidToBeUnseen() throws {
    var result = ExampleResults.adult
    result.overlaps.fault = .learned
    result.privacy.holdoutToReal = nil
    for index in result.privacy.attacks.indices { result.privacy.attacks[index].controlRate = nil }
    let page = try HTMLReport(result).render()
    #expect(page.contains("are not used, because they are not unseen") && !page.contains("serve as the yardstick"))
    #expect(page.contains("the hold-out shares rows with another table") && !page.contains("What attacks gain"))
    let used = try #require(pages["adult"])
    #expect(used.contains("serve as the yardstick") && used.contains("What attacks gain"))
  }

  @Test func namesCannotBreakOut() throws {
    let page = try #require(pages["hostile"])
    // No tag but those of the templates and charts, and no attribute that runs code.
    let unquoted = page.replacing(/"[^"]*"/, with: "")
    #expect(unquoted.firstMatch(of: /<[^>]*\son\w+\s*=/) == nil)
    #expect(!page.contains("<b>bold"))
    #expect(!page.contains("<real>"))
    #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(page.contains("it&#39;s &amp; &lt;b&gt;bold&lt;/b&gt;"))
    #expect(page.contains("{{mustache}} {{{title}}}"))
    #expect(page.contains("עברית"))
    #expect(page.contains("🧑‍🔬"))
    #expect(!page.unicodeScalars.contains("\u{202E}"))
    #expect(!page.unicodeScalars.contains { $0.value < 32 && $0 != "\n" && $0 != "\t" })
    // One closing tag: the style sheet's own.
    #expect(page.matches(of: /<\/style>/).count == 1)
  }

  @Test func namesInFillingsCannotBreakOut() throws {
    let page = try #require(pages["filled-hostile"])
    let unquoted = page.replacing(/"[^"]*"/, with: "")
    #expect(unquoted.firstMatch(of: /<[^>]*\son\w+\s*=/) == nil)
    #expect(!page.contains("<b>bold") && !page.contains("<b>entity") && !page.contains("<i>it failed"))
    #expect(page.contains("&lt;script&gt;alert(1).csv"))
    #expect(!page.contains("a/b/"))
    #expect(page.contains("{{mustache}} {{{title}}}"))
    #expect(page.matches(of: /<\/style>/).count == 1)
  }

  @Test func fillingsSayWhatIsKnownAndWhatIsNot() throws {
    let series = try #require(pages["filled-series"]), bare = try #require(pages["filled-bare"])
    #expect(series.contains("28% better than ridge"))
    #expect(series.contains("spare has no value to learn from"))
    #expect(series.contains("A gap of 48 time steps"))
    #expect(bare.contains("no values were hidden to try methods on"))
    #expect(bare.contains("How good the filled values are was not measured."))
  }

  @Test func namesInComparisonsCannotBreakOut() throws {
    let page = try #require(pages["balanced-hostile"])
    let unquoted = page.replacing(/"[^"]*"/, with: "")
    #expect(unquoted.firstMatch(of: /<[^>]*\son\w+\s*=/) == nil)
    #expect(!page.contains("<b>bold") && !page.contains("<i>it failed"))
    #expect(page.contains("&lt;script&gt;alert(1).csv"))
    #expect(!page.contains("a/b/"))
    #expect(page.contains("{{mustache}} {{{title}}}"))
    #expect(page.matches(of: /<\/style>/).count == 1)
  }

  @Test func comparisonsShowEveryArmAndWhyOneIsMissing() throws {
    let page = try #require(pages["balanced"]), bare = try #require(pages["balanced-bare"])
    #expect(page.contains("Leave the classes as they are"))
    #expect(page.contains("smote-nc was not compared: smote-nc needs categories beside numbers"))
    #expect(page.contains("Precision over recall") && page.contains("Predicted and observed"))
    for arm in ["nothing", "weights", "random", "smote", "diffusion"] { #expect(page.contains(">\(arm)</")) }
    #expect(page.contains("Of 200000 rows, 100000 drawn at random took part."))
    #expect(!bare.contains("Precision over recall"))
    #expect(bare.contains("diffusion was not compared: it failed"))
  }

  @Test func whatIsMissingIsSaid() throws {
    let page = try #require(pages["empty"])
    #expect(page.contains("Not applicable: there are no held-out rows"))
    #expect(page.contains("no target was given"))
    #expect(page.contains("no attack was tried"))
    #expect(page.contains("the generator was not trained in this run"))
  }

  @Test func templatesPrintMarkupOnly() {
    // Two braces would escape what is escaped already; three print what has a type that guarantees it.
    for template in [
      PackageResources.page_mustache, PackageResources.cards_mustache, PackageResources.contents_mustache,
      PackageResources.section_mustache, PackageResources.block_mustache, PackageResources.figures_mustache,
      PackageResources.pictures_mustache, PackageResources.table_mustache,
    ] {
      let text = String(decoding: template, as: UTF8.self)
      #expect(text.firstMatch(of: /(^|[^{]){{[^{#^\/>]/) == nil)
    }
  }
}

/// Counts what a picture is made of.
private final class PictureReader: NSObject, XMLParserDelegate {
  private(set) var marks = 0, titles = 0, descriptions = 0
  private var depth = 0, marksDepth: Int?

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    depth += 1
    if marksDepth != nil, name != "g" { marks += 1 }
    if attributes["class"]?.split(separator: " ").contains("marks") == true { marksDepth = depth }
    if name == "title" { titles += 1 }
    if name == "desc" { descriptions += 1 }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    if marksDepth == depth { marksDepth = nil }
    depth -= 1
  }
}
