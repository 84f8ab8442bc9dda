import CPluginABI
import DiffusionCore
import Tables
import Tensors
import Testing

@testable import PluginLoading

/// Tables to Arrow and back.
@Suite struct ArrowTests {
  private static let kinds: [ColumnKind] = [
    .integer, .decimal(digits: 3), .date(format: try! DateFormat(pattern: "yyyy-MM-dd")),
    .dateTime(format: try! DateFormat(pattern: "yyyy-MM-dd HH:mm:ss.SSS")), .category, .boolean,
  ]

  /// A random table with every kind of column, some cells of it missing.
  private static func table(
    rows: Int, missing: Double, seed: UInt64
  ) -> (columns: [Column], wanted: [TableFrame.LearnedColumn]) {
    var random = RandomStream(seed: seed)
    var columns: [Column] = [], wanted: [TableFrame.LearnedColumn] = []
    for (index, kind) in kinds.enumerated() {
      let name = "ä \(index)"
      let levels = kind == .boolean ? ["no", "YES"] : ["", "a", "é", "e\u{301}", "日本", "a, b"]
      func isMissing() -> Bool { random.uniformDouble() < missing }
      let values: Column.Values
      if kind.isNumeric {
        values = .numbers(
          (0..<rows).map { _ in
            if isMissing() { return .nan }
            let number = Double(random.integer(below: 2_000_000) - 1_000_000)
            switch kind {
            case .integer: return number * 4e9
            case .date: return (number / 100).rounded()
            default: return number / 1000
            }
          })
      } else {
        values = .categories(
          indices: (0..<rows).map { _ in isMissing() ? -1 : Int32(random.integer(below: levels.count)) },
          levels: levels)
      }
      columns.append(Column(name: name, values: values))
      wanted.append(
        .init(schema: ColumnSchema(name: name, kind: kind, levels: levels), levels: kind.isNumeric ? [] : levels))
    }
    return (columns, wanted)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 64, 1000], [0, 0.3, 1])
  func `What is exported comes back`(rows: Int, missing: Double) throws {
    for seed in UInt64(0)..<3 {
      let (columns, wanted) = Self.table(rows: rows, missing: missing, seed: seed)
      var (schema, array) = ArrowExport.table(columns, kinds: wanted.map(\.schema.kind))
      let back = try ArrowImport(schema: schema, array: array).columns(as: wanted, rows: rows)
      #expect(back == columns)
      schema.release(&schema)
      array.release(&array)
      #expect(schema.release == nil && array.release == nil)
    }
  }

  @Test func `Formats and nulls are those of the specification`() throws {
    let (columns, wanted) = Self.table(rows: 9, missing: 0.5, seed: 4)
    var (schema, array) = ArrowExport.table(columns, kinds: wanted.map(\.schema.kind))
    defer {
      schema.release(&schema)
      array.release(&array)
    }
    #expect(String(cString: schema.format) == "+s" && array.length == 9 && array.n_buffers == 1)
    let formats = (0..<6).map { String(cString: schema.children[$0]!.pointee.format) }
    #expect(formats == ["l", "g", "tdD", "tsu:", "i", "i"])
    for (index, column) in columns.enumerated() {
      let cells = array.children[index]!.pointee
      #expect(cells.null_count == Int64(column.missingCount) && cells.n_buffers == 2)
      let valid = cells.buffers[0]!.assumingMemoryBound(to: UInt8.self)
      for row in 0..<9 { #expect((valid[row / 8] >> UInt8(row % 8) & 1 == 0) == column.isMissing(row)) }
    }
    let words = schema.children[4]!.pointee.dictionary.pointee
    #expect(String(cString: words.format) == "u")
  }

  @Test func `A child that was moved is not released twice`() throws {
    let (columns, wanted) = Self.table(rows: 9, missing: 0.5, seed: 5)
    var (schema, array) = ArrowExport.table(columns, kinds: wanted.map(\.schema.kind))
    var mine = array.children[4]!.pointee
    array.children[4]!.pointee.release = nil
    array.release(&array)
    schema.release(&schema)
    // Its memory is still there.
    #expect(mine.length == 9 && mine.dictionary.pointee.length == 6)
    mine.release(&mine)
    #expect(mine.release == nil)
  }

  // MARK: What plugins may give

  /// A table of one column.
  private func column(
    _ format: String, _ array: ArrowArray, dictionary: ArrowSchema? = nil, as kind: ColumnKind, levels: [String] = [],
    rows: Int, offset: Int = 0
  ) throws -> Column.Values {
    var schema = ArrowSchema(
      format: "+s", children: [ArrowSchema(format: format, name: "x", dictionary: dictionary)])
    var table = ArrowArray(length: rows, in: ArrowMemory(), buffers: [nil], children: [array])
    table.offset = Int64(offset)
    defer {
      schema.release(&schema)
      table.release(&table)
    }
    let wanted = TableFrame.LearnedColumn(schema: ColumnSchema(name: "x", kind: kind), levels: levels)
    return try ArrowImport(schema: schema, array: table).columns(as: [wanted], rows: rows)[0].values
  }

  private func array<Value>(_ values: [Value], valid: UInt8? = nil) -> ArrowArray {
    let memory = ArrowMemory()
    let validity = valid.map { UnsafeRawPointer(memory.copy([$0])) }
    return ArrowArray(
      length: values.count, nullCount: valid == nil ? 0 : -1, in: memory,
      buffers: [validity, UnsafeRawPointer(memory.copy(values))])
  }

  private func texts<Offset: FixedWidthInteger>(_ texts: [String], _: Offset.Type, valid: UInt8? = nil) -> ArrowArray {
    let memory = ArrowMemory()
    var ends: [Offset] = [0], bytes: [UInt8] = []
    for text in texts {
      bytes += Array(text.utf8)
      ends.append(Offset(bytes.count))
    }
    let validity = valid.map { UnsafeRawPointer(memory.copy([$0])) }
    return ArrowArray(
      length: texts.count, nullCount: valid == nil ? 0 : -1, in: memory,
      buffers: [validity, UnsafeRawPointer(memory.copy(ends)), UnsafeRawPointer(memory.copy(bytes))])
  }

  @Test func `Numbers of every width are read`() throws {
    func whole<Value: FixedWidthInteger>(_ format: String, _: Value.Type) throws {
      let found = try column(format, array([Value(1), 2, 100], valid: 0b101), as: .integer, rows: 3)
      #expect(found == .numbers([1, .nan, 100]), "\(format)")
    }
    try whole("c", Int8.self)
    try whole("C", UInt8.self)
    try whole("s", Int16.self)
    try whole("S", UInt16.self)
    try whole("i", Int32.self)
    try whole("I", UInt32.self)
    try whole("l", Int64.self)
    try whole("L", UInt64.self)
    #expect(try column("f", array([Float(0.5), .nan]), as: .decimal(digits: 2), rows: 2) == .numbers([0.5, .nan]))
    // Rounded as the column is.
    #expect(try column("g", array([1.2345, 2]), as: .decimal(digits: 2), rows: 2) == .numbers([1.23, 2]))
    #expect(try column("g", array([1.6]), as: .integer, rows: 1) == .numbers([2]))
  }

  @Test func `Dates and times of every unit are read`() throws {
    let day = ColumnKind.date(format: try DateFormat(pattern: "yyyy-MM-dd"))
    let time = ColumnKind.dateTime(format: try DateFormat(pattern: "yyyy-MM-dd HH:mm:ss"))
    #expect(try column("tdD", array([Int32(3)]), as: day, rows: 1) == .numbers([3]))
    #expect(try column("tdD", array([Int32(3)]), as: time, rows: 1) == .numbers([3 * 86_400]))
    #expect(try column("tdm", array([Int64(86_400_000)]), as: day, rows: 1) == .numbers([1]))
    for (unit, scale) in [("s", 1), ("m", 1000), ("u", 1_000_000), ("n", 1_000_000_000)] as [(String, Int64)] {
      #expect(try column("ts\(unit):UTC", array([90 * scale]), as: time, rows: 1) == .numbers([90]))
      #expect(try column("ts\(unit):", array([86_400 * scale]), as: day, rows: 1) == .numbers([1]))
    }
    #expect(try column("g", array([2.25]), as: time, rows: 1) == .numbers([2.25]))
  }

  @Test func `Levels come as texts, dictionaries, places and bits`() throws {
    let levels = ["no", "yes", "perhaps"]
    let expected = Column.Values.categories(indices: [1, -1, 0], levels: levels)
    func read(_ format: String, _ cells: ArrowArray, _ dictionary: ArrowSchema? = nil) throws -> Column.Values {
      try column(format, cells, dictionary: dictionary, as: .category, levels: levels, rows: 3)
    }
    #expect(try read("u", texts(["yes", "", "no"], Int32.self, valid: 0b101)) == expected)
    #expect(try read("U", texts(["yes", "", "no"], Int64.self, valid: 0b101)) == expected)
    #expect(try read("s", array([Int16(1), -1, 0])) == expected)
    for kind in ["u", "U"] {
      var cells = array([Int8(0), 9, 1], valid: 0b101)
      let words = ["yes", "no", "a level that nobody has"]
      let memory = ArrowMemory()
      cells.dictionary = memory.copy([kind == "u" ? texts(words, Int32.self) : texts(words, Int64.self)])
      #expect(try read("c", cells, ArrowSchema(format: kind)) == expected)
      withExtendedLifetime(memory) {}
    }
    var bits = array([UInt8(0b01)])
    bits.length = 2
    let truth = try column("b", bits, as: .boolean, levels: ["Yes", "No"], rows: 2)
    #expect(truth == .categories(indices: [0, 1], levels: ["Yes", "No"]))
  }

  @Test func `Offsets are heeded`() throws {
    var cells = array([Int32(5), 6, 7, 8], valid: 0b1011)
    cells.offset = 1
    cells.length = 3
    #expect(try column("i", cells, as: .integer, rows: 2, offset: 1) == .numbers([.nan, 8]))
  }

  @Test func `Numbers that a column cannot hold are refused`() throws {
    let day = ColumnKind.date(format: try DateFormat(pattern: "yyyy-MM-dd"))
    let time = ColumnKind.dateTime(format: try DateFormat(pattern: "yyyy-MM-dd HH:mm:ss"))
    func refused(_ format: String, _ cells: ArrowArray, _ kind: ColumnKind) -> Bool {
      do {
        _ = try column(format, cells, as: kind, rows: 1)
        return false
      } catch { return error is ArrowFlaw }
    }
    #expect(refused("l", array([Int64.max]), .integer) && refused("L", array([UInt64.max]), .integer))
    #expect(refused("g", array([1e300]), .integer) && refused("g", array([-Double.infinity]), .decimal(digits: 2)))
    #expect(refused("tdD", array([Int32.max]), day) && refused("tdm", array([Int64.min]), day))
    #expect(refused("tss:", array([Int64.max]), time) && refused("g", array([1e15]), time))
    #expect(!refused("tsn:", array([Int64.max]), time) && !refused("l", array([Int64(1) << 53]), .integer))
    #expect(try column("g", array([1e300]), as: .decimal(digits: 2), rows: 1) == .numbers([1e300]))
  }

  @Test func `Texts that run back, begin before the start or are not UTF-8 are refused`() throws {
    func flaw(_ ends: [Int32], _ bytes: [UInt8]) -> String? {
      let memory = ArrowMemory()
      let cells = ArrowArray(
        length: ends.count - 1, in: memory,
        buffers: [nil, UnsafeRawPointer(memory.copy(ends)), UnsafeRawPointer(memory.copy(bytes))])
      do {
        _ = try column("u", cells, as: .category, levels: ["a", "b"], rows: ends.count - 1)
        return nil
      } catch { return (error as? ArrowFlaw)?.problem }
    }
    #expect(flaw([0, 1, 2], Array("ab".utf8)) == nil)
    #expect(flaw([0, 2, 1], Array("ab".utf8)) == "has a text that ends before it begins")
    #expect(flaw([-1, 0, 1], Array("ab".utf8)) == "has a text that begins at byte -1")
    #expect(flaw([0, 1, .max], Array("ab".utf8))?.contains("does not lie in memory") == true)
    #expect(flaw([0, 2], [0xC3, 0x28])?.hasSuffix("which is not UTF-8") == true)
  }

  @Test func `Counts of missing cells that are not those of the bits are refused`() throws {
    func flaw(_ count: Int64, _ cells: ArrowArray) -> String? {
      var cells = cells
      cells.null_count = count
      do {
        _ = try column("l", cells, as: .integer, rows: 3)
        return nil
      } catch { return (error as? ArrowFlaw)?.problem }
    }
    let cells: () -> ArrowArray = { self.array([Int64(1), 2, 3], valid: 0b101) }
    #expect(flaw(1, cells()) == nil && flaw(-1, cells()) == nil && flaw(0, cells()) == nil)
    #expect(flaw(2, cells()) == "says that 2 cells are missing, and 1 are")
    #expect(flaw(4, cells()) == "says that 4 of its 3 cells are missing")
    #expect(flaw(1, array([Int64(1), 2, 3])) == "says that 1 cells are missing, and not which")
  }

  @Test func `What does not fit is refused with its column`() throws {
    func flaw(_ body: () throws -> Column.Values) -> String? {
      do {
        _ = try body()
        return nil
      } catch { return (error as? ArrowFlaw)?.description }
    }
    func levels(_ format: String, _ cells: ArrowArray) -> String? {
      flaw { try column(format, cells, as: .category, levels: ["a"], rows: 1) }
    }
    func numbers(_ format: String, _ cells: ArrowArray, rows: Int = 1) -> String? {
      flaw { try column(format, cells, as: .integer, rows: rows) }
    }
    #expect(numbers("u", texts(["1"], Int32.self)) == "column 'x' is of format 'u', which is not for its kind")
    #expect(levels("g", array([1.0])) == "column 'x' is of format 'g', which is not for its kind")
    #expect(levels("u", texts(["b"], Int32.self)) == "column 'x' has the level 'b', which was not learned")
    #expect(levels("i", array([Int32(1)])) == "column 'x' has the level 1 where there are 1, from 0")
    #expect(numbers("g", array([Double.infinity])) == "column 'x' is infinite in row 0")
    #expect(numbers("g", array([1.0]), rows: 2) == "column 'x' has 1 cells in a table of 2 rows")
    let (columns, wanted) = Self.table(rows: 3, missing: 0, seed: 1)
    var (schema, table) = ArrowExport.table(columns, kinds: wanted.map(\.schema.kind))
    #expect(throws: ArrowFlaw(problem: "it has 3 rows where 4 are wanted")) {
      try ArrowImport(schema: schema, array: table).columns(as: wanted, rows: 4)
    }
    #expect(throws: ArrowFlaw(problem: "it has 6 columns where 5 are wanted")) {
      try ArrowImport(schema: schema, array: table).columns(as: wanted.dropLast(), rows: 3)
    }
    schema.release(&schema)
    table.release(&table)
    #expect(throws: ArrowFlaw(problem: "there is no table")) {
      try ArrowImport(schema: schema, array: table).columns(as: wanted, rows: 3)
    }
  }
}
