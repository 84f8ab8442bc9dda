/// What a caller may settle about a CSV file; what is left out is found in the file.
public struct CSVReadOptions: Sendable, Equatable {
  /// The character between fields; nil: found.
  public var delimiter: CSVFormat.Delimiter?
  /// Whether the first row holds the names of the columns; else they are column1, column2, ….
  public var header: Bool
  /// Whether numbers are written 1,5; nil: found where the delimiter is not a comma.
  public var decimalComma: Bool?
  /// Texts that stand for missing in every column, beside the empty field.
  public var missing: [String]
  /// The kinds of columns that inference shall not choose.
  public var kinds: [String: ColumnKind.Name]
  /// The formats of date columns that inference shall not choose.
  public var dateFormats: [String: DateFormat]
  /// Columns to leave out.
  public var dropped: Set<String>
  /// Whether a column without any value is kept (as a category without levels) rather than an error.
  public var keepsEmptyColumns: Bool
  /// What the file may take.
  public var limits = ReadingLimits()

  /// Makes options; all have defaults.
  public init(
    delimiter: CSVFormat.Delimiter? = nil, header: Bool = true, decimalComma: Bool? = nil, missing: [String] = [],
    kinds: [String: ColumnKind.Name] = [:], dateFormats: [String: DateFormat] = [:], dropped: Set<String> = [],
    keepsEmptyColumns: Bool = false
  ) {
    self.delimiter = delimiter
    self.header = header
    self.decimalComma = decimalComma
    self.missing = missing
    self.kinds = kinds
    self.dateFormats = dateFormats
    self.dropped = dropped
    self.keepsEmptyColumns = keepsEmptyColumns
  }
}

/// Reads CSV files: `.csv`, gzip by its magic, `-` for standard input. RFC 4180 through libcsv, as a stream.
///
/// Only the empty field is missing unless the options name more texts. Spaces around fields are kept, save where
/// nearly every field begins with one (`39, State-gov`): that is layout, trimmed with a note. Blank lines are skipped,
/// save in a table of one column, where they are its missing cells.
public struct CSVReader: Sendable {
  /// The file; `-` is standard input.
  public var path: String
  /// What the caller settles.
  public var options: CSVReadOptions

  /// The file's text where it is in memory already.
  private let text: CSVText?

  /// Makes a reader of a file.
  public init(path: String, options: CSVReadOptions = .init()) {
    self.path = path
    self.options = options
    text = nil
  }

  /// Makes a reader of a file that is in memory already.
  public init(_ text: CSVText, options: CSVReadOptions = .init()) {
    path = text.path
    self.options = options
    if let format = text.format {
      self.options.delimiter = format.delimiter
      self.options.header = format.hasHeader
      self.options.decimalComma = format.decimalComma
    }
    self.text = text
  }

  private func source() throws(TableError) -> ByteSource {
    if let text { return ByteSource(text) }
    return try ByteSource(path: path, limits: options.limits)
  }

  /// What reading gives.
  public struct Result: Sendable, Equatable {
    /// The table.
    public var table: Table
    /// Its schema, inferred or as given.
    public var schema: Schema
    /// What was decided or noticed on the way.
    public var notes: [TableNote]
  }

