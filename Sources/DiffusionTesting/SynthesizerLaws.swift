import DiffusionCore
import Foundation
import Tables

/// Checks the laws of ``Synthesizer`` and ``FittedSynthesizer``: it `fits` every table; a model keeps the `schema` and
/// makes as many `rows` as are wanted, with the table's `columns`; levels are known ones (`levels`), numbers are finite and
/// within the data's range, rounded to their digits by who writes them (`range`); cells are `missing` in columns that have
/// holes alone, and nowhere when that is asked; identifiers are new (`identifiers`) and constants stay (`constants`); one
/// seed gives one table and another seed another (`seed`), learned anew or not (`refit`); a `condition` holds in every row;
/// and a model that was stored and read makes the same rows (`stored`). A ``CompletingModel`` fills every empty cell of
/// given rows, leaves the others, and does so alike with one seed (`complete`); a ``ScoringModel`` gives every row a finite
/// score, and the same one with one seed (`score`); a method is said to be able to do what its models can (`capability`).
///
/// - Parameters:
///   - method: the method.
///   - tables: what it learns.
///   - options: texts of options, for instance to make it quick.
///   - steps: training steps, for methods that take any.
/// - Throws: ``ConformanceFailure`` with every broken law.
public func checkSynthesizer(
  _ method: any Synthesizer,
  on tables: [GeneratedTable] = [.mixed(rows: 200), .plain(rows: 150, numbers: 2, categories: 2)],
  options: [String: String] = [:], steps: Int = 8
) throws(ConformanceFailure) {
  var laws = LawBook("method '\(method.descriptor.id)'")
  for data in tables {
    do {
      var run = TrainingRun()
      run.seed = 1
      run.steps = steps
      let values = try method.descriptor.options(parsing: options)
      let fit = { try method.fit(data.table, schema: data.schema, options: values, run: run) }
      try FittedSynthesizerLaws(model: try fit(), data: data).check(method, again: fit, &laws)
    } catch {
      laws.expect("fits", false, "\(data.name): \(error)")
    }
  }
  try laws.close()
}

/// The laws of one model and the table that it learned.
private struct FittedSynthesizerLaws {
  let model: any FittedSynthesizer
  let data: GeneratedTable

  /// More than one piece of most methods would be slow; odd, so that a bitmap ends within a byte.
  private static let rows = 77

  func check(
    _ method: any Synthesizer, again fit: () throws -> any FittedSynthesizer, _ laws: inout LawBook
  ) throws {
    laws.expect("schema", model.schema == data.schema, "\(data.name): the model has another schema than its table")
    let made = try sample(model)
    guard checkShape(made, &laws) else { return }
    for (index, column) in made.columns.enumerated() { check(column, data.schema.columns[index], &laws) }

    laws.expect("seed", try sample(model) == made, "\(data.name): one seed gives two tables")
    laws.expect("seed", try sample(model, seed: 8) != made, "\(data.name): two seeds give one table")
    laws.expect("refit", try sample(try fit()) == made, "\(data.name): learned again, it makes other rows")
    checkComplete(try sample(model, includesMissing: false), &laws)
    try checkCondition(&laws)
    laws.expect(
      "capability",
      (model is any CompletingModel) == (method is any CompletingSynthesizer)
        && (model is any ScoringModel) == (method is any ScoringSynthesizer),
      "the model and the method have other capabilities")
    if let model = model as? any CompletingModel { try checkCompleting(model, &laws) }
    if let model = model as? any ScoringModel { try checkScoring(model, &laws) }
    do {
      let archive = try ModelArchive(data: try model.archive().data(), named: "a model in memory")
      laws.expect(
        "stored", try sample(try method.load(archive)) == made, "\(data.name): a stored model makes other rows")
    } catch {
      laws.expect("stored", false, "\(data.name): \(error)")
    }
  }

  /// Every third cell of a modelled column is left for the model to fill.
  private func checkCompleting(_ model: any CompletingModel, _ laws: inout LawBook) throws {
    var partial = data.table
    for place in partial.columns.indices where isModelled(place) {
      partial.columns[place].values = partial.columns[place].values.keeping { ($0 + place) % 3 != 0 }
    }
    let request = SampleRequest(rows: partial.rowCount, seed: 7)
    let made = try model.completed(partial, request)
    laws.expect("complete", try model.completed(partial, request) == made, "\(data.name): one seed gives two tables")
    guard made.rowCount == partial.rowCount, made.columnNames == partial.columnNames else {
      return laws.expect("complete", false, "\(data.name): of the given table it makes one of another shape")
    }
    for place in partial.columns.indices where isModelled(place) {
      let given = partial.columns[place], filled = made.columns[place]
      for row in 0..<partial.rowCount {
        let name = "\(data.name), column '\(given.name)', row \(row)"
        if given.isMissing(row) {
          laws.expect("complete", !filled.isMissing(row), "\(name): it leaves an empty cell empty")
        } else {
          laws.expect("complete", cell(given, row) == cell(filled, row), "\(name): it changes a given cell")
        }
      }
    }
  }

  private func checkScoring(_ model: any ScoringModel, _ laws: inout LawBook) throws {
    let request = SampleRequest(rows: data.table.rowCount, seed: 7)
    let scores = try model.score(data.table, request)
    laws.expect(
      "score", scores.count == data.table.rowCount && scores.allSatisfy { $0?.isFinite == true },
      "\(data.name): a row that was learned has no finite score")
    laws.expect("score", try model.score(data.table, request) == scores, "\(data.name): one seed gives two scores")
  }

