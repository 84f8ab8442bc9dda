import DiffusionCore
import Errors
import Foundation
import Tables
import Tensors

/// The fitted encoder of a table: how every column becomes slots, and back.
struct TableCoding: Sendable, Codable, Equatable {
  /// The columns in the table's order.
  let columns: [ColumnCoding]
  /// What a number is rounded to, by column.
  let roundings: [Rounding]

  /// The slots that the columns make.
  var layout: SlotLayout { SlotLayout(columns) }

  // MARK: Encoding

  /// Codes every cell.
  ///
  /// - Parameters:
  ///   - table: columns in the coding's order.
  ///   - missingIsUnknown: whether an empty cell is to be generated, rather than a missing value that is known.
  ///   - random: places ties within a bin.
  /// - Throws: ``CodingError`` for a level or a column that the coding does not know.
  func encode(_ table: Table, missingIsUnknown: Bool, random: RandomStream) throws -> Cells {
    let layout = layout, slots = layout.slots.count, rows = table.rowCount
    var coded = Cells(unknownRows: rows, slots: slots, scores: layout.scoreCount)
    let numbers = table.columns.map { column -> [Double] in
      if case .numbers(let values) = column.values { values } else { [] }
    }
    for (index, column) in columns.enumerated() where column.isModelled {
      guard index < table.columns.count, table.columns[index].name == column.name else {
        throw CodingError.missingColumn(column.name)
      }
      var stream = random.child(UInt64(index))
      let own = layout.slotsOfColumn[index], numeric = layout.numericIndex[index]
      let hasFirst = column.codes > 1
      func put(_ row: Int, _ first: Int32, _ place: Int32 = Cells.notApplicable) {
        if hasFirst { coded.codes[row * slots + own[0]] = first }
        if own.count > (hasFirst ? 1 : 0) { coded.codes[row * slots + own[own.count - 1]] = place }
      }
      func putMissing(_ row: Int) throws {
        if missingIsUnknown { return }
        guard column.hasMissing else { throw CodingError.unexpectedMissing(column: column.name, row: row) }
        put(row, Int32(column.missingCode))
      }
      switch (column.content, table.columns[index].values) {
      case (.levels(let levels), .categories(let indices, let found)):
        let codeOf = try Self.match(found, to: levels, column: column.name)
        for row in 0..<rows {
          if indices[row] < 0 { try putMissing(row) } else { put(row, try codeOf(indices[row], row)) }
        }
      case (.groupedLevels(let levels, let size), .categories(let indices, let found)):
        let codeOf = try Self.match(found, to: levels, column: column.name)
        for row in 0..<rows {
          if indices[row] < 0 { try putMissing(row); continue }
          let code = try codeOf(indices[row], row)
          put(row, code / Int32(size), code % Int32(size))
        }
      case (.values(let values, let quantiles), .numbers(let cells)):
        for row in 0..<rows {
          if cells[row].isNaN { try putMissing(row); continue }
          guard !values.isEmpty else {
            throw CodingError.unknownLevel(column: column.name, level: cells[row].plainText, row: row, known: [])
          }
          let code = Self.nearest(cells[row], in: values)
          put(row, Int32(code))
          if let numeric {
            coded.scores[row * layout.scoreCount + numeric] = Float(
              NormalDistribution.quantile(Double(quantiles[code])))
          }
        }
      case (.continuous(let c), .numbers(let cells)):
        for row in 0..<rows {
          let value = cells[row]
          if value.isNaN { try putMissing(row); continue }
          let quantile = c.map.quantile(value, tie: stream.uniformDouble())
          coded.scores[row * layout.scoreCount + (numeric ?? 0)] = Float(c.map.score(quantile))
          if let heavy = Self.exact(value, in: c.heavy) {
            put(row, Int32(c.bins + heavy))
          } else if let relation = self.relation(index, of: c, value, parent: { numbers[$0][row] }) {
            put(row, Int32(c.bins + c.heavy.count + relation))
          } else {
            let place = min(quantile, 1 - 1e-9) * Double(c.bins)
            let cell = c.cells > 0 ? Int32((place - place.rounded(.down)) * Double(c.cells)) : 0
            put(row, Int32(place), cell)
          }
        }
      default: throw CodingError.kindDiffers(column: column.name)
      }
    }
    for (index, anchor) in layout.anchors.enumerated() {
      for row in 0..<rows {
        coded.scores[row * layout.scoreCount + layout.numericCount + index] = score(of: anchor) { numbers[$0][row] }
      }
    }
    return coded
  }

  /// The first relation that a number meets, to the last digit.
  func relation(
    _ column: Int, of coding: ColumnCoding.Continuous, _ value: Double, parent: (Int) -> Double
  ) -> Int? {
    let rounding = roundings[column]
    return coding.relations.firstIndex { abs(rounding($0.value(parent)) - value) <= rounding.tolerance }
  }

