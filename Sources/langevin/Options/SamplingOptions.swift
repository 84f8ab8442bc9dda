import ArgumentParser
import DiffusionCore
import Tables

/// Which rows are made.
struct SamplingOptions: ParsableArguments {
  @Option(
    parsing: .unconditional, help: .init("The number of rows. As many as in the data by default.", valueName: "number"))
  var rows: Int?

  @Option(
    name: .customLong("where"), parsing: .unconditionalSingleValue,
    help: .init(
      "What must hold in every row: 'income=>50K', 'age=30..40', 'city=Oslo|Bergen'. Repeatable.",
      valueName: "column=value"))
  var conditions: [String] = []

  @Option(
    help: .init(
      "Fills the empty cells of the rows in this file, in the place of making new rows.", valueName: "partial.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var complete: String?

  @Flag(help: "Leaves no cell empty. By default values are missing as often as in the data.")
  var noMissing = false

  @Option(help: .init("The way from noise to rows.", valueName: "name"))
  var sampler: String?

  @Option(
    parsing: .unconditional,
    help: .init("Evaluations of the network a row: fewer are faster, more are finer.", valueName: "number"))
  var evaluations: Int?

  func validate() throws {
    if let rows, rows < 1 { throw ValidationError("--rows is a number of 1 or more") }
    if rows != nil, complete != nil {
      throw ValidationError("--complete makes as many rows as its file has: leave out --rows")
    }
    if let evaluations, evaluations < 1 { throw ValidationError("--evaluations is a number of 1 or more") }
  }

  /// The options of the method that have flags of their own.
  var flags: [String: String] {
    ["sampler": sampler, "evaluations": evaluations.map(String.init)].compactMapValues { $0 }
  }

  /// What is wanted of a model, checked against its columns.
  func wish(schema: Schema, reading: ReadingOptions) throws -> SamplingWish {
    let conditions = try conditions.map { try CellCondition(parsing: $0, schema: schema) }
    let names = conditions.map(\.column)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw ConditionError.repeated(twice)
    }
    let partial = try complete.map { try reading.read($0, as: schema) }
    if let rows {
      try RowLimit(memory: reading.format.limits().memory)
        .check(rows, columns: schema.columns.count, cure: "ask for fewer with --rows, several times with other seeds")
    }
    return SamplingWish(rows: rows, conditions: conditions, partial: partial, includesMissing: !noMissing)
  }
}

/// Rows that are wanted, read and checked before any long work begins.
struct SamplingWish: Sendable {
  /// How many; nil: as many as were learned.
  var rows: Int?
  var conditions: [CellCondition]
  /// Rows whose empty cells are to be filled.
  var partial: Table?
  var includesMissing: Bool
}
