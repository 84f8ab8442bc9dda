import Foundation
import Tensors

/// A table made at random of everything that files of tables hold: extreme numbers and dates, columns that follow from
/// others, columns that are empty or constant, one row, one column.
struct NastyTable {
  var names: [String] = []
  /// Column after column.
  var columns: [[String]] = []
  var rowCount: Int

  static let numbers = [
    "1.7976931348623157e308", "-1.7976931348623157e308", "1e308", "-1e308", "1e19", "-1e19", "1e155", "-1e200",
    "5e-324", "1e-300", "-0.0", "0", "1", "-7", "0.1", "9007199254740993", "9223372036854775807",
    "-9223372036854775808", "123456789012345678", "1E5", "0.00000000000000000000001", "+3", "1e400", "inf", "nan",
  ]
  static let words = [
    "a", "b", "c,d", "say \"so\"", "ünï", "é", "e\u{301}", "two\nlines", " spaced ", "NA", "?", "-", "1,5", "0012",
    "true", "TRUE", "😀", "=1+1", "\t", "'", "\\", "\u{FEFF}x", "1e19",
  ]

  /// - Parameters:
  ///   - rows: the number of rows; nil for any.
  ///   - columns: the number of columns; nil for any.
  init(_ random: inout RandomStream, rows: Int? = nil, columns: Int? = nil) {
    rowCount = rows ?? random.pick([1, 2, 3, 5, 12, 20, 51, 60, 120])
    for place in 0..<(columns ?? random.pick([1, 1, 2, 3, 5, 8])) {
      names.append(random.happens(0.05) ? random.pick(Self.words) : "c\(place)")
      var cells: [String]
      if place > 0, random.happens(0.25) {
        cells = Self.follower(of: self.columns[random.integer(below: place)], &random)
      } else {
        cells = Self.cells(rowCount, &random)
      }
      if random.happens(0.4) {
        let share = random.pick([0.05, 0.3, 0.95])
        for row in cells.indices where random.happens(share) { cells[row] = "" }
      }
      self.columns.append(cells)
    }
  }

  /// A column that says less of what another says: chains of columns that follow from each other.
  private static func follower(of cells: [String], _ random: inout RandomStream) -> [String] {
    let values = Array(Set(cells)).sorted(), groups = random.pick([1, 2, 3, max(values.count / 2, 1)])
    let isNumber = random.happens(0.5)
    var group: [String: String] = [:]
    for (place, value) in values.enumerated() { group[value] = "\(isNumber ? "" : "G")\(place % groups)" }
    return cells.map { group[$0] ?? "" }
  }

  private static func cells(_ count: Int, _ random: inout RandomStream) -> [String] {
    func made(_ cell: (inout RandomStream) -> String) -> [String] { (0..<count).map { _ in cell(&random) } }
    func number(_ format: String, _ scale: Double) -> [String] {
      made { String(format: format, scale * Double($0.normal())) }
    }
    switch random.integer(below: 22) {
    case 0: return made { $0.pick(Self.numbers) }
    case 1: return number("%.0f", 20)
    case 2: return number("%.2f", 1)
    case 3: return made { "\($0.integer(below: 3))" }
    case 4: return made { $0.pick(["1e19", "2e19", "3e19"]) }
    case 5: return made { String(format: "%.6e", ($0.happens(0.5) ? -1.7e308 : 1.7e308) * Double($0.uniform())) }
    case 6: return made { String(format: "%.6e", 1e-310 * Double($0.uniform())) }
    case 7: return [String](repeating: random.pick(Self.numbers), count: count)
    case 8: return made { $0.happens(0.1) ? "1.7976931348623157e308" : String(format: "%.3f", $0.normal()) }
    case 9: return made { Self.date(&$0) }
    case 10:
      return made { Self.date(&$0) + String(format: " %02d:%02d:00", $0.integer(below: 24), $0.integer(below: 60)) }
    case 11: return made { $0.pick(Self.words) }
    case 12: return made { "L\($0.integer(below: max(1, count / 3)))" }
    case 13: return made { $0.pick(["yes", "no"]) }
    case 14: return (0..<count).map { "\($0 + 1)" }
    case 15: return (0..<count).map { "ID-\(10_000 + $0)" }
    case 16:
      return made { "\($0.integer(below: 1 << 30))-\($0.integer(below: 1 << 30)) free words that never come again" }
    case 17: return [String](repeating: "", count: count)
    case 18: return made { $0.happens(0.2) ? $0.pick(Self.words) : $0.pick(Self.numbers) }
    case 19:
      var cells = [String](repeating: "", count: count)
      cells[random.integer(below: count)] = random.pick(Self.numbers + Self.words)
      return cells
    case 20: return made { "\(9_007_199_254_740_000 + $0.integer(below: 2000))" }
    default: return made { "P\(100 + $0.integer(below: 40))" }
    }
  }

