/// One thing that the model generates in one go: a code, or a number within a bin.
struct Slot: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// One of so many codes.
    case category(Int)
    /// A standard normal score, by a mixture of so many Gaussians.
    case density(Int)
  }
  var kind: Kind
  /// The column it belongs to.
  var column: Int
  /// The slot that must come first: the code before the place within its bin.
  var follows: Int?
  /// Its columns in the network's output.
  var output: Range<Int>
  /// Its first row in the embedding table: codes, then "masked"; for a density only "masked".
  var embedding: Int
}

/// All slots of a table, in the order of its columns.
struct SlotLayout: Sendable, Equatable {
  /// Components of a density that stand by themselves, and those that stand beside each anchor.
  static let components = 16, anchoredComponents = 4

  /// An expression in other columns, on the scale of the column that it is close to.
  struct Anchor: Sendable, Equatable {
    var column: Int
    var relation: ColumnRelation
  }

  var slots: [Slot] = []
  /// The slots of each column: none, one or two.
  private(set) var slotsOfColumn: [[Int]] = []
  /// The place of each column among those whose quantile the network sees.
  private(set) var numericIndex: [Int?] = []
  private(set) var numericCount = 0
  /// Expressions that a column's density is placed relative to. Their scores follow those of the numeric columns.
  private(set) var anchors: [Anchor] = []
  /// The anchors of each column.
  private(set) var anchorsOfColumn: [Range<Int>] = []
  /// The number of scores of a row: of numeric columns, then of anchors.
  var scoreCount: Int { numericCount + anchors.count }
  private(set) var outputs = 0
  private(set) var embeddings = 0

  init(_ columns: [ColumnCoding]) {
    for (index, column) in columns.enumerated() {
      var own: [Int] = []
      func add(_ kind: Slot.Kind, follows: Int?) {
        let width: Int, entries: Int
        switch kind {
        case .category(let codes): (width, entries) = (codes, codes + 1)
        case .density(let components): (width, entries) = (3 * components, 1)
        }
        own.append(slots.count)
        slots.append(
          Slot(kind: kind, column: index, follows: follows, output: outputs..<outputs + width, embedding: embeddings))
        outputs += width
        embeddings += entries
      }
      if column.isModelled {
        // A first slot of one code says nothing, so it is left out.
        if column.codes > 1 { add(.category(column.codes), follows: nil) }
        switch column.content {
        case .groupedLevels(_, let size): add(.category(size), follows: own.last)
        case .continuous(let c):
          add(
            c.cells > 0
              ? .category(c.cells) : .density(Self.components + Self.anchoredComponents * c.anchors.count),
            follows: own.last)
        default: break
        }
      }
      slotsOfColumn.append(own)
      let before = anchors.count
      if column.isModelled, case .continuous(let c) = column.content {
        anchors += c.anchors.map { Anchor(column: index, relation: $0) }
      }
      anchorsOfColumn.append(before..<anchors.count)
      numericIndex.append(column.isNumeric ? numericCount : nil)
      if column.isNumeric { numericCount += 1 }
    }
  }
}