  private static func match(
    _ found: [String], to levels: [String], column: String
  ) throws -> (Int32, Int) throws -> Int32 {
    var codes: [String: Int32] = [:]
    for (code, level) in levels.enumerated() { codes[level] = Int32(code) }
    let map = found.map { codes[$0] }
    return { index, row in
      guard let code = map[Int(index)] else {
        throw CodingError.unknownLevel(column: column, level: found[Int(index)], row: row, known: levels)
      }
      return code
    }
  }

  /// The index of the value nearest to one that may not have been seen.
  static func nearest(_ value: Double, in values: [Double]) -> Int {
    let above = values.partitioningIndex { $0 >= value }
    if above == values.count { return values.count - 1 }
    if above == 0 { return 0 }
    return values[above] - value < value - values[above - 1] ? above : above - 1
  }

  private static func exact(_ value: Double, in values: [Double]) -> Int? {
    let index = values.partitioningIndex { $0 >= value }
    return index < values.count && values[index] == value ? index : nil
  }

  // MARK: Decoding

  /// The number that a column's slots say, if it is known yet.
  ///
  /// - Parameters:
  ///   - first: the code of the first slot, or 0 where the column has none.
  ///   - place: within the bin: a fine code, or a score.
  ///   - parent: the values of the columns that a relation may name; missing where not known.
  func number(
    _ column: Int, first: Int32, fine: Int32, score: Float, jitter: Double, parent: (Int) -> Double
  ) -> Double {
    let coding = columns[column]
    if coding.hasMissing, Int(first) == coding.missingCode { return .nan }
    switch coding.content {
    case .values(let values, _): return values[Int(first)]
    case .continuous(let c):
      let code = Int(first)
      if code >= c.bins + c.heavy.count {
        return roundings[column](c.relations[code - c.bins - c.heavy.count].value(parent))
      }
      if code >= c.bins { return c.heavy[code - c.bins] }
      let quantile =
        c.cells > 0
        ? (Double(code) + (Double(fine) + jitter) / Double(c.cells)) / Double(c.bins)
        : NormalDistribution.cumulative(Double(score))
      return roundings[column](c.map.value(quantile))
    default: return .nan
    }
  }
}

extension TableCoding {
  /// Codes what can be coded, and says which rows hold nothing that the coding does not know.
  func encodeKnown(_ table: Table, random: RandomStream) throws -> (known: [Bool], coded: Cells) {
    var known = [Bool](repeating: true, count: table.rowCount)
    var usable = table
    for (index, column) in columns.enumerated() where column.isModelled {
      guard index < table.columns.count, table.columns[index].name == column.name else {
        throw CodingError.missingColumn(column.name)
      }
      if !column.hasMissing {
        for row in 0..<table.rowCount where table.columns[index].isMissing(row) { known[row] = false }
      }
      // A number in a column that was always missing.
      if case .values(let values, _) = column.content, values.isEmpty {
        for row in 0..<table.rowCount where !table.columns[index].isMissing(row) { known[row] = false }
      }
      if case .categories(let indices, let found) = table.columns[index].values {
        let levels = Set(column.levels)
        let isKnown = found.map { levels.contains($0) }
        for row in indices.indices where indices[row] >= 0 && !isKnown[Int(indices[row])] { known[row] = false }
      }
    }
    // Rows that cannot be coded stand in as the first that can, so that places in the table stay.
    let substitute = known.firstIndex(of: true)
    guard let substitute else {
      return (known, Cells(rows: 0, codes: [], scores: []))
    }
    if known.contains(false) { usable = table.rows(known.indices.map { known[$0] ? $0 : substitute }) }
    return (known, try encode(usable, random: random))
  }

  /// Rows to generate in which the cells of a table are known and its empty ones are not.
  func start(_ table: Table, random: RandomStream) throws -> MaskedSampler.Rows {
    let layout = layout
    var coded = try encode(table, missingIsUnknown: true, random: random)
    let given = fillSources(of: table, in: &coded)
    var numbers = [Double](repeating: .nan, count: coded.rows * columns.count)
    for (index, column) in table.columns.enumerated() {
      guard case .numbers(let values) = column.values else { continue }
      for row in 0..<coded.rows { numbers[row * columns.count + index] = values[row] }
    }
    // Sources that were filled just now.
    for (index, column) in columns.enumerated() {
      guard case .values(let values, _) = column.content, let slot = layout.slotsOfColumn[index].first else { continue }
      for row in 0..<coded.rows where numbers[row * columns.count + index].isNaN {
        let code = Int(coded.codes[row * layout.slots.count + slot])
        if values.indices.contains(code) { numbers[row * columns.count + index] = values[code] }
      }
    }
    return MaskedSampler.Rows(
      count: coded.rows, codes: coded.codes, scores: coded.scores, numbers: numbers, given: given)
  }

