import CPluginABI
import DiffusionCore
import Foundation
import PluginLoading
import Tables
import Tensors

/// Forged Arrow tables, as a plugin's `sample` might give them.
struct ArrowArea: FuzzArea {
  var name: String { "arrow" }

  func prepare(in folder: URL) throws {}

  private static let levels = ["", "a", "é", "yes", "no"]

  private static let wanted: [TableFrame.LearnedColumn] = {
    func column(_ name: String, _ kind: ColumnKind, _ levels: [String] = []) -> TableFrame.LearnedColumn {
      .init(schema: ColumnSchema(name: name, kind: kind, levels: levels), levels: levels)
    }
    // The patterns are right.
    let day = try! DateFormat(pattern: "yyyy-MM-dd"), time = try! DateFormat(pattern: "yyyy-MM-dd HH:mm:ss")
    return [
      column("whole", .integer), column("number", .decimal(digits: 2)), column("day", .date(format: day)),
      column("time", .dateTime(format: time)), column("level", .category, levels),
      column("flag", .boolean, ["no", "yes"]),
      column("text", .category, levels),
    ]
  }()

  func run(_ random: RandomStream, _ run: FuzzRun) throws -> FuzzOutcome {
    var random = random
    let rows = random.pick([0, 1, 7, 8, 9, 20]), forged = table(rows, &random)
    for _ in 0..<random.integer(below: 4) { forge(forged, rows, &random) }
    run.begin("import")
    let columns: [Column]
    do {
      columns = try ArrowImport(schema: forged.schema, array: forged.array).columns(as: Self.wanted, rows: rows)
    } catch {
      return .refused(FuzzOutcome.kind(of: error))
    }
    withExtendedLifetime(forged) {}
    for (column, wanted) in zip(columns, Self.wanted) {
      guard column.count == rows else { return .garbage("column '\(column.name)' has \(column.count) cells") }
      switch column.values {
      case .numbers(let numbers) where wanted.schema.kind.isNumeric:
        if numbers.contains(where: \.isInfinite) { return .garbage("column '\(column.name)' is infinite") }
      case .categories(let indices, let levels) where levels == wanted.levels:
        if indices.contains(where: { $0 < -1 || Int($0) >= levels.count }) {
          return .garbage("column '\(column.name)' has a level beyond its levels")
        }
      default: return .garbage("column '\(column.name)' is of another kind")
      }
    }
    return .accepted
  }

  // MARK: A sound table

  private func table(_ rows: Int, _ random: inout RandomStream) -> ForgedArrow {
    let forged = ForgedArrow()
    let missing = (0..<rows).filter { _ in random.happens(0.3) }
    func numbers<Value: FixedWidthInteger>(_ most: Int) -> [Value] {
      (0..<rows).map { _ in Value(random.integer(below: most)) }
    }
    let whole: [Int64] = numbers(1000), days: [Int32] = numbers(20_000), times: [Int64] = numbers(1 << 30)
    let levels: [Int32] = numbers(Self.levels.count),
      flags: [UInt8] = (0..<(rows / 8 + 1)).map { _ in UInt8(random.integer(below: 256)) }
    let floats = (0..<rows).map { _ in Double(random.normal()) }
    let words = (0..<rows).map { _ in random.pick(Self.levels) }
    var dictionary = forged.schema("i", "level")
    dictionary.dictionary = forged.memory([forged.schema("u")])
    var coded = forged.array(rows, missing: missing, [UnsafeRawPointer(forged.memory(levels))])
    coded.dictionary = forged.memory([forged.texts(Self.levels)])
    forged.join(
      [
        (forged.schema("l", "whole"), forged.array(rows, missing: missing, [UnsafeRawPointer(forged.memory(whole))])),
        (forged.schema("g", "number"), forged.array(rows, [UnsafeRawPointer(forged.memory(floats))])),
        (forged.schema("tdD", "day"), forged.array(rows, [UnsafeRawPointer(forged.memory(days))])),
        (forged.schema("tsu:", "time"), forged.array(rows, missing: missing, [UnsafeRawPointer(forged.memory(times))])),
        (dictionary, coded),
        (forged.schema("b", "flag"), forged.array(rows, missing: missing, [UnsafeRawPointer(forged.memory(flags))])),
        (forged.schema("u", "text"), forged.texts(words)),
      ], rows: rows)
    return forged
  }

  // MARK: Forging

