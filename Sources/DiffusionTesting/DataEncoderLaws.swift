import DiffusionCore
import Foundation
import Tables
import Tensors

/// Checks the laws of ``DataEncoder`` and ``FittedEncoder``: `fits` every table; declares `slots` that follow each other;
/// the `cells` are those that the slots declare; encoding is `pure`; decoding gives what was encoded (`round trip`), holes
/// included (`missing`), to a `precision` that says something; an empty cell may be left open (`unknown cells`); a level, a
/// column or a kind that was not learned is refused (`refuses`); and a stored encoder is the same one (`coding`).
///
/// - Parameters:
///   - encoder: the encoder.
///   - tables: what it is fitted to.
/// - Throws: ``ConformanceFailure`` with every broken law.
public func checkDataEncoder(
  _ encoder: some DataEncoder, on tables: [GeneratedTable] = GeneratedTable.all
) throws(ConformanceFailure) {
  var laws = LawBook("\(type(of: encoder))")
  for data in tables {
    do {
      let fitted = try encoder.fitted(to: data.table, schema: data.schema, random: RandomStream(seed: 1))
      let again = try encoder.fitted(to: data.table, schema: data.schema, random: RandomStream(seed: 1))
      laws.expect("pure", fitted.slots == again.slots, "\(data.name): one seed gives two encoders")
      FittedEncoderLaws(encoder: fitted, data: data).check(&laws)
    } catch {
      laws.expect("fits", false, "\(data.name): \(error)")
    }
  }
  try laws.close()
}

private struct NoSuchLevel: Error, CustomStringConvertible {
  var description: String { "a decoded category has an index beyond its levels" }
}

/// The laws of one fitted encoder and the table that it was fitted to.
private struct FittedEncoderLaws<Encoder: FittedEncoder> {
  let encoder: Encoder
  let data: GeneratedTable
  private let random = RandomStream(seed: 2)

  init(encoder: Encoder, data: GeneratedTable) {
    self.encoder = encoder
    self.data = data
  }

  func check(_ laws: inout LawBook) {
    checkSlots(&laws)
    do {
      let cells = try encoder.encode(data.table, random: random)
      laws.expect(
        "pure", try encoder.encode(data.table, random: random) == cells, "\(data.name): one seed, two encodings")
      guard checkCells(cells, &laws) else { return }
      checkRoundTrip(cells, try decode(cells, with: encoder), &laws)
      checkUnknown(try encoder.encode(data.table, missingIsUnknown: true, random: random), &laws)
      try checkCoding(cells, &laws)
    } catch {
      laws.expect("round trip", false, "\(data.name): \(error)")
    }
    checkRefusal(&laws)
  }

  /// In two pieces, as long tables are.
  private func decode(_ cells: Cells, with encoder: Encoder) throws -> Table {
    let slots = encoder.slots.count, scores = encoder.scoreCount, middle = cells.rows / 3
    var state = encoder.decodingState(random: RandomStream(seed: 3))
    let pieces = try [0..<middle, middle..<cells.rows].map { rows in
      let piece = try encoder.decode(
        Cells(
          rows: rows.count, codes: Array(cells.codes[rows.lowerBound * slots..<rows.upperBound * slots]),
          scores: Array(cells.scores[rows.lowerBound * scores..<rows.upperBound * scores])), &state)
      for case .categories(let indices, let levels) in piece.columns.map(\.values) {
        guard indices.allSatisfy({ $0 < levels.count }) else { throw NoSuchLevel() }
      }
      return piece
    }
    return try Table.concatenated(pieces)
  }

  private func checkSlots(_ laws: inout LawBook) {
    let slots = encoder.slots
    for (index, slot) in slots.enumerated() {
      laws.expect(
        "slots", data.table.columns.indices.contains(slot.column), "slot \(index) is of column \(slot.column)")
      if let before = slot.follows {
        laws.expect(
          "slots", before >= 0 && before < index && slots[before].column == slot.column,
          "slot \(index) follows slot \(before)")
      }
      switch slot.kind {
      case .category(let codes): laws.expect("slots", codes >= 1, "slot \(index) has \(codes) codes")
      case .number: laws.expect("slots", slot.score != nil, "slot \(index) is a number without a place")
      }
      laws.expect("slots", slot.score ?? 0 >= 0, "slot \(index) has the place \(slot.score ?? 0)")
    }
  }

  /// Whether the arrays are as long as declared.
  private func checkCells(_ cells: Cells, _ laws: inout LawBook) -> Bool {
    let slots = encoder.slots, rows = data.table.rowCount
    let fits =
      cells.rows == rows && cells.codes.count == rows * slots.count && cells.scores.count == rows * encoder.scoreCount
    laws.expect(
      "cells", fits,
      "\(data.name): \(rows) rows of \(slots.count) slots become \(cells.codes.count) codes, \(cells.scores.count) scores"
    )
    guard fits else { return false }
    for row in 0..<rows {
      for (index, slot) in slots.enumerated() {
        let code = cells.codes[row * slots.count + index]
        let isFit =
          switch slot.kind {
          case .category(let codes): code >= 0 && Int(code) < codes
          case .number: code == 0
          }
        laws.expect(
          "cells", isFit || code == Cells.notApplicable && slot.follows != nil,
          "\(data.name), row \(row): slot \(index) of \(slot.kind) holds \(code)")
      }
    }
    laws.expect("cells", cells.scores.allSatisfy(\.isFinite), "\(data.name): a score is not finite")
    return true
  }