  /// Reads the file and infers its schema from the whole of it.
  /// - Throws: `TableError` naming file, line, column and cure.
  public func read() throws(TableError) -> Result {
    do throws(TableError) {
      let scan = CSVScan(options: options)
      try scan.run(source()) { names, _ throws(TableError) in
        try checkOptions(names)
        return names.map { name in
          let kind = options.kinds[name]
          let isNumeric = kind == nil || kind == .integer || kind == .decimal
          return ColumnPlan(
            name: name, missingMarkers: options.missing,
            mayDropSpelling: isNumeric && options.dateFormats[name] == nil, takesWholeNumbersOnly: kind == .integer,
            isDropped: options.dropped.contains(name))
        }
      }
      let inference = SchemaInference(options: options, format: scan.format)
      var table = Table()
      var schema = Schema(columns: [], format: scan.format)
      var notes = scan.notes
      var columns: [Column] = []
      for position in 0..<scan.columnCount where !scan[position].plan.isDropped {
        let (column, columnNotes) = try inference.infer(scan[position])
        notes += columnNotes
        let (values, levels) = try ColumnDecoder(schema: column, format: scan.format).values(of: scan[position])
        schema.columns.append(column)
        if column.kind.isCategorical { schema.columns[schema.columns.count - 1].levels = levels }
        columns.append(Column(name: column.name, values: values))
        scan.release(position)
      }
      table.columns = columns
      return Result(table: table, schema: schema, notes: notes)
    } catch {
      throw error.inFile(path)
    }
  }

  /// Reads a file by an existing schema. Columns are matched by name, in any order (without a header by position), and
  /// come in the schema's order. Known levels keep their indices; levels not seen before are added after them.
  /// - Throws: `TableError`: `unknownColumn`, `missingColumn`, or `doesNotFit` for a value that does not fit its kind.
  public func read(schema: Schema) throws(TableError) -> Result {
    do throws(TableError) {
      var effective = options
      if effective.decimalComma == nil, schema.format.decimalComma { effective.decimalComma = true }
      let scan = CSVScan(options: effective)
      var order: [Int?] = []
      try scan.run(source()) { names, line throws(TableError) in
        order = try ColumnMatching.positions(of: names, in: schema, options: options, line: line)
        return order.map { index in
          guard let index else { return ColumnPlan(name: "", isDropped: true) }
          let column = schema.columns[index]
          let markers = column.missingMarkers + options.missing.filter { !column.missingMarkers.contains($0) }
          let isNumber = column.kind == .integer || column.kind.name == .decimal
          return ColumnPlan(
            name: column.name, missingMarkers: markers, mayDropSpelling: isNumber,
            takesWholeNumbersOnly: column.kind == .integer)
        }
      }
      var result = Schema(columns: schema.columns, format: scan.format)
      var columns = schema.columns.map { Column(name: $0.name, values: .numbers([])) }
      for case (let position, let index?) in order.enumerated() {
        let decoder = ColumnDecoder(schema: schema.columns[index], format: scan.format, isStrict: true)
        let (values, levels) = try decoder.values(of: scan[position])
        if result.columns[index].kind.isCategorical { result.columns[index].levels = levels }
        columns[index].values = values
        scan.release(position)
      }
      return Result(table: Table(columns: columns), schema: result, notes: scan.notes)
    } catch {
      throw error.inFile(path)
    }
  }

  private func checkOptions(_ names: [String]) throws(TableError) {
    let asked = Set(options.kinds.keys).union(options.dateFormats.keys).union(options.dropped)
    for name in asked.sorted() where !names.contains(name) {
      let near = nearest(to: name, in: names).first.map { "Did you mean \($0)?" }
      throw TableError(
        .unknownColumn, column: name, problem: "there is no such column",
        cure: near ?? "The columns are \(names.listed()).")
    }
  }
}

extension Table {
  /// Reads a CSV file (`-` is standard input) and infers its schema; `CSVReader` gives the notes too.
  /// - Throws: `TableError` naming file, line, column and cure.
  public static func read(_ path: String, options: CSVReadOptions = .init()) throws(TableError) -> (
    table: Table, schema: Schema
  ) {
    let result = try CSVReader(path: path, options: options).read()
    return (result.table, result.schema)
  }

  /// Reads a CSV file by an existing schema; see `CSVReader.read(schema:)`.
  /// - Throws: `TableError` naming file, line, column and cure.
  public static func read(_ path: String, schema: Schema, options: CSVReadOptions = .init()) throws(TableError)
    -> Table
  {
    try CSVReader(path: path, options: options).read(schema: schema).table
  }
}
