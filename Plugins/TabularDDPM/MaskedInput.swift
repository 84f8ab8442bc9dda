import Tensors

/// What the network sees of some rows: which slots are visible, and what they say.
struct MaskedInput {
  var rows: Int
  /// `[rows, slots]`: rows of the embedding table, or below zero for nothing.
  var indices: [Int32]
  /// `[rows, scores]`: of numeric columns, then of anchors.
  var scores: [Float]
  /// `[rows, scores]`: 1 where the number is known.
  var knownNumbers: [UInt8]

  init(rows: Int, layout: SlotLayout) {
    self.rows = rows
    indices = Array(repeating: -1, count: rows * layout.slots.count)
    scores = Array(repeating: 0, count: rows * layout.scoreCount)
    knownNumbers = Array(repeating: 0, count: rows * layout.scoreCount)
  }
}

/// Fills the network's input from coded rows, without touching anything that is counted or allocated.
struct MaskedInputBuilder: Sendable {
  private struct SlotRule {
    var embedding: Int32
    /// The row that says "masked".
    var masked: Int32
    var isCategory: Bool
  }
  /// When the visible slots fix a column's number.
  private struct NumberRule {
    var first: Int32, place: Int32
    /// Codes from here on, up to `missing`, are relations.
    var relations: Int32
    /// The code of a missing cell, or one that never occurs.
    var missing: Int32
    /// Where the relations' entries in `parentRanges` begin.
    var ranges: Int32
  }

  private let slots: [SlotRule]
  private let numbers: [NumberRule]
  private let parentRanges: [Range<Int32>]
  /// Places among the numbers; below zero −1 − a slot that says all.
  private let parents: [Int32]
  /// What each anchor is made of: places as in `parents`.
  private let anchors: [[Int32]]
  /// The anchors of each slot: none but for a density.
  private let anchorsOfSlot: [Range<Int>]

  init(_ coding: TableCoding, layout: SlotLayout) {
    slots = layout.slots.map { slot in
      switch slot.kind {
      case .category(let codes):
        SlotRule(embedding: Int32(slot.embedding), masked: Int32(slot.embedding + codes), isCategory: true)
      case .density: SlotRule(embedding: Int32(slot.embedding), masked: Int32(slot.embedding), isCategory: false)
      }
    }
    func place(of parent: Int) -> Int32 {
      // A derived column is known with its source.
      if case .derived(let derived) = coding.columns[parent].content {
        return Int32(-1 - layout.slotsOfColumn[derived.source][0])
      }
      return Int32(layout.numericIndex[parent]!)
    }
    var numbers: [NumberRule] = [], ranges: [Range<Int32>] = [], parents: [Int32] = []
    for (index, column) in coding.columns.enumerated() where column.isNumeric {
      let own = layout.slotsOfColumn[index]
      var rule = NumberRule(
        first: column.codes > 1 ? Int32(own[0]) : -1, place: -1, relations: .max,
        missing: column.hasMissing ? Int32(column.missingCode) : .max, ranges: Int32(ranges.count))
      if case .continuous(let c) = column.content {
        rule.place = Int32(own[own.count - 1])
        rule.relations = Int32(c.bins + c.heavy.count)
        for relation in c.relations {
          let start = Int32(parents.count)
          parents += relation.parents.map(place)
          ranges.append(start..<Int32(parents.count))
        }
      }
      numbers.append(rule)
    }
    (self.numbers, parentRanges, self.parents) = (numbers, ranges, parents)
    anchorsOfSlot = layout.slots.map { slot in
      if case .density = slot.kind { layout.anchorsOfColumn[slot.column] } else { 0..<0 }
    }
    anchors = layout.anchors.map { $0.relation.parents.map(place) }
  }

  /// Fills one row.
  ///
  /// - Parameters:
  ///   - codes: `[slots]`.
  ///   - scores: `[scores]`, or nothing where there are none.
  ///   - visible: `[slots]`.
  func fill(
    _ input: inout MaskedInput, row: Int, codes: UnsafePointer<Int32>, scores: UnsafePointer<Float>?,
    visible: UnsafePointer<Bool>
  ) {
    for slot in slots.indices {
      let rule = slots[slot]
      input.indices[row * slots.count + slot] =
        !visible[slot] ? rule.masked : rule.isCategory && codes[slot] >= 0 ? rule.embedding + codes[slot] : -1
    }
    guard let scores else { return }
    let start = row * (numbers.count + anchors.count)
    func put(_ score: Int, known: Bool) {
      input.knownNumbers[start + score] = known ? 1 : 0
      input.scores[start + score] = known ? scores[score] : 0
    }
    for numeric in numbers.indices { put(numeric, known: knows(Int32(numeric), codes, visible)) }
    for (index, parents) in anchors.enumerated() {
      let score = numbers.count + index
      put(score, known: parents.allSatisfy { knows($0, codes, visible) })
    }
  }

  /// Adds the numbers that a slot's last components stand beside: the scores of its anchors, 0 where not known.
  func appendAnchors(of slot: Int, _ input: MaskedInput, row: Int, to list: inout [Float]) {
    let first = row * (numbers.count + anchors.count) + numbers.count
    for anchor in anchorsOfSlot[slot] {
      for _ in 0..<SlotLayout.anchoredComponents { list.append(input.scores[first + anchor]) }
    }
  }

  /// Whether the visible slots fix a number: by its own code and place, or by those of a relation's parents.
  func knows(_ numeric: Int32, _ codes: UnsafePointer<Int32>, _ visible: UnsafePointer<Bool>) -> Bool {
    guard numeric >= 0 else { return visible[Int(-1 - numeric)] }
    let rule = numbers[Int(numeric)]
    if rule.first >= 0 {
      guard visible[Int(rule.first)] else { return false }
      let code = codes[Int(rule.first)]
      if code == rule.missing { return false }
      if code >= rule.relations {
        for parent in parentRanges[Int(rule.ranges + code - rule.relations)] {
          if !knows(parents[Int(parent)], codes, visible) { return false }
        }
        return true
      }
    }
    return rule.place < 0 || visible[Int(rule.place)]
  }
}
