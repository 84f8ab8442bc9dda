import DiffusionCore
import Foundation
import Tables
import Tensors

/// Rows of rare classes by diffusion: a generator learns the table with all its classes, so that the rare ones borrow from
/// the others, and then draws rows whose label is given, and with it a random part of a real row (``PartialRows``).
///
/// In training a row of a rare class is repeated (option `emphasis`), and of what is drawn some rows are left out: those
/// too close to a row of the file, and those on the wrong side of the border between the classes (``DrawFilter``). More
/// are drawn in their place. Where eight rounds of that are not enough, as where a class has few possible rows, the rest
/// is taken from what was left out, copies last, and that is said.
public struct DiffusionMethod: Balancer {
  static let id = "diffusion"
  /// With fewer rows of a class nothing but copies would come.
  static let fewestRows = 5

  let generator: any CompletingSynthesizer

  /// Makes the method with the generator that learns the table: new rows begin with a part of a real one, which its models complete.
  public init(generator: any CompletingSynthesizer) { self.generator = generator }

  /// The method with more networks.
  public func offering(denoisers: [Registration<any TrainableDenoiser>]) -> DiffusionMethod {
    DiffusionMethod(generator: generator.offering(denoisers: denoisers))
  }

  /// Yes.
  public var trains: Bool { true }

  /// The method as data.
  public var descriptor: MethodDescriptor {
    let learned = generator.descriptor
    return MethodDescriptor(
      id: Self.id, tasks: [.balance],
      summary: "Diffusion given the label: rows from a model that learned all classes, filtered at the border.",
      rationale:
        "Any columns, missing values and all, without copies. It takes a training of a minute or so; where that is too long, the SMOTE family makes rows in a moment.",
      citation: learned.citation, options: Self.own + learned.options.map(Self.guided),
      examples: [
        "langevin balance fraud.csv --target Class -o balanced.csv",
        "langevin balance fraud.csv --target Class -o balanced.csv --guidance 0 --budget 1m --seed 3",
      ])
  }

  private static let own = [
    OptionDescription(
      "emphasis", .number(0...1), default: .number(0.5),
      help:
        "How far rare classes are brought up in training: 0 as often as they are, 1 as often as the greatest class; between them their share to that power."
    ),
    OptionDescription(
      "kept", .number(0...1), default: .number(1),
      help:
        "The greatest share of a real row that a new one begins with; each new row's share is drawn evenly up to it. 0 draws rows from nothing."
    ),
    OptionDescription(
      "closeness", .number(0...10), default: .number(0.1),
      help:
        "Rows are left out that lie closer to a row of their class than this share of that row's distance to the next one. Copies are always left out."
    ),
    OptionDescription(
      "border", .number(0...0.9), default: .number(0.4),
      help:
        "Rows are left out that a forest takes for less typical of their class than this share of the class's own rows; 0 leaves none out."
    ),
    OptionDescription(
      "border-rows", .integer(50...ClassForests.mostRowsOfClass),
      automatic: "\(ClassForests.mostRowsOfClass), or what there is time for",
      help: "Rows of each class that teach these forests at most."
    ),
    OptionDescription(
      "rounds", .integer(1...ClassDraws.mostRounds), automatic: "\(ClassDraws.mostRounds), or what there is time for",
      help: "Rounds in which rows are drawn for those that were left out."
    ),
  ]

  /// The generator's options, with guidance unless it is asked for none: rows that are typical of their class teach more.
  private static func guided(_ option: OptionDescription) -> OptionDescription {
    option.name == "guidance"
      ? OptionDescription(option.name, option.kind, default: .number(1), help: option.help) : option
  }

