import DiffusionCore
import Imputing
import Tables

/// Fills the gaps of a file with a model and writes what came of it.
struct FillingJob {
  let input: ImputationInput
  let filling: FillingOptions
  /// The share of truths that intervals are to hold, whether they are written or only reported; nil for none.
  let level: Double?
  let options: OptionValues
  let seed: UInt64
  let threads: Int
  let place: OutputPlace
  let drawsPlace: OutputPlace?
  let console: Console
  let interruption: Interruption
  /// When the filled table should be there; nil: whenever it is.
  var deadline: Deadline?

  /// Fills the gaps.
  ///
  /// - Throws: ``Failure``; `CancellationError` where it was interrupted.
  func fill(_ model: any FittedImputer, method: MethodDescriptor) throws -> (FilledTable, choices: [Choice]) {
    let clock = Stopwatch()
    var request = ImputationRequest(
      seed: seed, threads: threads, point: filling.point, draws: filling.draws ?? 0,
      interval: level, options: options)
    request.shouldContinue = { [console, interruption] share in
      console.progress(
        .init(
          phase: "imputing", share: share, elapsed: clock.seconds,
          remaining: share > 0.05 ? clock.seconds / share * (1 - share) : nil))
      return !interruption.isRequested
    }
    defer { console.endPhase() }
    let choices = Locked<[Choice]>([])
    request.announce = { [console] choice in
      choices.withValue { $0.append(choice) }
      console.announce(choice)
    }
    // Some of what is left is for writing.
    let answer = try TimedFilling(seconds: deadline.map { 0.9 * $0.remaining })
      .impute(model, of: method, input.modelled.table, request)
    let filled = filledTable(answer)
    if filling.draws != nil, filled.filledCount > 0, filled.drawCount == 0 {
      throw Failure(
        .usage, "method '\(method.id)' has one value for each cell and draws none",
        cure: "leave out --draws, or name another method with --method")
    }
    if filling.interval != nil, !filled.columns.isEmpty,
      filled.columns.allSatisfy({ filled.answer($0.name)?.lower.isEmpty ?? true }),
      filled.columns.contains(where: { input.schema[$0.name]?.kind.isNumeric == true && !$0.rows.isEmpty })
    {
      throw Failure(
        .usage, "method '\(method.id)' gives no intervals",
        cure: "leave out --interval, or name another method with --method")
    }
    return (filled, choices.withValue { $0 })
  }

  /// The rows as they are, where nothing is missing.
  func untouched() -> FilledTable { filledTable(Imputation(filled: input.modelled.table, columns: [])) }

  private func filledTable(_ answer: Imputation) -> FilledTable {
    let limit = filling.maxGap.flatMap { length in input.index.map { (GapLimit(longest: length), $0) } }
    return FilledTable(answer, prepared: input.rows, wanted: Set(input.wanted), limit: limit)
  }

  /// Writes the filled table, and the drawn ones.
  func write(_ filled: FilledTable) throws {
    let added = AddedColumns(intervals: filling.interval != nil, flags: filling.flags)
      .columns(for: filled, schema: input.schema)
    var revision = filled.revision()
    revision.table = Table(columns: revision.table.columns + added.map(\.column))
    if let drawsPlace { try writeDraws(filled, to: drawsPlace) }
    try place.take(input.schema.adding(added.map(\.schema))) { path in
      let writer = try RevisedCSVWriter(
        path: path, text: input.text, schema: input.schema, trailing: added.map(\.schema))
      try writer.append(revision)
      try writer.finish()
    }
  }

  private func writeDraws(_ filled: FilledTable, to place: OutputPlace) throws {
    let draw = ColumnSchema(name: AddedColumns.drawName, kind: .integer)
    var schema = input.schema
    schema.columns.insert(draw, at: 0)
    try place.take(schema) { try writeDraws(filled, draw, to: $0) }
  }

  private func writeDraws(_ filled: FilledTable, _ draw: ColumnSchema, to path: String) throws {
    let writer = try RevisedCSVWriter(path: path, text: input.text, schema: input.schema, leading: [draw])
    for number in 0..<(filling.draws ?? 0) {
      try interruption.check()
      var revision = filled.revision(draw: number)
      let numbers = [Double](repeating: Double(number + 1), count: revision.table.rowCount)
      let column = Column(name: AddedColumns.drawName, values: .numbers(numbers))
      revision.table = Table(columns: [column] + revision.table.columns)
      try writer.append(revision)
    }
    try writer.finish()
  }

  /// Says what was filled and what was not.
  func tell(_ filled: FilledTable) {
    let missing = filled.columns.reduce(0) { $0 + $1.rows.count + $1.inLongGaps + $1.unanswered }
    let count = filled.columns.count { !$0.rows.isEmpty }
    console.say(
      "filled \(Wording.count(filled.filledCount)) of \(Wording.count(missing, "missing value")) in \(Wording.count(count, "column"))"
    )
    let inLong = filled.columns.reduce(0) { $0 + $1.inLongGaps }, gaps = filled.columns.reduce(0) { $0 + $1.longGaps }
    if inLong > 0 {
      console.say(
        "\(Wording.count(inLong, "value")) in \(Wording.count(gaps, "gap")) \(inLong == 1 ? "stays" : "stay") empty: longer than --max-gap"
      )
    }
    for column in filled.columns where column.unanswered > 0 {
      console.say("\(column.name): \(Wording.count(column.unanswered, "value")) could not be filled")
    }
  }
}
