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
  static let components = 16

  private(set) var slots: [Slot] = []
  /// The slots of each column: none, one or two.
  private(set) var slotsOfColumn: [[Int]] = []
  /// The place of each column among those whose quantile the network sees.
  private(set) var numericIndex: [Int?] = []
  private(set) var numericCount = 0
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
          add(c.cells > 0 ? .category(c.cells) : .density(Self.components), follows: own.last)
        default: break
        }
      }
      slotsOfColumn.append(own)
      numericIndex.append(column.isNumeric ? numericCount : nil)
      if column.isNumeric { numericCount += 1 }
    }
  }
}