  /// Makes rows; see ``Balancer``.
  public func balance(
    _ table: Table, schema: Schema, request: BalanceRequest, options: OptionValues, run: TrainingRun
  ) throws -> Balanced {
    let classes = request.classes
    var report = BalanceReport(
      classes: zip(classes.labels, classes.counts).map { .init(label: $0, before: $1, after: $1, copies: 0) })
    let places = request.newRows.indices.filter { request.newRows[$0] > 0 }
    for place in places where classes.counts[place] < Self.fewestRows {
      throw BalanceError.tooFewToLearn(
        label: classes.labels[place], rows: classes.counts[place], needed: Self.fewestRows, method: Self.id)
    }
    guard !places.isEmpty else { return Balanced(rows: table.rows([Int]()), report: report, schema: schema) }

    var learning = run
    learning.repeats = Self.repeats(classes, emphasis: options.number("emphasis"))
    // Some of the rows that are drawn are left out, and judging them takes forests.
    learning.rowsToMake = 2 * request.newRows.reduce(0, +)
    let deadline = run.deadline == nil ? nil : run.budget.map { Deadline(seconds: $0) }
    if deadline != nil { learning.budget = run.budget.map { 0.5 * $0 } }
    var learnedOptions = options.restricted(to: generator.descriptor.options)
    let model = try generator.fit(table, schema: schema, options: learnedOptions, run: learning)
    var choices: [Choice] = []
    func shorten(_ name: String, _ value: String, _ repeating: String) {
      let choice = Choice.shortened(name, value, repeating: repeating)
      choices.append(choice)
      run.announce(choice)
    }
    func makeFilter(rowsOfClass: Int) throws -> DrawFilter {
      try DrawFilter(
        table, schema: schema, classes: classes, closeness: options.number("closeness"),
        border: options.number("border"), rowsOfClass: rowsOfClass, seed: run.seed, threads: run.threads)
    }
    var rowsOfClass = options.integer("border-rows", automatic: ClassForests.mostRowsOfClass)
    if let deadline, options.isAutomatic("border-rows"), options.number("border") > 0 {
      let few = 500, before = deadline.remaining
      _ = try makeFilter(rowsOfClass: few)
      // A quarter of the time that is left for forests; the rest draws and judges.
      let possible = Double(few) * 0.25 * deadline.remaining / max(before - deadline.remaining, 1e-6)
      let most = min(rowsOfClass, classes.counts.max() ?? 0)
      if possible < Double(most) {
        rowsOfClass = max(few, Int(possible))
        shorten("border", "by \(rowsOfClass) rows of a class", "border-rows=\(rowsOfClass)")
      }
    }
    var filter = try makeFilter(rowsOfClass: rowsOfClass)
    func makeDraws(rounds: Int) -> ClassDraws {
      ClassDraws(
        classes: classes, model: model, options: learnedOptions, filter: filter,
        beginnings: PartialRows(table, target: classes.target), mostKept: options.number("kept"), rounds: rounds,
        run: run)
    }
    var draws = makeDraws(rounds: options.integer("rounds", automatic: ClassDraws.mostRounds))
    if let deadline, options.isAutomatic("rounds") {
      let most = places.max { request.newRows[$0] < request.newRows[$1] }!
      let pace = try DrawingPace(
        draws, place: most, filter: filter, random: RandomStream(seed: run.seed).child(UInt64(classes.labels.count)))
      let plan = pace.plan(
        rows: request.newRows.reduce(0, +), own: places.reduce(0) { $0 + classes.counts[$1] },
        // Some is for writing the rows, and counting copies.
        seconds: 0.8 * deadline.remaining)
      if plan.rounds < ClassDraws.mostRounds { shorten("rounds", "\(plan.rounds)", "rounds=\(plan.rounds)") }
      if !plan.comparesRows, !options.given.contains("closeness") {
        filter = filter.withoutComparing
        shorten("closeness", "rows that lie close to one of the file are not looked for", "closeness=0")
      }
      if plan.evaluations < 1, generator.descriptor.options.contains(where: { $0.name == "evaluations" }),
        learnedOptions.isAutomatic("evaluations")
      {
        let count = max(2, Int(plan.evaluations * Double(min(64, schema.columns.count))))
        learnedOptions = try learnedOptions.overlaid(
          with: OptionValues(arguments: ["evaluations=\(count)"], as: generator.descriptor.options))
        shorten("evaluations", "\(count) a row", "evaluations=\(count)")
      }
      draws = makeDraws(rounds: plan.rounds)
    }
    var made: [Table] = []
    for place in places {
      made.append(try draws.rows(request.newRows[place], of: place))
    }
    draws.announce()

    // One table with the levels of the file's columns, in their order.
    var rows = try Table.concatenated([table] + made).rows(
      table.rowCount..<table.rowCount + request.newRows.reduce(0, +))
    let texts = NewTexts(table: table, schema: schema)
    for column in schema.columns.indices where schema.columns[column].kind.name == .identifier {
      rows.columns[column].values = texts.cells(column, count: rows.rowCount, seed: run.seed)
    }
    let copies = CopyCount.areCopies(rows, of: table, ignoring: filter.ignoredColumns)
    var start = 0
    for place in places {
      let count = request.newRows[place]
      report.classes[place].after += count
      report.classes[place].copies = copies[start..<start + count].count { $0 }
      start += count
    }
    var training = model.report
    training.choices += choices
    return Balanced(rows: rows, report: report, schema: schema, training: training)
  }

  /// How often the rows of each class are learned from: the greatest class's rows over theirs, to the power of the
  /// emphasis.
  static func repeats(_ classes: ClassCounts, emphasis: Double) -> [Int]? {
    let most = Double(classes.counts[classes.majority])
    let factors = classes.counts.map { max(1, Int(pow(most / Double($0), emphasis).rounded())) }
    return factors.allSatisfy { $0 == 1 } ? nil : classes.classOfRow.map { factors[Int($0)] }
  }
}
