import DiffusionCore
import Evaluation
import Tables
import Testing

@testable import Imputing

/// Which method is taken, and what is measured on the way.
@Suite struct ImputerSelectionTests {
  let data: CSVReader.Result
  let columns = [1, 2]

  init() throws {
    let rows = (0..<400).map { row in
      "\(row * 3),\(row % 7 == 3 ? "" : "\(row * 31 % 101).5"),\(row % 11 == 4 ? "" : "\(row * 17 % 53)")"
    }
    data = try read("key,x,y\n" + rows.joined(separator: "\n"))
  }

  private func selection(
    _ main: FixtureImputer, fixed: Bool = false, _ baselines: [FixtureImputer], series: SeriesLayout? = nil
  ) throws -> ImputerSelection {
    func method(_ fixture: FixtureImputer) throws -> FillingMethod {
      try #require(FillingMethod(fixture as any Imputer, series: series))
    }
    return ImputerSelection(
      main: try method(main), options: try OptionValues(as: []), isFixed: fixed, baselines: try baselines.map(method))
  }

  private func fit(_ selection: ImputerSelection) throws -> ImputerSelection.Outcome {
    var run = TrainingRun()
    run.seed = 4
    return try selection.fit(
      data.table, schema: data.schema, columns: columns, run: run, step: { _, _ in })
  }

  @Test func `The method is fitted once, without the hidden cells`() throws {
    let main = FixtureImputer(id: "good", truth: data.table), plain = FixtureImputer(id: "plain", isBaseline: true)
    let outcome = try fit(selection(main, [plain]))
    let check = try #require(outcome.check)
    #expect(outcome.method.descriptor.id == "good" && check.chosen == "good")
    #expect(check.methods.map(\.id) == ["good", "plain"])
    #expect(check.methods[0].relativeError == 0)
    #expect(try #require(check.methods[1].relativeError) > 0.8)
    #expect(main.fitted.tables.count == 1 && plain.fitted.tables.count == 1)
    let seen = main.fitted.tables[0]
    let gone = columns.reduce(0) { $0 + seen.columns[$1].missingCount - data.table.columns[$1].missingCount }
    #expect(gone == check.hidden && gone > 20)
    #expect(plain.fitted.tables[0] == seen)
  }

  @Test func `A plain method that is better is taken, and fitted anew with all cells`() throws {
    let main = FixtureImputer(id: "poor"), plain = FixtureImputer(id: "plain", isBaseline: true, truth: data.table)
    let outcome = try fit(selection(main, [plain]))
    #expect(outcome.check?.chosen == "plain")
    #expect(outcome.method.descriptor.id == "plain")
    #expect(plain.fitted.tables.count == 2)
    #expect(plain.fitted.tables[1] == data.table)
  }

  @Test func `Without time left, plain methods are not measured, and that is said`() throws {
    let main = FixtureImputer(id: "good", truth: data.table), plain = FixtureImputer(id: "plain", isBaseline: true)
    var run = TrainingRun()
    (run.seed, run.budget, run.deadline) = (4, 1, Deadline(seconds: 1, spent: 1))
    let outcome = try selection(main, [plain]).fit(
      data.table, schema: data.schema, columns: columns, run: run, step: { _, _ in })
    #expect(outcome.dropped == ["plain"] && outcome.method.descriptor.id == "good" && plain.fitted.tables.isEmpty)
    let score = try #require(outcome.check?.methods.first { $0.id == "plain" })
    #expect(score.relativeError == nil && score.failure?.contains("no time left") == true && score.isLeftOut == true)
    #expect(outcome.check?.reason == "no other method was measured")
    #expect(try fit(selection(main, [plain])).dropped.isEmpty)
  }

