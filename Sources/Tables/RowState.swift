/// Where in a file its cells are: sees to it that each row has its fields, and gives them to the columns.
struct RowState {
  /// Makes the builders once the names of the columns are known.
  typealias Start = ([String], Int) throws(TableError) -> UnsafeMutablePointer<ColumnBuilder>

  /// The line on which the current field begins.
  private(set) var line = 1
  private(set) var rowCount = 0
  private(set) var blankLines = 0
  private(set) var names: [String] = []
  /// The first failure.
  private(set) var failure: TableError?

  private var builders: UnsafeMutablePointer<ColumnBuilder>?
  private var columnCount = 0
  private var column = 0
  private var lineBreaksInField = 0
  private var followsCarriageReturn = false
  private var hasMisfit = false
  private let hasHeader: Bool
  private let limits: ReadingLimits
  private let start: Start
  private var firstRow: [[UInt8]?] = []

  init(hasHeader: Bool, limits: ReadingLimits, start: @escaping Start) {
    self.hasHeader = hasHeader
    self.limits = limits
    self.start = start
  }

  /// The name of the column the current field belongs to.
  var currentName: String? { column < names.count ? names[column] : nil }

  /// Takes the fields and rows of a batch in order; stops at the first failure.
  mutating func take(_ batch: FieldBatch) {
    let storage = batch.storage.pointee
    var bytes = storage.bytes.base
    for position in 0..<storage.tokens.count {
      let token = storage.tokens[position]
      if token >= 0 {
        field(bytes, Int(token))
        bytes += Int(token)
      } else if token == -1 {
        field(nil, 0)
      } else if token == FieldBatch.tooLong {
        if failure == nil { failure = limits.fieldTooLong(line: line, column: currentName, found: "") }
        return
      } else {
        endRow(FieldBatch.terminator(token))
        if failure != nil { return }
      }
    }
  }

  @inline(__always)
  private mutating func field(_ bytes: UnsafeMutablePointer<UInt8>?, _ length: Int) {
    if column < columnCount {
      line &+= builders.unsafelyUnwrapped[column].append(bytes, length, line: line)
      column &+= 1
    } else {
      surplusField(bytes, length)
    }
  }

  @inline(__always)
  private mutating func endRow(_ terminator: Int32) {
    if column == columnCount, column > 0 {
      rowCount &+= 1
      column = 0
      line &+= 1
      followsCarriageReturn = terminator == 13
    } else {
      oddRow(terminator)
    }
  }

  @inline(never)
  private mutating func surplusField(_ bytes: UnsafeMutablePointer<UInt8>?, _ length: Int) {
    guard failure == nil else { return }
    let text = bytes.map { UnsafeBufferPointer(start: $0, count: length) }
    if builders == nil {
      firstRow.append(text.map(Array.init))
      line += text.map(TextCheck.lineBreaks) ?? 0
      column += 1
      return
    }
    failure = TableError(
      .tooManyFields, line: line, found: text.map { String(decoding: $0, as: UTF8.self) } ?? "",
      expected: Self.fields(columnCount),
      problem: "the row has more fields than the \(hasHeader ? "header" : "first row")",
      cure: "Remove the surplus; put fields that hold the delimiter in quotes, or name another delimiter (--delimiter)."
    )
  }

  @inline(never)
  private mutating func oddRow(_ terminator: Int32) {
    guard failure == nil else { return }
    if column == 0 {
      // The second half of \r\n comes as a row of its own.
      if terminator == 10, followsCarriageReturn {
        followsCarriageReturn = false
        return
      }
      followsCarriageReturn = terminator == 13
      if columnCount == 1 {
        _ = builders![0].append(nil, 0, line: line)
        rowCount += 1
      } else {
        blankLines += 1
      }
      line += 1
      return
    }
    followsCarriageReturn = terminator == 13
    if builders == nil {
      begin()
    } else {
      failure = TableError(
        .tooFewFields, line: line, column: names[column], found: Self.fields(column),
        expected: Self.fields(columnCount),
        problem: "the row has fewer fields than the \(hasHeader ? "header" : "first row")",
        cure: "Complete the row; an empty field still needs its delimiter.")
    }
    column = 0
    line += 1
  }

  private static func fields(_ count: Int) -> String { "\(count) \(count == 1 ? "field" : "fields")" }

  /// Takes the first row: as names, or as data under made names.
  private mutating func begin() {
    let fields = firstRow
    firstRow = []
    do throws(TableError) {
      guard fields.count <= limits.columns else { throw limits.tooManyColumns(line: line) }
      names =
        hasHeader
        ? try RowState.headerNames(fields, line: line) : fields.indices.map { "column\($0 + 1)" }
      builders = try start(names, line)
      columnCount = names.count
    } catch {
      failure = error
      return
    }
    guard !hasHeader else { return }
    if columnCount == 1 {
      // Blank lines before the first value are missing cells too.
      for blank in 0..<blankLines { _ = builders![0].append(nil, 0, line: blank + 1) }
      rowCount = blankLines
      blankLines = 0
    }
    for (index, field) in fields.enumerated() {
      if let field {
        field.withUnsafeBufferPointer { text in
          // An empty array has no address, but "" is not missing.
          var nothing: UInt8 = 0
          _ = withUnsafePointer(to: &nothing) {
            builders![index].append(text.baseAddress ?? $0, text.count, line: line)
          }
        }
      } else {
        _ = builders![index].append(nil, 0, line: line)
      }
    }
    rowCount += 1
  }

  /// Names stand in every message about a column.
  private static let mostNameBytes = 10_000

  private static func headerNames(_ fields: [[UInt8]?], line: Int) throws(TableError) -> [String] {
    var names: [String] = []
    var positions: [ExactText: Int] = [:]
    for (index, field) in fields.enumerated() {
      let name = String(decoding: field ?? [], as: UTF8.self)
      guard name.utf8.count <= mostNameBytes else {
        throw TableError(
          .longHeader, line: line, column: "#\(index + 1)", found: name, expected: "at most \(mostNameBytes) bytes",
          problem: "the name of column \(index + 1) in the header has \(name.utf8.count) bytes",
          cure: "Name it shortly; if the first row is data, say so (--no-header).")
      }
      guard !name.utf8.allSatisfy({ $0 <= 32 }) else {
        throw TableError(
          .emptyHeader, line: line, column: "#\(index + 1)", found: name, expected: "a name for each column",
          problem: "column \(index + 1) has no name in the header",
          cure: "Name it, or remove the column; if the first row is data, say so (--no-header).")
      }
      if let other = positions.updateValue(index, forKey: ExactText(name)) {
        throw TableError(
          .duplicateHeader, line: line, column: name, found: name, expected: "a name of its own for each column",
          problem: "columns \(other + 1) and \(index + 1) have the same name",
          cure: "Rename one of them; if the first row is data, say so (--no-header).")
      }
      names.append(name)
    }
    return names
  }
}
