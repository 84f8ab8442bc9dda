import CPluginABI
import DiffusionCore
import Foundation
import Tables

/// What is wrong with a table that a plugin gave.
struct ArrowFlaw: Error, Equatable, CustomStringConvertible {
  var column: String?
  let problem: String

  var description: String { column.map { "column '\($0)' \(problem)" } ?? problem }
}

/// An Arrow struct array read as columns of known kinds. Lengths, formats and levels are checked; that buffers are as long
/// as they should be has to be believed.
struct ArrowImport {
  let schema: ArrowSchema
  let array: ArrowArray

  /// Copies the columns.
  ///
  /// - Parameter count: the number of rows that there must be.
  func columns(
    as wanted: [TableFrame.LearnedColumn], rows count: Int
  ) throws(ArrowFlaw) -> [Column] {
    guard schema.release != nil, array.release != nil else { throw ArrowFlaw(problem: "there is no table") }
    let format = schema.format.map { String(cString: $0) } ?? ""
    guard format == "+s" else { throw ArrowFlaw(problem: "the table is of format '\(format)', not '+s'") }
    guard array.length == count else {
      throw ArrowFlaw(problem: "it has \(array.length) rows where \(count) are wanted")
    }
    guard schema.n_children == wanted.count, array.n_children == wanted.count else {
      throw ArrowFlaw(problem: "it has \(array.n_children) columns where \(wanted.count) are wanted")
    }
    var result: [Column] = []
    for (index, wanted) in wanted.enumerated() {
      do throws(ArrowFlaw) {
        guard let kind = schema.children?[index]?.pointee, let cells = array.children?[index]?.pointee,
          kind.release != nil, cells.release != nil
        else { throw ArrowFlaw(problem: "is not there") }
        let name = kind.name.map { String(cString: $0) } ?? ""
        guard name == wanted.schema.name else { throw ArrowFlaw(problem: "is called '\(name)'") }
        guard cells.length >= array.offset + array.length else {
          throw ArrowFlaw(problem: "has \(cells.length) cells in a table of \(array.length) rows")
        }
        let reader = ArrowCells(
          format: kind.format.map { String(cString: $0) } ?? "", array: cells, first: Int(cells.offset + array.offset),
          count: count)
        result.append(
          Column(
            name: name,
            values: wanted.schema.kind.isNumeric
              ? .numbers(try reader.numbers(of: wanted.schema))
              : .categories(
                indices: try reader.levels(wanted, dictionary: (kind.dictionary?.pointee, cells.dictionary?.pointee)),
                levels: wanted.levels)))
      } catch {
        throw ArrowFlaw(column: wanted.schema.name, problem: error.problem)
      }
    }
    return result
  }
}

/// The cells of one Arrow array.
private struct ArrowCells {
  let format: String
  let array: ArrowArray
  let first: Int
  let count: Int

  // MARK: Numbers

  /// Days, seconds or numbers, rounded as the column is; NaN where missing.
  func numbers(of column: ColumnSchema) throws(ArrowFlaw) -> [Double] {
    let isDate = if case .date = column.kind { true } else { false }
    let found: [Double?]
    switch format {
    case "f": found = try read(Float.self) { Double($0) }
    case "g": found = try read(Double.self) { $0 }
    case "tdD": found = try read(Int32.self) { Double($0) * (isDate ? 1 : 86_400) }
    case "tdm": found = try read(Int64.self) { Double($0) / (isDate ? 86_400_000 : 1000) }
    case _ where format.hasPrefix("ts"):
      let scales: [Character: Double] = ["s": 1, "m": 1e3, "u": 1e6, "n": 1e9]
      guard let unit = format.dropFirst(2).first, let scale = scales[unit] else { throw unknownFormat }
      found = try read(Int64.self) { Double($0) / scale / (isDate ? 86_400 : 1) }
    default:
      guard let whole = try integers() else { throw unknownFormat }
      found = whole.map { $0.map { Double($0) } }
    }
    var values = found.map { $0 ?? .nan }
    if let row = values.firstIndex(where: \.isInfinite) {
      throw ArrowFlaw(problem: "is infinite in row \(row)")
    }
    switch column.kind {
    case .integer, .date: for row in values.indices { values[row].round() }
    case .decimal(let digits) where !column.notation.isShortest && digits <= 15:
      let rounding = Rounding(decimals: digits)
      for row in values.indices where !values[row].isNaN { values[row] = rounding(values[row]) }
    default: break
    }
    return values
  }

  // MARK: Levels

