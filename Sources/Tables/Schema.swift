import Foundation

/// What is known of a table: its columns in order, and the form of its file. Readable and editable as JSON.
public struct Schema: Sendable, Codable, Equatable {
  /// The columns in the order of the file.
  public var columns: [ColumnSchema]
  /// The form of the file.
  public var format: CSVFormat

  /// Makes a schema.
  public init(columns: [ColumnSchema], format: CSVFormat = .init()) {
    self.columns = columns
    self.format = format
  }

  /// The first column of that name, or nil.
  public subscript(_ name: String) -> ColumnSchema? { columns.first { $0.name == name } }

  /// The column of that name.
  /// - Throws: `TableError` with reason `unknownColumn`, naming the nearest column.
  public func column(named name: String) throws(TableError) -> ColumnSchema {
    if let column = self[name] { return column }
    let names = columns.map(\.name)
    let near = nearest(to: name, in: names).first.map { "Did you mean \($0)?" }
    throw TableError(
      .unknownColumn, column: name, problem: "there is no such column",
      cure: near ?? "The columns are \(names.listed()).")
  }

  /// The schema with at least as many missing cells in each column as a table has, which may be another than the one that
  /// the schema was made for.
  package func counting(missingIn table: Table) -> Schema {
    var copy = self
    for (place, column) in columns.enumerated() {
      copy.columns[place].missingCount = max(column.missingCount, table[column.name]?.missingCount ?? 0)
    }
    return copy
  }

  /// The schema as JSON: indented, keys in order.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// Reads a schema from JSON and checks it.
  /// - Throws: `TableError` with reason `invalidSchema`, `unknownKind` or `unknownFormat`.
  public init(json: String) throws(TableError) {
    do {
      self = try JSONDecoder().decode(Schema.self, from: Data(json.utf8))
    } catch let error as TableError {
      // Of a kind misspelt in a schema, the schema is at fault, not the command line.
      throw error
    } catch let error as DecodingError {
      throw Schema.invalid(error)
    } catch {
      throw TableError(
        .invalidSchema, problem: "the schema cannot be read", cure: "Write one anew and edit that: \(error)")
    }
    try validate()
  }

  /// Checks that there are columns, each with a name of its own, and that the details agree.
  /// - Throws: `TableError` with reason `invalidSchema`.
  public func validate() throws(TableError) {
    func fail(_ column: String?, _ problem: String, _ cure: String) -> TableError {
      TableError(.invalidSchema, column: column, problem: problem, cure: cure)
    }
    guard !columns.isEmpty else { throw fail(nil, "the schema has no columns", "List at least one under \"columns\".") }
    var seen: Set<ExactText> = []
    for column in columns {
      guard !column.name.isEmpty else { throw fail(nil, "a column of the schema has no name", "Name every column.") }
      guard seen.insert(ExactText(column.name)).inserted else {
        throw fail(column.name, "the schema names a column twice", "Keep one of them.")
      }
      if case .decimal(let digits) = column.kind, !(0...digits).contains(column.notation.minimumDigits) {
        throw fail(column.name, "minimumDigits must be 0 to digits (\(digits))", "Correct one of the two.")
      }
      if column.missingCount < 0 { throw fail(column.name, "missingCount is negative", "Write 0 or more.") }
      if let least = column.minimum, let most = column.maximum, least > most {
        throw fail(column.name, "minimum \(least) is greater than maximum \(most)", "Exchange them.")
      }
      if Set(column.levels.map(ExactText.init)).count != column.levels.count {
        throw fail(column.name, "a level occurs twice", "Keep each level once.")
      }
      if let level = column.levels.first(where: column.missingMarkers.contains) {
        throw fail(column.name, "\(level) is both a level and a missing marker", "Keep it in one of the two lists.")
      }
      if case .identifier(let pattern) = column.kind, let flaw = pattern.flaw {
        throw fail(column.name, "no identifiers can be made by the pattern: it has \(flaw)", "Correct the pattern.")
      }
      let texts = [""] + column.missingMarkers
      guard texts.contains(column.missingText) else {
        throw fail(
          column.name, "missingText \"\(column.missingText)\" is not among missingMarkers",
          "Add it to them, or it would not read back as missing.")
      }
    }
  }

  private static func invalid(_ error: DecodingError) -> TableError {
    func place(_ path: [any CodingKey]) -> String {
      path.isEmpty ? "the top" : path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    let (problem, found): (String, String?) =
      switch error {
      case .keyNotFound(let key, let context): ("\(place(context.codingPath)) lacks \"\(key.stringValue)\"", nil)
      case .typeMismatch(let type, let context): ("\(place(context.codingPath)) should be \(type)", nil)
      case .valueNotFound(let type, let context): ("\(place(context.codingPath)) should be \(type) and is null", nil)
      case .dataCorrupted(let context): ("\(place(context.codingPath)): \(context.debugDescription)", nil)
      @unknown default: ("it cannot be read", nil)
      }
    return TableError(
      .invalidSchema, found: found, problem: "the schema is not valid: \(problem)",
      cure: "Correct it there; a fresh schema shows the form.")
  }
}

extension Schema {
  /// The schema with more columns behind its own.
  public func adding(_ more: [ColumnSchema]) -> Schema {
    var schema = self
    schema.columns += more
    return schema
  }
}
