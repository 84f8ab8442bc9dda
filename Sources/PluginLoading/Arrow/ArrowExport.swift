import CPluginABI
import Tables

/// Columns of a table as an Arrow struct array. Who gets it releases it.
enum ArrowExport {
  /// Exports columns whose kinds are numeric or categorical.
  ///
  /// - Parameters:
  ///   - columns: held as their kinds say.
  ///   - kinds: what each of them is.
  static func table(_ columns: [Column], kinds: [ColumnKind]) -> (schema: ArrowSchema, array: ArrowArray) {
    let parts = zip(columns, kinds).map { self.column($0, kind: $1) }
    let memory = ArrowMemory()
    return (
      ArrowSchema(format: "+s", children: parts.map(\.schema)),
      ArrowArray(length: columns.first?.count ?? 0, in: memory, buffers: [nil], children: parts.map(\.array))
    )
  }

  private static func column(_ column: Column, kind: ColumnKind) -> (schema: ArrowSchema, array: ArrowArray) {
    let memory = ArrowMemory()
    let isMissing = (0..<column.count).map { column.isMissing($0) }
    let nulls = isMissing.count { $0 }
    let validity = nulls == 0 ? nil : bitmap(isMissing, in: memory)
    func array(_ values: UnsafeRawPointer, dictionary: ArrowArray? = nil) -> ArrowArray {
      ArrowArray(
        length: column.count, nullCount: nulls, in: memory, buffers: [validity, values], dictionary: dictionary)
    }
    switch (column.values, kind) {
    case (.numbers(let numbers), .integer):
      return (ArrowSchema(format: "l", name: column.name), array(memory.copy(integers(numbers, of: Int64.self))))
    case (.numbers(let numbers), .date):
      return (ArrowSchema(format: "tdD", name: column.name), array(memory.copy(integers(numbers, of: Int32.self))))
    case (.numbers(let numbers), .dateTime):
      let microseconds = integers(numbers.map { $0 * 1e6 }, of: Int64.self)
      return (ArrowSchema(format: "tsu:", name: column.name), array(memory.copy(microseconds)))
    case (.numbers(let numbers), _):
      return (ArrowSchema(format: "g", name: column.name), array(memory.copy(numbers)))
    case (.categories(let indices, let levels), _):
      return (
        ArrowSchema(format: "i", name: column.name, dictionary: ArrowSchema(format: "u"), isOrdered: true),
        array(memory.copy(indices.map { max($0, 0) }), dictionary: texts(levels))
      )
    case (.texts, _): preconditionFailure("column '\(column.name)' is of texts, which no plugin learns")
    }
  }

  /// Whole numbers; 0 where one is missing.
  private static func integers<Integer: FixedWidthInteger>(_ numbers: [Double], of _: Integer.Type) -> [Integer] {
    numbers.map { $0.isNaN ? 0 : Integer(exactly: $0.rounded()) ?? ($0 < 0 ? .min : .max) }
  }

  private static func bitmap(_ isMissing: [Bool], in memory: ArrowMemory) -> UnsafeRawPointer {
    let bytes = memory.allocate((isMissing.count + 7) / 8, of: UInt8.self)
    for (row, isMissing) in isMissing.enumerated() where !isMissing { bytes[row / 8] |= 1 << UInt8(row % 8) }
    return UnsafeRawPointer(bytes)
  }

  private static func texts(_ texts: [String]) -> ArrowArray {
    let memory = ArrowMemory()
    var offsets: [Int32] = [0], bytes: [UInt8] = []
    for text in texts {
      bytes.append(contentsOf: text.utf8)
      offsets.append(Int32(bytes.count))
    }
    return ArrowArray(
      length: texts.count, in: memory,
      buffers: [nil, UnsafeRawPointer(memory.copy(offsets)), UnsafeRawPointer(memory.copy(bytes))])
  }
}
