/// Judges the kind of each column from all its cells; what it decides it says in notes.
///
/// Rules, in order: numbers, unless they are codes (leading zeros, beyond 2^53) or name rows (sequences, all-distinct
/// columns called id); one value throughout is a constant; dates and date-times of one format; booleans; identifiers
/// and free text, where nearly every value is another; else categories.
struct SchemaInference {
  let options: CSVReadOptions
  let format: CSVFormat

  /// From this share of distinct values on, a text is an identifier or free text.
  static let nearlyUnique = 0.95

  /// The schema of a column and the notes about it.
  func infer(_ builder: ColumnBuilder) throws(TableError) -> (ColumnSchema, [TableNote]) {
    let name = builder.plan.name
    if let misfit = builder.misfit {
      throw TableError(
        .mixedColumn, line: misfit.line, column: name, found: misfit.text,
        expected: builder.mode == .dates ? "a date as in the rows before" : "a number as in the rows before",
        problem: "one cell is unlike thousands before it",
        cure: "If it stands for missing, say so (--missing \"\(misfit.text.shortened())\"); "
          + "if the column is not one of numbers, say that (--kind \(name)=category or =text).")
    }
    var facts = ColumnFacts(builder, mark: mark, quotedEmptyIsMissing: format.quotedEmptyIsMissing)
    guard facts.valueCount > 0 else {
      guard options.keepsEmptyColumns else {
        throw TableError(
          .allMissing, column: name, found: "\(builder.count) rows, all of them missing",
          expected: "at least one value",
          problem: "the column has no value at all", cure: "Remove the column, or leave it out (--drop \(name)).")
      }
      return (schema(name, .category, facts), [TableNote(column: name, what: "The column is empty.")])
    }
    if let asked = options.kinds[name] ?? options.dateFormats[name].map({ $0.hasTime ? .dateTime : .date }) {
      return (try forced(asked, &facts), [])
    }
    try refuseForeignNumbers(facts)
    if facts.isNumeric {
      if let infinite = facts.firstInfinite { throw infiniteNumber(name, infinite) }
      return number(&facts)
    }
    return text(&facts)
  }

  private var mark: UInt8 { UInt8(ascii: format.decimalComma ? "," : ".") }

  // MARK: Numbers

  private func number(_ facts: inout ColumnFacts) -> (ColumnSchema, [TableNote]) {
    let name = facts.name
    if facts.rowCount > 1, facts.missingCount == 0, let only = facts.onlyText {
      return (
        schema(name, .constant(value: only), facts),
        [TableNote(column: name, what: "Constant \(only.shortened()).", why: "", option: "--kind \(name)=integer")]
      )
    }
    let (kind, notation) = facts.numbers.kind
    if kind == .integer, facts.missingCount == 0, facts.rowCount >= 3 {
      let isSequence = facts.rowCount >= 10 && facts.isSequence
      if isSequence || (ColumnFacts.isIdentifierName(name) && facts.areNumbersDistinct) {
        let pattern = IdentifierPattern.sequence(last: Int(facts.numbers.maximum), step: 1)
        let why = isSequence ? "Its numbers count the rows." : "Its name says so, and no number occurs twice."
        return (
          schema(name, .identifier(pattern: pattern), facts),
          [TableNote(column: name, what: "An identifier.", why: why, option: "--kind \(name)=integer")]
        )
      }
    }
    var column = schema(name, kind, facts)
    column.notation = notation
    return (column, [])
  }

  private func infiniteNumber(_ name: String, _ cell: (text: String, line: Int)) -> TableError {
    TableError(
      .infiniteNumber, line: cell.line, column: name, found: cell.text, expected: "a finite number",
      problem: "a column of numbers holds an infinite one", cure: "Correct the cell, or empty it if it is unknown.")
  }

  private func refuseForeignNumbers(_ facts: ColumnFacts) throws(TableError) {
    if let cell = facts.thousandsSeparator(mark: mark) {
      throw TableError(
        .thousandsSeparator, line: cell.line, column: facts.name, found: cell.text,
        expected: format.decimalComma ? "1234,56" : "1234.56",
        problem: "the number has a thousands separator, which cannot be told from a decimal mark",
        cure: "Write numbers without it, or take the column as text (--kind \(facts.name)=text).")
    }
    if let cell = facts.otherDecimalMark(mark: mark) {
      throw TableError(
        .decimalMark, line: cell.line, column: facts.name, found: cell.text,
        expected: format.decimalComma ? "a decimal comma" : "a decimal point",
        problem: "the numbers are written with the other decimal mark",
        cure: format.decimalComma
          ? "Say that the mark is a point (--decimal-point), or write all numbers alike."
          : "Say that the mark is a comma (--decimal-comma), or take the column as text (--kind \(facts.name)=text).")
    }
  }

  // MARK: Texts

