import DiffusionCore
import DiffusionTesting
import Tables
import Tensors
import Testing

/// The simplest method: it draws rows of the data again, through a ``TableFrame``. It can be broken on purpose in one way
/// at a time.
private struct RowSynthesizer: Synthesizer {
  enum Fault: String, Codable, CaseIterable {
    case fits, schema, rows, columns, range, levels, missing, identifiers, constants, seed, refit, condition, stored
  }
  struct Failure: Error {}

  var fault: Fault?
  var descriptor: MethodDescriptor {
    MethodDescriptor(id: "rows", tasks: [.synthesize], summary: "Draws rows of the data again.", citation: "")
  }

  func fit(_ table: Table, schema: Schema, options: OptionValues, run: TrainingRun) throws -> FittedRows {
    if fault == .fits { throw Failure() }
    let frame = TableFrame(table, schema: schema)
    let cells = frame.learned.map { column -> [Double?] in
      switch table[column.schema.name]?.values {
      case .numbers(let numbers)?: numbers.map { $0.isNaN ? nil : $0 }
      case .categories(let indices, _)?: indices.map { $0 < 0 ? nil : Double($0) }
      default: []
      }
    }
    return FittedRows(
      model: .init(
        frame: frame, cells: cells,
        identifiers: table["id"].flatMap { column in
          if case .texts(let texts) = column.values { texts.compactMap { $0 } } else { nil }
        } ?? [], seed: fault == .refit ? .random(in: 0...UInt64.max) : 0, fault: fault))
  }

  func load(_ archive: ModelArchive) throws -> FittedRows {
    if fault == .stored { throw Failure() }
    return FittedRows(model: try archive.value(for: "model"))
  }
}

private struct FittedRows: FittedSynthesizer {
  struct Model: Codable {
    let frame: TableFrame, cells: [[Double?]], identifiers: [String], seed: UInt64, fault: RowSynthesizer.Fault?
  }
  let model: Model
  private var fault: RowSynthesizer.Fault? { model.fault }

  var schema: Schema {
    fault == .schema ? Schema(columns: model.frame.schema.columns.reversed()) : model.frame.schema
  }
  var report: FitReport {
    FitReport(
      method: "rows", trainingRows: 0, heldOutRows: 0, parameters: 0, training: TrainingSummary(), trainingLoss: nil,
      heldOutLoss: nil, verdict: .unknown, explanation: "", choices: [])
  }

  func sample(_ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    var request = request
    if fault == .rows { request.rows += 1 }
    if fault == .condition { request.conditions = [] }
    if fault == .missing { request.includesMissing = true }
    request.seed = fault == .seed ? .random(in: 0...UInt64.max) : request.seed ^ model.seed
    try model.frame.sample(request, method: "rows", deliver: { try deliver(broken($0)) }) { count, random in
      var random = random
      let rows = (0..<count).map { _ in random.integer(below: model.cells.first?.count ?? 1) }
      return zip(model.frame.learned, model.cells).map { column, cells in
        let values: Column.Values =
          column.schema.kind.isNumeric
          ? .numbers(rows.map { cells[$0] ?? .nan })
          : .categories(indices: rows.map { Int32(cells[$0] ?? -1) }, levels: column.levels)
        return Column(name: column.schema.name, values: values)
      }
    }
  }

  private func broken(_ table: Table) -> Table {
    var columns = table.columns
    for (index, column) in columns.enumerated() {
      switch (fault, column.values) {
      case (.columns, .numbers): columns[index].name += "?"
      case (.range, .numbers(let numbers)): columns[index].values = .numbers(numbers.map { $0 + 1e6 })
      case (.levels, .categories(let indices, let levels)):
        columns[index].values = .categories(indices: indices, levels: levels.map { $0 + "?" })
      case (.identifiers, .texts) where column.name == "id":
        columns[index].values = .texts(Array(model.identifiers.prefix(column.count)))
      case (.constants, .categories(let indices, let levels)) where column.name == "unit":
        columns[index].values = .categories(indices: indices.map { _ in -1 }, levels: levels)
      default: break
      }
    }
    return Table(columns: columns)
  }

  func archive() throws -> ModelArchive {
    var archive = ModelArchive()
    try archive.set(model, for: "model")
    return archive
  }
}

/// The same, with models that complete and score rows.
private struct FillingSynthesizer: CompletingSynthesizer, ScoringSynthesizer {
  enum Fault: CaseIterable {
    case leavesEmpty, changesGiven, fillsAnew, noScore, scoresAnew

    var law: String {
      switch self {
      case .leavesEmpty, .changesGiven, .fillsAnew: "complete"
      case .noScore, .scoresAnew: "score"
      }
    }
  }
  var fault: Fault?
  var descriptor: MethodDescriptor { RowSynthesizer().descriptor }

  func fit(_ table: Table, schema: Schema, options: OptionValues, run: TrainingRun) throws -> FillingRows {
    FillingRows(rows: try RowSynthesizer().fit(table, schema: schema, options: options, run: run), fault: fault)
  }

  func load(_ archive: ModelArchive) throws -> FillingRows {
    FillingRows(rows: try RowSynthesizer().load(archive), fault: fault)
  }
}

/// It does not say that its models complete and score rows.
private struct SilentSynthesizer: Synthesizer {
  var descriptor: MethodDescriptor { RowSynthesizer().descriptor }

  func fit(_ table: Table, schema: Schema, options: OptionValues, run: TrainingRun) throws -> FillingRows {
    try FillingSynthesizer().fit(table, schema: schema, options: options, run: run)
  }

  func load(_ archive: ModelArchive) throws -> FillingRows { try FillingSynthesizer().load(archive) }
}

