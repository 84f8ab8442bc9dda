/// Where the series of a table are: the rows of each entity in the order of time.
public struct SeriesIndex: Sendable, Equatable {
  /// What a time is measured in.
  public enum Unit: String, Sendable, Codable {
    /// Seconds since 1970-01-01 00:00 by the local clock as written: of dates and date-times.
    case seconds
    /// The column's own unit: of numbers.
    case own
  }

  /// The series of one entity.
  public struct Entity: Sendable, Equatable {
    /// The texts of the group columns, in the order in which they were named; empty where there are no groups.
    public let name: [String]
    /// The rows of the table, ascending in time.
    public let rows: [Int]
    /// The time of each row, strictly ascending.
    public let times: [Double]
    /// The median distance of two neighbouring times; nil for an entity of one row.
    public let typicalStep: Double?
  }

  /// The entities in the order of their first row.
  public let entities: [Entity]
  /// What times are measured in.
  public let unit: Unit

  /// Finds the series. Rows may stand in any order.
  ///
  /// - Parameters:
  ///   - table: the rows, held as the schema says.
  ///   - time: the column that tells the time: dates, date-times or numbers. Identifiers that are numbers, such as a
  ///     count of rows, are taken as numbers.
  ///   - groups: columns whose values together name the entity; none for one series.
  /// - Throws: ``SeriesError`` where a column is unknown, the time column is none, a time or a group is missing, a time is
  ///   infinite, or a time occurs twice in an entity.
  public init(_ table: Table, schema: Schema, time: String, groups: [String] = []) throws(SeriesError) {
    func column(_ name: String) throws(SeriesError) -> (ColumnSchema, Column) {
      guard let column = table[name], let kind = schema[name] else {
        throw .unknownColumn(name, nearest: Tables.nearest(to: name, in: table.columnNames).first)
      }
      return (kind, column)
    }
    let (timeSchema, timeColumn) = try column(time)
    let times = try Self.times(timeColumn, timeSchema)
    if let row = times.firstIndex(where: { $0.isNaN }) { throw .missingTime(column: time, row: row) }
    if let row = times.firstIndex(where: { $0.isInfinite }) { throw .infiniteTime(column: time, row: row) }
    switch timeSchema.kind {
    case .date, .dateTime: unit = .seconds
    default: unit = .own
    }

    var entityOfRow = [Int](repeating: 0, count: table.rowCount)
    var names: [[String]] = table.rowCount > 0 ? [[]] : []
    for group in groups {
      let (kind, column) = try column(group)
      guard group != time else { throw .timeIsGroup(group) }
      (entityOfRow, names) = try Self.split(entityOfRow, names, by: column, kind)
    }
    var rows = [[Int]](repeating: [], count: names.count)
    for (row, entity) in entityOfRow.enumerated() { rows[entity].append(row) }

    var entities: [Entity] = []
    for (name, unsorted) in zip(names, rows) {
      let sorted = Self.sorted(unsorted, by: times)
      let own = sorted.map { times[$0] }
      if let place = own.indices.dropFirst().first(where: { own[$0] == own[$0 - 1] }) {
        throw .duplicateTime(
          column: time, time: Self.text(own[place], timeSchema.kind), entity: name, first: sorted[place - 1],
          second: sorted[place])
      }
      let step = Self.typicalStep(own)
      // Distances in steps, and their squares, must be numbers.
      if let first = own.first, let last = own.last, let step,
        max(abs(first), abs(last)) > 1e150 || (last - first) / step > 1e18
      {
        throw .infiniteTime(column: time, row: sorted[abs(first) > abs(last) ? 0 : sorted.count - 1])
      }
      entities.append(Entity(name: name, rows: sorted, times: own, typicalStep: step))
    }
    self.entities = entities
  }

  // MARK: Times

  private static func times(_ column: Column, _ schema: ColumnSchema) throws(SeriesError) -> [Double] {
    func refuse(_ found: String?) -> SeriesError {
      .notATime(column: column.name, kind: schema.kind.name, found: found)
    }
    switch column.values {
    case .numbers(let numbers):
      if case .date = schema.kind { return numbers.map { $0 * 86_400 } }
      return numbers
    case .texts(let texts):
      // A column that counts the rows is held as an identifier.
      guard case .identifier = schema.kind else { throw refuse(texts.lazy.compactMap { $0 }.first) }
      var numbers: [Double] = []
      numbers.reserveCapacity(texts.count)
      for text in texts {
        guard let text else {
          numbers.append(.nan)
          continue
        }
        guard let number = Double(text) else { throw refuse(text) }
        numbers.append(number)
      }
      return numbers
    case .categories(let indices, let levels):
      // Where all rows have the same time, the column is held as a constant.
      guard case .constant(let text) = schema.kind, let number = Double(text) else {
        throw refuse(indices.first { $0 >= 0 }.map { levels[Int($0)] })
      }
      return indices.map { $0 < 0 ? .nan : number }
    }
  }

  /// Rows by time, those of equal time in their own order.
  private static func sorted(_ rows: [Int], by times: [Double]) -> [Int] {
    if zip(rows, rows.dropFirst()).allSatisfy({ times[$0] <= times[$1] }) { return rows }
    return rows.sorted { (times[$0], $0) < (times[$1], $1) }
  }

  static func typicalStep(_ times: [Double]) -> Double? {
    guard times.count > 1 else { return nil }
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
    return steps[(steps.count - 1) / 2]
  }

  /// A time as a person writes it.
  static func text(_ time: Double, _ kind: ColumnKind) -> String {
    switch kind {
    case .date(let format): format.text(of: time / 86_400)
    case .dateTime(let format): format.text(of: time)
    default: time.plainText
    }
  }

  // MARK: Entities

  /// Splits every entity by the values of one more column.
  private static func split(
    _ entityOfRow: [Int], _ names: [[String]], by column: Column, _ schema: ColumnSchema
  ) throws(SeriesError) -> ([Int], [[String]]) {
    struct Key: Hashable { let entity: Int, value: Value }
    enum Value: Hashable { case level(Int32), number(Double), text(ExactText) }
    var places: [Key: Int] = [:]
    var newNames: [[String]] = []
    var result = entityOfRow
    for row in entityOfRow.indices {
      guard !column.isMissing(row) else { throw .missingGroup(column: column.name, row: row) }
      let value: Value
      switch column.values {
      case .numbers(let numbers): value = .number(numbers[row])
      case .categories(let indices, _): value = .level(indices[row])
      case .texts(let texts): value = .text(ExactText(texts[row] ?? ""))
      }
      let key = Key(entity: entityOfRow[row], value: value)
      if let place = places[key] {
        result[row] = place
        continue
      }
      let text: String
      switch column.values {
      case .numbers(let numbers):
        let isDate = if case .date = schema.kind { true } else { false }
        text = Self.text(numbers[row] * (isDate ? 86_400 : 1), schema.kind)
      case .categories(let indices, let levels): text = levels[Int(indices[row])]
      case .texts(let texts): text = texts[row] ?? ""
      }
      places[key] = newNames.count
      result[row] = newNames.count
      newNames.append(names[entityOfRow[row]] + [text])
    }
    return (result, newNames)
  }
}