  private func text(_ facts: inout ColumnFacts) -> (ColumnSchema, [TableNote]) {
    let name = facts.name
    var notes: [TableNote] = []
    if let proposal = facts.spoilt {
      let list = proposal.markers.map { "\"\($0.text)\" (\($0.count))" }.joined(separator: ", ")
      let what = "Read as texts: a few cells are not \(proposal.wouldBe): \(list)."
      let markers = proposal.markers.prefix(3).map { "--missing \"\($0.text)\"" }.joined(separator: " ")
      notes.append(TableNote(.warning, column: name, what: what, why: "All others are.", option: markers))
    } else if let stray = facts.stray {
      let cells = stray.count == 1 ? "1 cell is not a number" : "\(stray.count) cells are not numbers"
      let line = String(stray.text.prefix(40).map { $0.isNewline ? " " : $0 })
      let shown = stray.text.count > 40 ? line + "…" : line
      let isPlain = stray.isOnly && shown == stray.text && !shown.contains { "\",$`\\".contains($0) }
      notes.append(
        TableNote(
          .warning, column: name,
          what: "Read as texts: \(cells), the first \"\(shown)\" on line \(stray.line).",
          why: "All others are: correct \(stray.count == 1 ? "it" : "them"), or say what stands for missing.",
          option: isPlain ? "--missing \"\(stray.text)\"" : nil))
    } else if facts.codeCount > 0, facts.otherCount == 0 {
      notes.append(
        TableNote(
          column: name, what: "Kept as text though it looks like numbers.",
          why: "Leading zeros, or numbers beyond 2^53, would be lost.", option: "--kind \(name)=integer"))
    }
    if facts.rowCount > 1, facts.missingCount == 0, let only = facts.onlyText {
      notes.append(
        TableNote(column: name, what: "Constant \"\(only.shortened())\".", option: "--kind \(name)=category"))
      return (schema(name, .constant(value: only), facts), notes)
    }
    let formats = facts.dateFormats()
    if let format = formats.first {
      if formats.count > 1 {
        notes.append(
          TableNote(
            .warning, column: name, what: "Read as \(format.pattern), day first.",
            why: "It would fit \(formats[1].pattern) as well.",
            option: "--date-format \(name)=\(formats[1].pattern)"))
      }
      return (dated(name, format, &facts), notes)
    }
    if facts.isBoolean { return (schema(name, .boolean, facts), notes) }
    let (kind, note) = textKind(&facts)
    if let note { notes.append(note) }
    return (schema(name, kind, facts), notes)
  }

  private func textKind(_ facts: inout ColumnFacts) -> (ColumnKind, TableNote?) {
    let name = facts.name
    let share = Double(facts.distinctCount) / Double(facts.valueCount)
    let isUnique = facts.distinctCount == facts.valueCount
    if share >= SchemaInference.nearlyUnique, facts.valueCount >= 10 {
      let pattern = IdentifierPattern.learn(from: facts.distinctTexts(), column: name)
      if pattern.isDistinctive || (isUnique && ColumnFacts.isIdentifierName(name)) {
        let note = TableNote(
          column: name, what: "An identifier.",
          why: "\(isUnique ? "Every" : "Nearly every") value is another, all of one shape.",
          option: "--kind \(name)=category")
        return (.identifier(pattern: pattern), note)
      }
    }
    let isLong = facts.meanLength > 50 && share > 0.5
    if isLong || (share >= SchemaInference.nearlyUnique && facts.valueCount >= 20) {
      let why = isLong ? "The texts are long and rarely recur." : "Nearly every value is another."
      return (.text, TableNote(column: name, what: "Free text.", why: why, option: "--kind \(name)=category"))
    }
    return (.category, nil)
  }

  private func dated(_ name: String, _ format: DateFormat, _ facts: inout ColumnFacts) -> ColumnSchema {
    var column = schema(name, format.hasTime ? .dateTime(format: format) : .date(format: format), facts)
    (column.minimum, column.maximum) = facts.dateRange(format)
    column.missingCount += facts.quotedEmptyCount
    return column
  }

  // MARK: Kinds the caller asks for

  private func forced(_ kind: ColumnKind.Name, _ facts: inout ColumnFacts) throws(TableError) -> ColumnSchema {
    let name = facts.name
    switch kind {
    case .integer: return schema(name, .integer, facts)
    case .decimal:
      let (_, notation) = facts.numbers.kind
      var column = schema(name, .decimal(digits: Int(facts.numbers.mostFractionDigits)), facts)
      column.notation = notation
      return column
    case .date, .dateTime:
      let formats = options.dateFormats[name].map { [$0] } ?? facts.dateFormats()
      guard let format = formats.first(where: { $0.hasTime == (kind == .dateTime) }) else {
        throw TableError(
          .doesNotFit, line: facts.firstLine, column: name, found: facts.firstText, expected: "dates of one format",
          problem: "the column cannot be read as \(kind.rawValue)",
          cure: "Give its format (--date-format \(name)=dd.MM.yyyy), or another kind.")
      }
      return dated(name, format, &facts)
    case .identifier:
      return schema(name, .identifier(pattern: .learn(from: facts.distinctTexts(), column: name)), facts)
    case .constant:
      guard let only = facts.onlyText else {
        throw TableError(
          .doesNotFit, column: name, found: "\(facts.distinctCount) values", expected: "one value",
          problem: "the column is not constant", cure: "Choose another kind.")
      }
      return schema(name, .constant(value: only), facts)
    case .boolean: return schema(name, .boolean, facts)
    case .category: return schema(name, .category, facts)
    case .text: return schema(name, .text, facts)
    }
  }

  private func schema(_ name: String, _ kind: ColumnKind, _ facts: ColumnFacts) -> ColumnSchema {
    var column = ColumnSchema(name: name, kind: kind, missingMarkers: facts.markers)
    column.missingText = facts.commonestMissingText
    column.missingCount = facts.missingCount
    if kind == .integer || kind.name == .decimal {
      column.missingCount += facts.quotedEmptyCount
      if facts.numbers.count > 0 { (column.minimum, column.maximum) = (facts.numbers.minimum, facts.numbers.maximum) }
    }
    return column
  }
}
