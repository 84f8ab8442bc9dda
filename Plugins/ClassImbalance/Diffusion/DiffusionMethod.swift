import DiffusionCore
import Foundation
import Tables
import Tensors

/// Rows of rare classes by diffusion: a generator learns the table with all its classes, so that the rare ones borrow from
/// the others, and then draws rows whose label is given.
///
/// In training a row of a rare class is repeated (option `emphasis`), and of what is drawn some rows are left out: those
/// too close to a row of the file, and those on the wrong side of the border between the classes (``DrawFilter``). More
/// are drawn in their place. Where eight rounds of that are not enough, as where a class has few possible rows, the rest
/// is taken from what was left out, copies last, and that is said.
public struct DiffusionMethod: Balancer {
  static let id = "diffusion"
  /// With fewer rows of a class nothing but copies would come.
  static let fewestRows = 5
  private static let mostRounds = 8

  let generator: any Synthesizer

  /// Makes the method with the generator that learns the table.
  public init(generator: any Synthesizer) { self.generator = generator }

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
      citation: learned.citation, options: Self.own + learned.options,
      examples: [
        "langevin balance fraud.csv --target Class -o balanced.csv",
        "langevin balance fraud.csv --target Class -o balanced.csv --guidance 1 --budget 1m --seed 3",
      ])
  }

  private static let own = [
    OptionDescription(
      "emphasis", .number(0...1), default: .number(0.5),
      help:
        "How far rare classes are brought up in training: 0 as often as they are, 1 as often as the greatest class; between them their share to that power."
    ),
    OptionDescription(
      "closeness", .number(0...10), default: .number(0.1),
      help:
        "Rows are left out that lie closer to a row of their class than this share of that row's distance to the next one. Copies are always left out."
    ),
    OptionDescription(
      "border", .number(0...0.9), default: .number(0.1),
      help:
        "Rows are left out that a forest takes for less typical of their class than this share of the class's own rows; 0 leaves none out."
    ),
  ]

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
    let learnedOptions = options.restricted(to: generator.descriptor.options)
    let model = try generator.fit(table, schema: schema, options: learnedOptions, run: learning)
    let filter = try DrawFilter(
      table, schema: schema, classes: classes, closeness: options.number("closeness"),
      border: options.number("border"), seed: run.seed, threads: run.threads)
    var made: [Table] = []
    var tally = Tally()
    for place in places {
      made.append(
        try draw(request.newRows[place], of: place, classes, model, learnedOptions, filter, run, &tally))
    }
    tally.announce(run)

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
    return Balanced(rows: rows, report: report, schema: schema, training: model.report)
  }

  /// How often the rows of each class are learned from: the greatest class's rows over theirs, to the power of the
  /// emphasis.
  static func repeats(_ classes: ClassCounts, emphasis: Double) -> [Int]? {
    let most = Double(classes.counts[classes.majority])
    let factors = classes.counts.map { max(1, Int(pow(most / Double($0), emphasis).rounded())) }
    return factors.allSatisfy { $0 == 1 } ? nil : classes.classOfRow.map { factors[Int($0)] }
  }

  /// Rows of one class, in the order in which they were drawn.
  private func draw(
    _ count: Int, of place: Int, _ classes: ClassCounts, _ model: any FittedSynthesizer, _ options: OptionValues,
    _ filter: DrawFilter, _ run: TrainingRun, _ tally: inout Tally
  ) throws -> Table {
    let condition = Self.condition(on: place, classes, schema: model.schema)
    let random = RandomStream(seed: run.seed).child(UInt64(place))
    var kept: [Table] = [], left: [DrawFilter.Judgement: [Table]] = [:]
    var keptCount = 0, drawnCount = 0
    for round in 0..<Self.mostRounds where keptCount < count {
      // As many as should suffice by what was kept so far.
      let share = drawnCount == 0 ? 0.8 : max(Double(keptCount) / Double(drawnCount), 0.1)
      let wished = Int((Double(count - keptCount) / share * 1.05).rounded(.up)) + 8
      var stream = random.child(UInt64(round))
      let sampling = SampleRequest(
        rows: wished, seed: stream.next(), threads: run.threads, conditions: [condition], options: options)
      var pieces: [Table] = []
      try model.sample(sampling) { piece in
        guard run.shouldContinue(TrainingProgress(step: 0, share: 0, loss: 0, elapsed: 0)) else {
          throw CancellationError()
        }
        pieces.append(piece)
      }
      let drawn = try Table.concatenated(pieces)
      let judgements = try filter.judge(drawn, place: place)
      for judgement in DrawFilter.Judgement.allCases {
        let rows = judgements.indices.filter { judgements[$0] == judgement }
        guard !rows.isEmpty else { continue }
        if judgement == .kept {
          kept.append(drawn.rows(rows))
        } else {
          left[judgement, default: []].append(drawn.rows(rows))
        }
        tally.drawn[judgement, default: 0] += rows.count
      }
      keptCount += judgements.count { $0 == .kept }
      drawnCount += wished
    }
    for judgement in [DrawFilter.Judgement.beyondBorder, .tooClose, .copy] where keptCount < count {
      for rows in left[judgement] ?? [] where keptCount < count {
        let taken = min(rows.rowCount, count - keptCount)
        kept.append(rows.rows(0..<taken))
        tally.taken += taken
        keptCount += taken
      }
    }
    return try Table.concatenated(kept).rows(0..<count)
  }

  private static func condition(on place: Int, _ classes: ClassCounts, schema: Schema) -> CellCondition {
    switch schema[classes.target]?.kind {
    case .integer, .decimal:
      CellCondition(column: classes.target, .range(classes.values[place]...classes.values[place]))
    default: CellCondition(column: classes.target, .levels([classes.labels[place]]))
    }
  }

  /// What became of the rows that were drawn.
  private struct Tally {
    var drawn: [DrawFilter.Judgement: Int] = [:]
    /// Rows that were taken although they had been left out.
    var taken = 0

    func announce(_ run: TrainingRun) {
      let parts = [
        (drawn[.copy], "copies"), (drawn[.tooClose], "too close to a row of the file"),
        (drawn[.beyondBorder], "beyond the border"),
      ].compactMap { count, what in count.map { "\($0) \(what)" } }
      let total = drawn.values.reduce(0, +)
      guard !parts.isEmpty else { return }
      var value = "left out \(parts.joined(separator: ", ")) of \(total) drawn"
      if taken > 0 { value += ", and took \(taken) of them back" }
      run.announce(
        Choice(
          "filter", value,
          because: taken > 0 ? "too few others came" : "they would teach a model nothing, or the wrong class",
          flag: "--set closeness=, --set border="))
    }
  }
}