  private func checkRoundTrip(_ cells: Cells, _ made: Table, _ laws: inout LawBook) {
    laws.expect(
      "round trip", made.columnNames == data.table.columnNames && made.rowCount == data.table.rowCount,
      "\(data.name): \(made.rowCount) rows of \(made.columnNames) come back")
    guard made.columns.count == data.table.columns.count, made.rowCount == data.table.rowCount else { return }
    for (index, old) in data.table.columns.enumerated() {
      switch data.schema.columns[index].kind {
      // Made anew, or left out.
      case .identifier, .text: continue
      default: break
      }
      let new = made.columns[index], precision = encoder.precision(of: index)
      for row in 0..<made.rowCount {
        laws.expect(
          "missing", old.isMissing(row) == new.isMissing(row),
          "\(data.name), column '\(old.name)', row \(row): \(old.text(row)) comes back as \(new.text(row))")
        guard !old.isMissing(row), !new.isMissing(row) else { continue }
        let isSame =
          if case .numbers(let a) = old.values, case .numbers(let b) = new.values {
            abs(a[row] - b[row]) <= precision
          } else { old.text(row) == new.text(row) }
        laws.expect(
          "round trip", isSame,
          "\(data.name), column '\(old.name)', row \(row): \(old.text(row)) comes back as \(new.text(row))")
      }
      if case .numbers(let values) = old.values {
        let present = values.filter { !$0.isNaN }
        let range = (present.max() ?? 0) - (present.min() ?? 0)
        laws.expect(
          "precision", precision >= 0 && precision <= range / 2,
          "\(data.name), column '\(old.name)': a precision of \(precision) in a range of \(range)")
      }
    }
  }

  private func checkUnknown(_ cells: Cells, _ laws: inout LawBook) {
    let slots = encoder.slots
    for (index, slot) in slots.enumerated() {
      let column = data.table.columns[slot.column]
      for row in 0..<data.table.rowCount {
        let code = cells.codes[row * slots.count + index]
        laws.expect(
          "unknown cells", (code == Cells.unknown) == column.isMissing(row),
          "\(data.name), column '\(column.name)', row \(row): slot \(index) of \(column.text(row)) holds \(code)")
      }
    }
  }

  private func checkCoding(_ cells: Cells, _ laws: inout LawBook) throws {
    do {
      let copy = try JSONDecoder().decode(Encoder.self, from: try JSONEncoder().encode(encoder))
      laws.expect("coding", copy.slots == encoder.slots, "\(data.name): a stored encoder has other slots")
      guard copy.slots == encoder.slots else { return }
      laws.expect(
        "coding", try copy.encode(data.table, random: random) == cells,
        "\(data.name): a stored encoder encodes otherwise")
      laws.expect(
        "coding", try decode(cells, with: copy) == decode(cells, with: encoder),
        "\(data.name): a stored encoder decodes otherwise")
    } catch {
      laws.expect("coding", false, "\(data.name): \(error)")
    }
  }

  private func checkRefusal(_ laws: inout LawBook) {
    func refuses(_ table: Table) -> Bool { (try? encoder.encode(table, random: random)) == nil }
    guard let index = encoder.slots.first?.column else { return }
    var table = data.table
    let name = table.columns.remove(at: index).name
    laws.expect("refuses", refuses(table), "\(data.name): it encodes a table without the column '\(name)'")
    for slot in encoder.slots {
      table = data.table
      switch table.columns[slot.column].values {
      case .categories(let indices, let levels):
        table.columns[slot.column].values = .categories(
          indices: indices, levels: ["a level that was never seen"] + levels.dropFirst())
        laws.expect("refuses", refuses(table), "\(data.name): it encodes a level that it has not learned")
        table.columns[slot.column].values = .numbers(indices.map { Double($0) })
      case .numbers(let numbers): table.columns[slot.column].values = .texts(numbers.map { "\($0)" })
      case .texts: continue
      }
      laws.expect("refuses", refuses(table), "\(data.name): it encodes a column of another kind")
    }
  }
}

extension Column {
  /// A cell for a message.
  fileprivate func text(_ row: Int) -> String {
    if isMissing(row) { return "a missing cell" }
    switch values {
    case .numbers(let numbers): return "\(numbers[row])"
    case .categories(let indices, let levels): return "'\(levels[Int(indices[row])])'"
    case .texts(let texts): return "'\(texts[row] ?? "")'"
    }
  }
}
