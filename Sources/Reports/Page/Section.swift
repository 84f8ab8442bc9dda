/// A part of a page under a heading.
struct Section: Sendable {
  /// Its anchor, unlike every other in the page.
  var id: Markup
  var title: Markup
  /// How to read it; nil where nothing needs explaining.
  var guide: Guide?
  var blocks: [Block] = []
  var parts: [Section] = []
  /// The level of its heading; set by the page.
  private(set) var level: Markup = "2"

  /// How to read a section, for someone who sees such a picture for the first time.
  struct Guide: Sendable {
    var shows: Markup
    var good: Markup
    /// What to do when it is not good.
    var otherwise: Markup

    init(shows: Markup, good: Markup, otherwise: Markup) {
      self.shows = shows
      self.good = good
      self.otherwise = otherwise
    }
  }

  init(_ id: Markup, _ title: Markup, guide: Guide? = nil, blocks: [Block?] = [], parts: [Section] = []) {
    self.id = id
    self.title = title
    self.guide = guide
    self.blocks = blocks.compactMap(\.self)
    self.parts = parts
  }

  /// Numbers headings and pictures, and draws the latter.
  mutating func finish(level: Int, _ numbers: inout PictureNumbers) {
    self.level = "\(level)"
    for index in blocks.indices { blocks[index].finish(level: level + 1, &numbers) }
    for index in parts.indices { parts[index].finish(level: level + 1, &numbers) }
  }
}

/// A piece of a section: exactly one of its properties is there.
struct Block: Sendable {
  private(set) var text: Markup?
  /// What could not be shown, and why.
  private(set) var absent: Markup?
  private(set) var figures: FigureList?
  private(set) var pictures: Pictures?
  private(set) var table: DataTable?
  private(set) var facts: Facts?
  private(set) var listed: Listed?
  private(set) var fold: Fold?

  /// A paragraph.
  static func text(_ text: Markup) -> Block { Block(text: text) }
  /// What could not be shown, and why.
  static func absent(_ why: Markup) -> Block { Block(absent: why) }
  /// Key figures.
  static func figures(_ entries: [FigureList.Entry], legend: [LegendItem]) -> Block? {
    entries.isEmpty ? nil : Block(figures: FigureList(entries: entries, legend: legend))
  }
  /// Pictures side by side.
  static func pictures(_ width: Pictures.Width, _ pictures: [Picture], legend: [LegendItem] = []) -> Block? {
    pictures.isEmpty
      ? nil : Block(pictures: Pictures(width: Markup(text: width.rawValue), legend: legend, pictures: pictures))
  }
  /// A table.
  static func table(_ table: DataTable) -> Block? { table.rows.isEmpty ? nil : Block(table: table) }
  /// Names with their values.
  static func facts(_ entries: [(Markup, Markup)]) -> Block {
    Block(facts: Facts(entries: entries.map { Facts.Entry(name: $0, value: $1) }))
  }
  /// A bulleted list.
  static func list(_ entries: [Markup]) -> Block? { entries.isEmpty ? nil : Block(listed: Listed(entries: entries)) }
  /// Blocks that open on demand.
  static func fold(_ label: Markup, _ blocks: [Block?]) -> Block? {
    let blocks = blocks.compactMap(\.self)
    return blocks.isEmpty ? nil : Block(fold: Fold(label: label, blocks: blocks))
  }

  mutating func finish(level: Int, _ numbers: inout PictureNumbers) {
    if var pictures {
      for index in pictures.pictures.indices { pictures.pictures[index].finish(level: level, id: numbers.next()) }
      self.pictures = pictures
    }
    if var fold {
      for index in fold.blocks.indices { fold.blocks[index].finish(level: level, &numbers) }
      self.fold = fold
    }
  }

  struct Pictures: Sendable {
    /// How many stand in a row where there is room.
    enum Width: String { case one, two, three, many }
    var width: Markup
    /// What the marks of all of them stand for; empty where each says so itself.
    var legend: [LegendItem]
    var pictures: [Picture]
  }

  struct Listed: Sendable { var entries: [Markup] }

  struct Facts: Sendable {
    var entries: [Entry]
    struct Entry: Sendable { var name: Markup, value: Markup }
  }

  struct Fold: Sendable {
    var label: Markup
    var blocks: [Block]
  }
}

/// A chart with its legend, a note and the numbers behind it.
struct Picture: Sendable {
  let chart: any Chart
  /// The heading; the chart's title where it is not given.
  let title: Markup
  let note: Markup?
  let legend: [LegendItem]
  let table: DataTable?
  private(set) var svg = Markup()
  private(set) var level: Markup = "3"

  init(_ chart: any Chart, title: Markup? = nil, note: Markup? = nil, legend: Bool = true, table: DataTable? = nil) {
    self.chart = chart
    self.title = title ?? Markup(text: chart.title)
    self.note = note
    self.legend = legend ? chart.legend : []
    self.table = table
  }

  mutating func finish(level: Int, id: String) {
    self.level = "\(level)"
    svg = chart.drawing().svg(id: id, title: chart.title, summary: chart.summary)
  }
}

/// A table of numbers; the first column names the row.
struct DataTable: Sendable {
  /// What a screen reader calls it: plain text, as it stands in an attribute.
  private(set) var caption: Markup
  var head: [Markup]
  var rows: [Row]
  /// Whether cells hold words rather than numbers.
  var words = false

  struct Row: Sendable {
    var name: Markup
    var cells: [Markup]

    init(_ name: Markup, _ cells: [Markup]) {
      self.name = name
      self.cells = cells
    }

    init(_ name: Markup, _ cells: [String]) {
      self.init(name, cells.map { Markup(text: $0) })
    }
  }

  init(_ caption: String, head: [Markup], rows: [Row], words: Bool = false) {
    self.caption = Markup(text: caption.onOneLine)
    self.head = head
    self.rows = rows
    self.words = words
  }
}

/// Key figures, each beside what it takes to read it.
struct FigureList: Sendable {
  var entries: [Entry]
  /// What the marks on the scales stand for.
  var legend: [LegendItem]

  struct Entry: Sendable {
    var name: Markup
    var meaning: Markup
    /// The number as text; nil where it does not apply.
    var value: Markup?
    /// Why it does not apply.
    var why: Markup?
    /// What held-out real rows score, the interval, the chance line, and where better lies.
    var context: [Markup]
    /// Its place on its scale.
    var strip: Markup?
  }
}