  /// Whether cells of a column are learned: not those of constants, identifiers and free text.
  private func isModelled(_ place: Int) -> Bool {
    switch data.schema.columns[place].kind {
    case .integer, .decimal, .boolean, .category, .date, .dateTime: true
    case .identifier, .constant, .text: false
    }
  }

  private func cell(_ column: Column, _ row: Int) -> String? {
    switch column.values {
    case .numbers(let numbers): numbers[row].description
    case .categories(let indices, let levels): indices[row] < 0 ? nil : levels[Int(indices[row])]
    case .texts(let texts): texts[row]
    }
  }

  private func sample(
    _ model: any FittedSynthesizer, seed: UInt64 = 7, includesMissing: Bool = true, conditions: [CellCondition] = []
  ) throws -> Table {
    try model.sampled(
      SampleRequest(rows: Self.rows, seed: seed, conditions: conditions, includesMissing: includesMissing))
  }

  private func checkShape(_ made: Table, _ laws: inout LawBook) -> Bool {
    laws.expect(
      "rows", made.rowCount == Self.rows, "\(data.name): \(Self.rows) rows are wanted and \(made.rowCount) made")
    laws.expect("columns", made.columnNames == data.table.columnNames, "\(data.name): it makes \(made.columnNames)")
    guard made.columnNames == data.table.columnNames else { return false }
    for (new, old) in zip(made.columns, data.table.columns) {
      let isSame =
        switch (new.values, old.values) {
        case (.numbers, .numbers), (.categories, .categories), (.texts, .texts): true
        default: false
        }
      laws.expect("columns", isSame, "\(data.name): column '\(new.name)' is held otherwise than in the data")
    }
    return made.rowCount == Self.rows
  }

  private func check(_ column: Column, _ schema: ColumnSchema, _ laws: inout LawBook) {
    let old = data.table[column.name]!
    let place = "\(data.name), column '\(column.name)'"
    switch (column.values, old.values) {
    case (.numbers(let numbers), .numbers(let known)):
      let present = known.filter { !$0.isNaN }
      guard let least = present.min(), let most = present.max() else { break }
      let wrong = numbers.first { !$0.isNaN && !(least...most).contains($0) }
      laws.expect("range", wrong == nil, "\(place): it makes \(wrong ?? 0), and the data run from \(least) to \(most)")
    case (.categories(let indices, let levels), .categories(_, let known)):
      let isKnown = indices.allSatisfy { $0 < levels.count && ($0 < 0 || known.contains(levels[Int($0)])) }
      laws.expect("levels", isKnown, "\(place): it makes a level that is not in the data")
    case (.texts(let texts), .texts(let known)):
      guard case .identifier = schema.kind else { break }
      let copied = Set(known.compactMap { $0 }).intersection(texts.compactMap { $0 }).first
      laws.expect("identifiers", copied == nil, "\(place): it copies '\(copied ?? "")'")
      laws.expect("identifiers", Set(texts).count == texts.count, "\(place): one identifier is there twice")
    default: break
    }
    switch schema.kind {
    case .text: break
    case .constant: laws.expect("constants", column.missingCount == 0, "\(place): a constant is missing")
    default:
      laws.expect(
        "missing", old.missingCount > 0 || column.missingCount == 0,
        "\(place): \(column.missingCount) cells are missing, and none in the data")
    }
  }

  private func checkComplete(_ made: Table, _ laws: inout LawBook) {
    for (column, schema) in zip(made.columns, data.schema.columns) {
      if case .text = schema.kind { continue }
      laws.expect(
        "missing", column.missingCount == 0,
        "\(data.name), column '\(column.name)': \(column.missingCount) cells are missing where none may be")
    }
  }

  /// The first column of levels or numbers, held to the level of its first row or to its upper half.
  private func checkCondition(_ laws: inout LawBook) throws {
    for (column, schema) in zip(data.table.columns, data.schema.columns) {
      let condition: CellCondition
      switch (column.values, schema.kind) {
      case (.categories(let indices, let levels), .category):
        guard let first = indices.first(where: { $0 >= 0 }) else { continue }
        condition = CellCondition(column: column.name, .levels([levels[Int(first)]]))
      case (.numbers(let numbers), .integer), (.numbers(let numbers), .decimal):
        let sorted = numbers.filter { !$0.isNaN }.sorted()
        guard let most = sorted.last else { continue }
        condition = CellCondition(column: column.name, .range(sorted[sorted.count / 2]...most))
      default: continue
      }
      let made = try sample(model, conditions: [condition])
      laws.expect(
        "condition", made.rowCount == Self.rows,
        "\(data.name): \(Self.rows) rows are wanted under a condition and \(made.rowCount) made")
      let holds = (0..<made.rowCount).allSatisfy { row in
        switch (made[column.name]?.values, condition.allowed) {
        case (.numbers(let numbers), .range(let range)): range.contains(numbers[row])
        case (.categories(let indices, let levels), .levels(let texts)):
          indices[row] >= 0 && texts.contains(levels[Int(indices[row])])
        default: false
        }
      }
      laws.expect("condition", holds, "\(data.name): a row breaks the condition on column '\(column.name)'")
      return
    }
  }
}
