import Tables
import Tensors

/// A small table made by formula, with what real ones have: what the laws are checked on.
public struct GeneratedTable: Sendable {
  /// What it is like, for messages.
  public let name: String
  /// The rows.
  public let table: Table
  /// What each column is.
  public let schema: Schema

  /// Pairs a table with its schema.
  public init(name: String, table: Table, schema: Schema) {
    self.name = name
    self.table = table
    self.schema = schema
  }

  /// One of each kind.
  public static var all: [GeneratedTable] {
    [mixed(), plain(numbers: 3, categories: 0), plain(numbers: 0, categories: 3), manyLevels()]
  }

  /// Every kind of column: a category that decides a number, few and many values, heavy values, an exact relation, dates,
  /// missing cells, a constant, an identifier and free text.
  public static func mixed(rows: Int = 400, seed: UInt64 = 1) -> GeneratedTable {
    var random = RandomStream(seed: seed)
    var group: [Int32] = [], code: [Double] = [], size: [Double] = [], due: [Double] = [], paid: [Double] = []
    var day: [Double] = [], note: [Int32] = []
    for _ in 0..<rows {
      let place = random.integer(below: 4)
      group.append(Int32(place))
      code.append(Double(10 * place))
      size.append((Double(random.normal()) * 2000).rounded() / 100 + Double(100 * place))
      let bill = Double(1 + random.integer(below: 5000)), turn = random.uniform()
      due.append(bill)
      paid.append(turn < 0.3 ? bill : turn < 0.5 ? 0 : turn < 0.6 ? .nan : Double(random.integer(below: 9000)))
      day.append(Double(18_000 + random.integer(below: 2000)))
      note.append(random.uniform() < 0.2 ? -1 : Int32(random.integer(below: 2)))
    }
    let ids = (0..<rows).map { Optional("ID\(1000 + $0)") }
    let levels = ["a", "b", "c, d", "e"]
    func numeric(_ name: String, _ kind: ColumnKind, _ values: [Double]) -> (Column, ColumnSchema) {
      let present = values.filter { !$0.isNaN }
      return (
        Column(name: name, values: .numbers(values)),
        ColumnSchema(
          name: name, kind: kind, missingCount: values.count - present.count, minimum: present.min(),
          maximum: present.max())
      )
    }
    let columns: [(Column, ColumnSchema)] = [
      (
        Column(name: "group", values: .categories(indices: group, levels: levels)),
        ColumnSchema(name: "group", kind: .category, levels: levels)
      ),
      numeric("code", .integer, code), numeric("size", .decimal(digits: 2), size), numeric("due", .integer, due),
      numeric("paid", .integer, paid), numeric("day", .date(format: try! DateFormat(pattern: "yyyy-MM-dd")), day),
      (
        Column(name: "note", values: .categories(indices: note, levels: ["no", "yes"])),
        ColumnSchema(name: "note", kind: .boolean, missingCount: note.count { $0 < 0 }, levels: ["no", "yes"])
      ),
      (
        Column(name: "unit", values: .categories(indices: Array(repeating: 0, count: rows), levels: ["kg"])),
        ColumnSchema(name: "unit", kind: .constant(value: "kg"))
      ),
      (
        Column(name: "id", values: .texts(ids)),
        ColumnSchema(name: "id", kind: .identifier(pattern: .learn(from: ids.compactMap { $0 }, column: "id")))
      ),
      (
        Column(name: "remark", values: .texts((0..<rows).map { "free text \($0)" })),
        ColumnSchema(name: "remark", kind: .text)
      ),
    ]
    return GeneratedTable(
      name: "mixed", table: Table(columns: columns.map(\.0)), schema: Schema(columns: columns.map(\.1)))
  }

  /// Numbers alone, categories alone, or both, without missing cells.
  public static func plain(rows: Int = 300, numbers: Int, categories: Int, seed: UInt64 = 2) -> GeneratedTable {
    var random = RandomStream(seed: seed)
    var columns: [Column] = [], schemas: [ColumnSchema] = []
    for index in 0..<numbers {
      let values = (0..<rows).map { _ in (Double(random.normal()) * 1000).rounded() / 10 }
      columns.append(Column(name: "n\(index)", values: .numbers(values)))
      schemas.append(
        ColumnSchema(name: "n\(index)", kind: .decimal(digits: 1), minimum: values.min(), maximum: values.max()))
    }
    for index in 0..<categories {
      let levels = (0..<(2 + index)).map { "l\($0)" }
      let indices = (0..<rows).map { _ in Int32(random.integer(below: levels.count)) }
      columns.append(Column(name: "c\(index)", values: .categories(indices: indices, levels: levels)))
      schemas.append(ColumnSchema(name: "c\(index)", kind: .category, levels: levels))
    }
    return GeneratedTable(
      name: "\(numbers) numbers, \(categories) categories", table: Table(columns: columns),
      schema: Schema(columns: schemas))
  }

  /// A category of more levels than one softmax should have, some of them missing.
  public static func manyLevels(_ count: Int = 1500) -> GeneratedTable {
    let levels = (0..<count).map { "level \($0)" }
    let indices = (0..<2 * count).map { $0 % 97 == 0 ? -1 : Int32($0 % count) }
    let column = Column(name: "city", values: .categories(indices: indices, levels: levels))
    return GeneratedTable(
      name: "many levels", table: Table(columns: [column]),
      schema: Schema(columns: [
        ColumnSchema(name: "city", kind: .category, missingCount: column.missingCount, levels: levels)
      ]))
  }
}