  private func forge(_ forged: ForgedArrow, _ rows: Int, _ random: inout RandomStream) {
    let place = random.integer(below: Self.wanted.count)
    switch random.integer(below: 12) {
    case 0: forge(&forged.array, rows, forged, &random)
    case 1: forge(&forged.schema, forged, &random)
    case 2..<6: forge(&forged.columns.arrays[place].pointee, rows, forged, &random)
    case 6: forge(&forged.columns.schemas[place].pointee, forged, &random)
    case 7: if let words = forged.columns.arrays[4].pointee.dictionary { forge(&words.pointee, rows, forged, &random) }
    case 8: if let kind = forged.columns.schemas[4].pointee.dictionary { forge(&kind.pointee, forged, &random) }
    default: forgeValues(forged.columns.arrays[place].pointee, &random)
    }
  }

  private static let counts: [Int64] = [
    -1, 0, 1, 2, 3, 5, 1 << 40, 1 << 60, .max, .min, .max - 1, .max / 8, -2, 1 << 31,
  ]

  /// Places where nothing lies.
  private static let nowhere: [UInt] = [1, 8, 4095, 1 << 46, ~0, ~0 - 7]

  private func forge(_ array: inout ArrowArray, _ rows: Int, _ forged: ForgedArrow, _ random: inout RandomStream) {
    let count = random.pick(Self.counts)
    switch random.integer(below: 9) {
    case 0: array.length = random.happens(0.5) ? count : array.length &+ random.pick([-1, 1, 5])
    // A small offset stays within the room of the buffers, a large one leads out of memory: what lies between, nobody can tell.
    case 1:
      array.offset = random.happens(0.5) && count.magnitude > 1 << 39 ? count : Int64(random.integer(below: 9)) - 1
    case 2: array.null_count = count
    case 3: array.n_buffers = count
    case 4: array.n_children = count
    case 5:
      if random.happens(0.5) {
        array.buffers = nil
      } else if array.buffers != nil {
        array.buffers[random.integer(below: 3) % max(Int(min(max(array.n_buffers, 1), 3)), 1)] =
          random.happens(0.5) ? nil : UnsafeRawPointer(bitPattern: random.pick(Self.nowhere))
      }
    case 6: array.release = nil
    case 7: array.dictionary = random.happens(0.5) ? nil : forged.memory([forged.texts(["a", "b"])])
    default: array.children = random.happens(0.5) ? nil : UnsafeMutablePointer(bitPattern: random.pick(Self.nowhere))
    }
  }

  private func forge(_ schema: inout ArrowSchema, _ forged: ForgedArrow, _ random: inout RandomStream) {
    switch random.integer(below: 6) {
    case 0: schema.format = nil
    case 1, 2:
      schema.format = forged.text(
        random.pick([
          "", "+s", "n", "b", "c", "C", "s", "S", "i", "I", "f", "tdD", "tdm", "ts", "tsx:", "tsn:", "u", "z", "vu",
          "+l",
          "d:10,2", "w:4", "\u{FF}", String(repeating: "l", count: 70_000),
        ]))
    case 3: schema.name = random.happens(0.5) ? nil : UnsafePointer(bitPattern: random.pick(Self.nowhere))
    case 4: schema.n_children = random.pick(Self.counts)
    default: schema.release = nil
    }
  }

  /// Changes what the buffers hold, within their room.
  private func forgeValues(_ array: ArrowArray, _ random: inout RandomStream) {
    guard array.buffers != nil, (2...3).contains(array.n_buffers) else { return }
    let buffer = array.n_buffers == 3 ? 1 + random.integer(below: 2) : 1
    guard let start = array.buffers[buffer], UInt(bitPattern: start) > 1 << 16, UInt(bitPattern: start) < 1 << 46 - 1
    else { return }
    let bytes = UnsafeMutableRawPointer(mutating: start)
    let word: UInt64 = random.pick([
      ~0, 0x7FF8_0000_0000_0000, 0x7FF0_0000_0000_0000, 0x7FEF_FFFF_FFFF_FFFF, 1 << 63, .max >> 1, 0xFFC0_80FF,
      1 << 53 + 1,
      UInt64(random.integer(below: 1 << 32)),
    ])
    let width = random.pick([1, 4, 8]), cell = random.integer(below: 16)
    for byte in 0..<width where width * cell + byte < ForgedArrow.room {
      bytes.storeBytes(of: UInt8(word >> (8 * UInt64(byte)) & 255), toByteOffset: width * cell + byte, as: UInt8.self)
    }
  }
}