  @Test func `A method of series that would draw too slowly gives up before training, unless it was named`() throws {
    let series = try readings { _, hour, _ in hour % 20 == 7 }, layout = SeriesLayout(time: "when")
    func fitted(_ selection: ImputerSelection, budget: Double?) throws -> ImputerSelection.Outcome {
      var run = TrainingRun()
      (run.seed, run.budget, run.deadline) = (4, budget, budget.map { Deadline(seconds: $0) })
      return try selection.fit(
        series.table, schema: series.schema, columns: [1, 2], run: run, step: { _, _ in })
    }
    let slow = FixtureImputer(id: "slow", secondsToFill: 1e6)
    let plain = FixtureImputer(id: "plain", isBaseline: true)
    let outcome = try fitted(selection(slow, [plain], series: layout), budget: 60)
    #expect(outcome.method.descriptor.id == "plain" && slow.fitted.tables.isEmpty && outcome.dropped == ["slow"])
    let score = try #require(outcome.check?.methods.first { $0.id == "slow" })
    #expect(score.isLeftOut == true && score.failure == "it draws too slowly for the time there is")
    // Asked for, without a limit, or where no other can do it, it is fitted all the same.
    #expect(
      try fitted(selection(slow, fixed: true, [plain], series: layout), budget: 60).method.descriptor.id == "slow")
    #expect(try fitted(selection(slow, [plain], series: layout), budget: nil).dropped.isEmpty)
    let broken = FixtureImputer(id: "plain", isBaseline: true, failure: FixtureFailure())
    #expect(try fitted(selection(slow, [broken], series: layout), budget: 60).method.descriptor.id == "slow")
    #expect(slow.fitted.tables.count == 3)
  }

  @Test func `A plain method that there is no time to fit anew fills with what was measured`() throws {
    let series = try readings { _, hour, _ in hour % 20 == 7 }, layout = SeriesLayout(time: "when")
    let slow = FixtureImputer(id: "slow", secondsToFill: 1e6)
    // Of 12 s it takes 6: measuring may take 7.2, and fitting anew 3.6 of the rest.
    let plain = FixtureImputer(id: "plain", isBaseline: true, secondsToFit: 6)
    var run = TrainingRun()
    (run.seed, run.budget, run.deadline) = (4, 12, Deadline(seconds: 12))
    let outcome = try selection(slow, [plain], series: layout).fit(
      series.table, schema: series.schema, columns: [1, 2], run: run, step: { _, _ in })
    #expect(outcome.method.descriptor.id == "plain" && outcome.check?.chosen == "plain" && !outcome.learnedAll)
    #expect(plain.fitted.tables.count == 1)
  }

  @Test func `A named method is taken whatever the others can do`() throws {
    let main = FixtureImputer(id: "poor"), plain = FixtureImputer(id: "plain", isBaseline: true, truth: data.table)
    let outcome = try fit(selection(main, fixed: true, [plain]))
    #expect(outcome.check?.chosen == "poor" && outcome.check?.reason == "it was asked for")
    #expect(outcome.check?.methods.first?.id == "plain")
  }

  @Test func `Of two that do as well the main one is taken`() throws {
    let main = FixtureImputer(id: "main"), plain = FixtureImputer(id: "plain", isBaseline: true)
    #expect(try fit(selection(main, [plain])).check?.chosen == "main")
  }

  @Test func `A method that cannot draw is not taken where draws are wanted`() throws {
    let main = FixtureImputer(id: "main", draws: 5, halfWidth: 1)
    let plain = FixtureImputer(id: "plain", isBaseline: true, truth: data.table)
    var wanting = try selection(main, [plain])
    wanting.needsDraws = true
    let check = try #require(try fit(wanting).check)
    #expect(check.chosen == "main")
    #expect(check.reason == "plain, which has a lower error, gives no draws")
  }

  @Test func `A plain method that fails is told and passed over`() throws {
    let main = FixtureImputer(id: "main"),
      plain = FixtureImputer(id: "plain", isBaseline: true, failure: FixtureFailure())
    let check = try #require(try fit(selection(main, [plain])).check)
    #expect(check.methods.last?.failure == "it does not want to")
    #expect(check.chosen == "main")
  }

  @Test func `Nothing is hidden where that is not wanted`() throws {
    let main = FixtureImputer(id: "main"), plain = FixtureImputer(id: "plain", isBaseline: true)
    var unchecked = try selection(main, [plain])
    unchecked.isChecked = false
    let outcome = try fit(unchecked)
    #expect(outcome.check == nil && outcome.unchecked == nil)
    #expect(main.fitted.tables == [data.table] && plain.fitted.tables.isEmpty)
  }

  @Test func `Where there is too little to hide, a plain method is taken unless one was named`() throws {
    let few = try read("key,x\n1,2\n2,\n3,5\n")
    let main = FixtureImputer(id: "main"), plain = FixtureImputer(id: "plain", isBaseline: true)
    for (isFixed, id) in [(false, "plain"), (true, "main")] {
      let outcome = try selection(main, fixed: isFixed, [plain]).fit(
        few.table, schema: few.schema, columns: [1], run: TrainingRun(), step: { _, _ in })
      #expect(outcome.method.descriptor.id == id)
      #expect(outcome.check == nil && outcome.unchecked == "there are too few values to hide any")
    }
  }

  @Test func `A run that is stopped ends with the stop`() throws {
    let main = FixtureImputer(id: "main"), plain = FixtureImputer(id: "plain", isBaseline: true)
    #expect(throws: CancellationError.self) {
      try selection(main, [plain]).fit(
        data.table, schema: data.schema, columns: columns, run: TrainingRun(),
        step: { _, share in if share > 0.4 { throw CancellationError() } })
    }
  }

  @Test func `Coverage, errors and gap lengths are those of the cells`() throws {
    let series = try readings(hours: 600) { _, hour, channel in channel == 0 && hour % 50 >= 40 && hour % 50 < 43 }
    // Every filled number is off by 2, every interval 3 wide on either side.
    let main = FixtureImputer(id: "main", truth: nil, offset: 0, draws: 3, halfWidth: 1e9)
    var run = TrainingRun()
    run.seed = 1
    let outcome = try selection(main, [], series: SeriesLayout(time: "when")).fit(
      series.table, schema: series.schema, columns: [1, 2], run: run, step: { _, _ in })
    let score = try #require(outcome.check?.methods.first)
    #expect(score.numbers?.interval?.coverage == 1)
    #expect(score.byGapLength.map(\.least) == [2])
    #expect(score.columns.map(\.column) == ["a"], "b misses nothing")
    #expect(score.numbers?.draws?.count == 3)
  }
}