  private static func date(_ random: inout RandomStream) -> String {
    String(
      format: "%04d-%02d-%02d", random.pick([1, 2, 1900, 1969, 2000, 2024, 9999]), 1 + random.integer(below: 12),
      1 + random.integer(below: 28))
  }

  /// Adds a column.
  mutating func add(_ name: String, _ cells: [String]) {
    names.append(name)
    columns.append(cells)
  }

  /// Series: a time, perhaps an entity, and channels, some of which are constant or empty.
  static func series(_ random: inout RandomStream) -> NastyTable {
    let steps = random.pick([1, 2, 3, 5, 24, 60, 110]), entities = random.pick([1, 1, 2, 3])
    let channels = random.pick([1, 2, 5, 24]), year = random.pick([1, 1969, 2024, 9998])
    var times: [String] = [], names: [String] = []
    for entity in 0..<entities {
      for step in 0..<steps {
        times.append(String(format: "%04d-03-%02d %02d:00", year, 1 + step / 24, step % 24))
        names.append("e\(entity)")
      }
    }
    var table = NastyTable(&random, rows: steps * entities, columns: channels)
    table.names = (0..<channels).map { "s\($0)" } + (entities > 1 ? ["who"] : []) + ["time"]
    table.columns += (entities > 1 ? [names] : []) + [times]
    return table
  }

  // MARK: As text

  /// The table as CSV, each field in quotes where it must be, and now and then where it need not.
  func csv(_ random: inout RandomStream) -> String {
    let delimiter = random.pick([",", ",", ",", ";", "\t"]), end = random.pick(["\n", "\n", "\r\n"])
    func field(_ text: String, _ random: inout RandomStream) -> String {
      let needs = text.contains { ",;\t\"\n\r".contains($0) } || text.first == " " || text.last == " "
      return needs || random.happens(0.02) ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
    }
    var lines = [names.map { field($0, &random) }.joined(separator: delimiter)]
    for row in 0..<rowCount {
      lines.append(columns.map { field($0[row], &random) }.joined(separator: delimiter))
    }
    return lines.joined(separator: end) + (random.happens(0.1) ? "" : end)
  }

  /// Some of the rows, drawn with replacement.
  func resampled(_ count: Int, _ random: inout RandomStream) -> NastyTable {
    var copy = self
    let rows = (0..<count).map { _ in random.integer(below: rowCount) }
    copy.columns = columns.map { column in rows.map { column[$0] } }
    copy.rowCount = count
    return copy
  }
}

/// Bytes of a file, damaged as transfers, editors and attackers damage them.
enum DamagedText {
  static func damage(_ text: String, _ random: inout RandomStream) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0..<random.integer(below: 4) {
      let place = random.integer(below: bytes.count + 1)
      switch random.integer(below: 12) {
      case 0: bytes.insert(0, at: place)
      case 1: bytes.insert(UInt8(0x80 + random.integer(below: 0x80)), at: place)
      case 2: bytes.insert(UInt8(ascii: "\""), at: place)
      case 3: bytes.insert(contentsOf: Array(random.pick([",", ",,,", "\n", "\r", ";", "\n\n"]).utf8), at: place)
      case 4: bytes.removeSubrange(place..<min(place + 1 + random.integer(below: 8), bytes.count))
      case 5: bytes.removeSubrange(place...)
      case 6: bytes = [0xEF, 0xBB, 0xBF] + bytes
      case 7: bytes = [0xFF, 0xFE] + bytes.flatMap { [$0, 0] }
      case 8: bytes.insert(contentsOf: [UInt8](repeating: UInt8(ascii: "y"), count: 1 << 20), at: place)
      case 9: bytes.insert(contentsOf: [UInt8](repeating: UInt8(ascii: ","), count: 1 << 17), at: place)
      case 10: bytes += bytes
      default: if place < bytes.count { bytes[place] = UInt8(random.integer(below: 256)) }
      }
    }
    return bytes
  }
}
