import CPluginABI
import DiffusionCore
import Tables

extension ArrowCells {
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
      for row in values.indices where !values[row].isNaN {
        let rounded = rounding(values[row])
        // A number too large for a grid is its own.
        if rounded.isFinite { values[row] = rounded }
      }
    default: break
    }
    let range = Self.range(of: column.kind)
    if let row = values.firstIndex(where: { !$0.isNaN && !range.contains($0) }) {
      throw ArrowFlaw(
        problem: "is \(values[row]) in row \(row), which a column of kind \(column.kind.name.rawValue) cannot hold")
    }
    return values
  }

  /// What a column can hold: whole numbers up to 2⁵³, and the years 0 to 9999.
  private static func range(of kind: ColumnKind) -> ClosedRange<Double> {
    let days = -719_528.0...2_932_896.0
    switch kind {
    case .integer: return -9_007_199_254_740_992...9_007_199_254_740_992
    case .date: return days
    case .dateTime: return days.lowerBound * 86_400...(days.upperBound + 1) * 86_400
    default: return -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    }
  }

  // MARK: Levels

  /// Places among the levels of a column; -1 where missing.
  func levels(_ wanted: TableFrame.LearnedColumn, dictionary: (ArrowSchema?, ArrowArray?)) throws(ArrowFlaw) -> [Int32]
  {
    if let kind = dictionary.0, let array = dictionary.1 {
      guard kind.release != nil, array.release != nil else { throw ArrowFlaw(problem: "has a dictionary that is gone") }
      guard let texts = try ArrowCells(kind, array).texts(), let indices = try integers() else { throw unknownFormat }
      // A level that no row has may be anything.
      let known = Self.places(of: wanted.levels)
      return try mapped(indices) { index throws(ArrowFlaw) in
        guard texts.indices.contains(index) else { throw ArrowFlaw(problem: "has a level beyond its dictionary") }
        return try place(texts[index], in: known)
      }
    }
    if let texts = try texts() {
      let known = Self.places(of: wanted.levels)
      var result: [Int32] = []
      for text in texts { result.append(try place(text, in: known)) }
      return result
    }
    if let flags = try flags() {
      let truths: Set = ["true", "yes", "t", "y", "on"]
      guard wanted.levels.count == 2, let yes = wanted.levels.firstIndex(where: { truths.contains($0.lowercased()) })
      else { throw ArrowFlaw(problem: "is of format 'b' and has no two levels that say yes and no") }
      return flags.map { $0.map { Int32($0 ? yes : 1 - yes) } ?? -1 }
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
      let start = String(decoding: text.prefix(100), as: UTF8.self)
      throw ArrowFlaw(problem: "has the level '\(start)', which was not learned")
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
}