  /// The codes and the number of a cell that a condition fixes.
  func codes(_ column: Int, of cell: ConditionPlan.KnownCell) -> (codes: [Int32], number: Double?) {
    switch cell {
    case .codes(let codes): return (codes, nil)
    case .number(let value):
      guard case .continuous(let c) = columns[column].content else { return ([], nil) }
      if let heavy = Self.exact(value, in: c.heavy) {
        return ([Int32(c.bins + heavy), Cells.notApplicable], value)
      }
      let place = min(c.map.quantile(value, tie: 0.5), 1 - 1e-9) * Double(c.bins)
      let cell = c.cells > 0 ? Int32((place - place.rounded(.down)) * Double(c.cells)) : 0
      return (columns[column].codes > 1 ? [Int32(place), cell] : [cell], value)
    }
  }

  /// Where a derived cell is given and its source is not, the source follows if only one of its codes gives that cell.
  ///
  /// - Returns: the given cells whose source may be one of several codes, as ``MaskedSampler/Rows/given`` holds them.
  func fillSources(of table: Table, in coded: inout Cells) -> [Int32] {
    let layout = layout, slots = layout.slots.count
    var given: [Int32] = []
    for (index, column) in columns.enumerated() {
      guard case .derived(let derived) = column.content, index < table.columns.count else { continue }
      let slot = layout.slotsOfColumn[derived.source][0]
      var codesOfCell: [Int32: [Int32]] = [:]
      for (code, cell) in derived.cellOfCode.enumerated() { codesOfCell[cell, default: []].append(Int32(code)) }
      for row in 0..<coded.rows where coded.codes[row * slots + slot] == Cells.unknown {
        let cell: Int?
        switch (derived.cells, table.columns[index].values) {
        case (.numbers(let cells), .numbers(let values)): cell = cells.firstIndex { $0 == values[row] }
        case (.levels(let cells), .categories(let indices, let levels)):
          cell = indices[row] < 0 ? nil : cells.firstIndex { $0 == levels[Int(indices[row])] }
        default: cell = nil
        }
        guard let cell, let codes = codesOfCell[Int32(cell)] else { continue }
        guard codes.count == 1 else {
          if given.isEmpty { given = Array(repeating: -1, count: coded.rows * columns.count) }
          given[row * columns.count + index] = Int32(cell)
          continue
        }
        coded.codes[row * slots + slot] = codes[0]
        if let numeric = layout.numericIndex[derived.source],
          case .values(_, let quantiles) = columns[derived.source].content,
          // Where the cell says that the source is missing, there is no score.
          quantiles.indices.contains(Int(codes[0]))
        {
          coded.scores[row * layout.scoreCount + numeric] = Float(
            NormalDistribution.quantile(Double(quantiles[Int(codes[0])])))
        }
      }
    }
    return given
  }

  /// Where an anchor falls on its column's scale; 0 where a parent is not known.
  func score(of anchor: SlotLayout.Anchor, parent: (Int) -> Double) -> Float {
    score(anchor.column, of: anchor.relation.value(parent))
  }

  /// The score of a number of a column that has many.
  func score(_ column: Int, of value: Double) -> Float {
    guard case .continuous(let c) = columns[column].content, value.isFinite else { return 0 }
    return Float(c.map.score(of: value))
  }
}

/// A table that does not fit a coding.
enum CodingError: DiagnosedError, Equatable {
  case missingColumn(String)
  case unexpectedMissing(column: String, row: Int)
  case unknownLevel(column: String, level: String, row: Int, known: [String])
  case kindDiffers(column: String)

  var diagnosis: Diagnosis {
    switch self {
    case .missingColumn(let name):
      Diagnosis(
        "the model was trained with a column \"\(name)\", which the data lack",
        cure: "add it, or fit a model to these data")
    case .unexpectedMissing(let column, let row):
      Diagnosis(
        "row \(row + 1): column \"\(column)\" is empty, and the model has never seen it empty",
        cure: "fill it, or fit a new model")
    case .unknownLevel(let column, let level, let row, let known):
      Diagnosis(
        "row \(row + 1): column \"\(column)\" says \"\(level.shortened())\", which the model has never seen",
        cure: "give one of \(known.listed(first: 10)), or leave it empty")
    case .kindDiffers(let column):
      Diagnosis(
        "column \"\(column)\" is of another kind than when the model was trained",
        cure: "read it with the model's schema")
    }
  }
}