private struct FillingRows: CompletingModel, ScoringModel {
  let rows: FittedRows
  let fault: FillingSynthesizer.Fault?

  var schema: Schema { rows.schema }
  var report: FitReport { rows.report }

  func sample(_ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    try rows.sample(request, deliver: deliver)
  }

  func archive() throws -> ModelArchive { try rows.archive() }

  /// Cells of rows that are drawn, where none are given.
  func complete(_ partial: Table, _ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    if fault == .leavesEmpty { return try deliver(partial) }
    let seed = fault == .fillsAnew ? .random(in: 0...UInt64.max) : request.seed
    var made = try rows.sampled(SampleRequest(rows: partial.rowCount, seed: seed, includesMissing: false))
    if fault == .changesGiven { return try deliver(made) }
    for (place, given) in partial.columns.enumerated() {
      switch (given.values, made.columns[place].values) {
      case (.numbers(let known), .numbers(let drawn)):
        made.columns[place].values = .numbers(zip(known, drawn).map { $0.isNaN ? $1 : $0 })
      case (.categories(let known, let names), .categories(let drawn, let levels)):
        made.columns[place].values = .categories(
          indices: zip(known, drawn).map { known, drawn in
            known < 0 ? drawn : Int32(levels.firstIndex(of: names[Int(known)])!)
          }, levels: levels)
      case (.texts(let known), .texts(let drawn)):
        made.columns[place].values = .texts(zip(known, drawn).map { $0 ?? $1 })
      default: continue
      }
    }
    try deliver(made)
  }

  func score(_ table: Table, _ request: SampleRequest) throws -> [Double?] {
    (0..<table.rowCount).map { row in
      switch fault {
      case .noScore where row == 3: nil
      case .scoresAnew: .random(in: 0...1)
      default: Double(row)
      }
    }
  }
}

@Suite struct SynthesizerLawsTests {
  @Test func aSoundMethodPasses() throws {
    try checkSynthesizer(RowSynthesizer(), on: GeneratedTable.all)
  }

  @Test(arguments: RowSynthesizer.Fault.allCases) private func theKitCatchesEachFault(fault: RowSynthesizer.Fault) {
    let failure = #expect(throws: ConformanceFailure.self) { try checkSynthesizer(RowSynthesizer(fault: fault)) }
    #expect(failure?.breaks(fault.rawValue) == true, "\(failure?.description ?? "")")
  }

  @Test func aSoundMethodThatCompletesAndScoresPasses() throws {
    try checkSynthesizer(FillingSynthesizer(), on: GeneratedTable.all)
  }

  @Test(arguments: FillingSynthesizer.Fault.allCases)
  private func theKitCatchesFaultsOfCapabilities(fault: FillingSynthesizer.Fault) {
    let failure = #expect(throws: ConformanceFailure.self) { try checkSynthesizer(FillingSynthesizer(fault: fault)) }
    #expect(failure?.breaks(fault.law) == true, "\(failure?.description ?? "")")
  }

  @Test func aCapabilityThatTheMethodDoesNotNameIsFound() {
    let failure = #expect(throws: ConformanceFailure.self) { try checkSynthesizer(SilentSynthesizer()) }
    #expect(failure?.breaks("capability") == true)
  }
}

/// What a frame adds to the columns that a method makes.
@Suite struct TableFrameTests {
  private let data = GeneratedTable.mixed(rows: 40)

  private func sample(_ request: SampleRequest) throws -> Table {
    let model = try RowSynthesizer().fit(
      data.table, schema: data.schema, options: OptionValues(as: []), run: TrainingRun())
    var pieces: [Table] = []
    try model.sample(request) { pieces.append($0) }
    return try Table.concatenated(pieces)
  }

  @Test func columnsAreParted() {
    let frame = TableFrame(data.table, schema: data.schema)
    #expect(frame.learned.map(\.schema.name) == ["group", "code", "size", "due", "paid", "day", "note"])
    #expect(frame.learned.first?.levels == ["a", "b", "c, d", "e"])
    // A column without a value is nothing to learn.
    var table = data.table
    table.columns[1].values = .numbers(Array(repeating: .nan, count: 40))
    #expect(TableFrame(table, schema: data.schema).learned.map(\.schema.name).contains("code") == false)
  }

  @Test func piecesAreOneTable() throws {
    // More than one piece, which has 8,192 rows: identifiers go on.
    let made = try sample(SampleRequest(rows: 9000, seed: 2))
    #expect(made.rowCount == 9000)
    guard case .texts(let ids)? = made["id"]?.values else { return }
    #expect(ids.first == "ID1040" && ids.last == "ID10039")
  }

  @Test func rareConditionsAreMet() throws {
    let made = try sample(
      SampleRequest(
        rows: 500, seed: 2,
        conditions: [
          CellCondition(column: "group", .levels(["b"])), CellCondition(column: "note", .missing),
          CellCondition(column: "unit", .levels(["kg"])),
        ], includesMissing: false))
    guard case .categories(let groups, _)? = made["group"]?.values else { return }
    #expect(made.rowCount == 500 && groups.allSatisfy { $0 == 1 })
    #expect(made["note"]?.missingCount == 500 && made["paid"]?.missingCount == 0)
  }

  @Test func conditionsThatNothingMeetsAreErrors() {
    #expect(throws: ConditionError.self) {
      try sample(SampleRequest(rows: 1, conditions: [CellCondition(column: "due", .range(-9...(-8)))]))
    }
    for condition in [CellCondition(column: "unit", .levels(["lb"])), CellCondition(column: "id", .missing)] {
      #expect(throws: ConditionError.self) { try sample(SampleRequest(rows: 1, conditions: [condition])) }
    }
  }
}