  /// Places among the levels of a column; -1 where missing.
  func levels(_ wanted: TableFrame.LearnedColumn, dictionary: (ArrowSchema?, ArrowArray?)) throws(ArrowFlaw) -> [Int32]
  {
    if let kind = dictionary.0, let texts = dictionary.1 {
      let reader = ArrowCells(
        format: kind.format.map { String(cString: $0) } ?? "", array: texts, first: Int(texts.offset),
        count: Int(texts.length))
      guard let places = try reader.texts(), let indices = try integers() else { throw unknownFormat }
      // A level that no row has may be anything.
      let known = Self.places(of: wanted.levels)
      return try mapped(indices) { index throws(ArrowFlaw) in
        guard places.indices.contains(index) else { throw ArrowFlaw(problem: "has a level beyond its dictionary") }
        return try place(places[index], in: known)
      }
    }
    if let texts = try texts() {
      let known = Self.places(of: wanted.levels)
      var result: [Int32] = []
      for text in texts { result.append(try place(text, in: known)) }
      return result
    }
    if format == "b" {
      let truths: Set = ["true", "yes", "t", "y", "on"]
      guard wanted.levels.count == 2, let yes = wanted.levels.firstIndex(where: { truths.contains($0.lowercased()) })
      else { throw ArrowFlaw(problem: "is of format 'b' and has no two levels that say yes and no") }
      let bits = try buffer(1, of: UInt8.self)
      return cells { place in
        bits[place / 8] >> UInt8(place % 8) & 1 == 1 ? Int32(yes) : Int32(1 - yes)
      } missing: {
        -1
      }
    }
    guard let indices = try integers() else { throw unknownFormat }
    return try mapped(indices) { index throws(ArrowFlaw) in
      guard index < wanted.levels.count else {
        throw ArrowFlaw(problem: "has the level \(index) where there are \(wanted.levels.count), from 0")
      }
      return Int32(max(index, -1))
    }
  }

  private static func places(of levels: [String]) -> [[UInt8]: Int32] {
    // By bytes: equal texts in two Unicode spellings are two levels.
    Dictionary(levels.enumerated().map { (Array($1.utf8), Int32($0)) }, uniquingKeysWith: { first, _ in first })
  }

  private func place(_ text: [UInt8]?, in known: [[UInt8]: Int32]) throws(ArrowFlaw) -> Int32 {
    guard let text else { return -1 }
    guard let place = known[text] else {
      throw ArrowFlaw(problem: "has the level '\(String(decoding: text, as: UTF8.self))', which was not learned")
    }
    return place
  }

  private func mapped(
    _ indices: [Int?], _ change: (Int) throws(ArrowFlaw) -> Int32
  ) throws(ArrowFlaw) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(indices.count)
    for index in indices { result.append(try index.map(change) ?? -1) }
    return result
  }

  // MARK: Buffers

  private var unknownFormat: ArrowFlaw { ArrowFlaw(problem: "is of format '\(format)', which is not for its kind") }

  /// Whole numbers, whatever their size; nil where the format is another.
  private func integers() throws(ArrowFlaw) -> [Int?]? {
    switch format {
    case "c": try read(Int8.self) { Int($0) }
    case "C": try read(UInt8.self) { Int($0) }
    case "s": try read(Int16.self) { Int($0) }
    case "S": try read(UInt16.self) { Int($0) }
    case "i": try read(Int32.self) { Int($0) }
    case "I": try read(UInt32.self) { Int($0) }
    case "l": try read(Int64.self) { Int($0) }
    case "L": try read(UInt64.self) { Int(clamping: $0) }
    default: nil
    }
  }

  /// Texts as bytes; nil where the format is another.
  private func texts() throws(ArrowFlaw) -> [[UInt8]?]? {
    switch format {
    case "u": try texts(offsets: Int32.self)
    case "U": try texts(offsets: Int64.self)
    default: nil
    }
  }

  private func texts<Offset: FixedWidthInteger>(offsets _: Offset.Type) throws(ArrowFlaw) -> [[UInt8]?] {
    guard count > 0 else { return [] }
    let offsets = try buffer(1, of: Offset.self)
    for place in first..<first + count where offsets[place] < 0 || offsets[place + 1] < offsets[place] {
      throw ArrowFlaw(problem: "has a text that ends before it begins")
    }
    let isEmpty = offsets[first] == offsets[first + count]
    let bytes = isEmpty ? nil : try buffer(2, of: UInt8.self)
    return cells { place in
      let start = Int(offsets[place]), end = Int(offsets[place + 1])
      return bytes.map { Array(UnsafeBufferPointer(start: $0 + start, count: end - start)) } ?? []
    } missing: {
      nil
    }
  }

  private func read<Value, Result>(
    _: Value.Type, _ change: (Value) -> Result
  ) throws(ArrowFlaw) -> [Result?] {
    guard count > 0 else { return [] }
    let values = try buffer(1, of: Value.self)
    return cells {
      change(values[$0])
    } missing: {
      nil
    }
  }

  private func cells<Result>(_ value: (Int) -> Result, missing: () -> Result) -> [Result] {
    let valid = array.null_count == 0 ? nil : array.buffers?[0]?.assumingMemoryBound(to: UInt8.self)
    return (first..<first + count).map { place in
      if let valid, valid[place / 8] >> UInt8(place % 8) & 1 == 0 { return missing() }
      return value(place)
    }
  }

  private func buffer<Value>(_ index: Int, of _: Value.Type) throws(ArrowFlaw) -> UnsafePointer<Value> {
    guard first >= 0, array.n_buffers > index, let start = array.buffers?[index] else {
      throw ArrowFlaw(problem: "has no buffer \(index)")
    }
    return start.assumingMemoryBound(to: Value.self)
  }
}
