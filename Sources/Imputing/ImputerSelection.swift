import DiffusionCore
import Evaluation
import Foundation
import Tables
import Tensors

/// Fits a method, and in the same run plain ones, to a table without some of its cells; measures them on these cells, and
/// takes the best.
///
/// The method itself is fitted once: what it learned without the hidden cells then fills the true gaps. Plain methods
/// are cheap, and are fitted anew with all cells where one of them is taken and there is time.
public struct ImputerSelection: Sendable {
  /// The method, its options, and whether the user named it, so that it is taken whatever the others can do.
  public var main: FillingMethod, options: OptionValues, isFixed: Bool
  /// The methods that it is measured against, of the same kind.
  public var baselines: [FillingMethod]
  /// Whether anything is measured at all.
  public var isChecked = true
  /// Whether values will be drawn, or intervals written: a method that cannot is not taken.
  public var needsDraws = false, needsIntervals = false
  /// How many cells are hidden.
  public var plan = HidingPlan()
  /// The share of truths that intervals are to hold.
  public var level = 0.9
  /// The share of the time in which hidden cells have to be filled.
  private static let fillingShare = 0.2
  /// Plain methods are measured on so many rows of a table at most: some of them take time with the square of that.
  public var mostBaselineRows = 10_000

  /// What was fitted.
  public struct Outcome: Sendable {
    /// The model to fill gaps with, and its method.
    public var model: any FittedImputer, method: any Imputer
    /// What was measured; nil where nothing was.
    public var check: SelfCheckResult?
    /// Why nothing was measured, though it was wanted; nil otherwise.
    public var unchecked: String?
    /// Plain methods that were not measured to the end, as there was no time left.
    public var dropped: [String] = []
    /// Whether the model has learned all cells, the hidden ones too.
    public var learnedAll = true
  }

  /// Puts a selection together.
  public init(main: FillingMethod, options: OptionValues, isFixed: Bool, baselines: [FillingMethod]) {
    self.main = main
    self.options = options
    self.isFixed = isFixed
    self.baselines = baselines.filter { $0.id != main.id }
  }

  /// Fits and measures.
  ///
  /// - Parameters:
  ///   - table: the rows.
  ///   - schema: what each column is.
  ///   - columns: the places of the columns that are to be filled.
  ///   - longest: the longest gap that is to be filled, in time steps; nil for any.
  ///   - run: the surroundings of the fit.
  ///   - step: called before each part, with what it does and the share that is done; it may throw to end the run.
  public func fit(
    _ table: Table, schema: Schema, columns: [Int], longest: Int? = nil, run: TrainingRun,
    step: @escaping @Sendable (String, Double) throws -> Void
  ) throws -> Outcome {
    let series = main.series, random = RandomStream(seed: run.seed).child(0x5E1F)
    var own = run
    // The rest of the time is for measuring, for plain methods and for filling.
    if run.deadline != nil { own.budget = run.budget.map { (isChecked ? 0.45 : 0.7) * $0 } }
    let hidden = try isChecked ? hiddenCells(table, schema, series, columns, longest, random) : nil
    guard let hidden else {
      // Where nothing can be measured there is too little to train on as well.
      let plain = isChecked && !isFixed ? baselines.first : nil
      let method = plain ?? main
      let model = try method.fit(
        table, schema: schema, options: plain.map { try OptionValues(as: $0.imputer.descriptor.options) } ?? options,
        run: own)
      return Outcome(
        model: model, method: method.imputer, unchecked: isChecked ? "there are too few values to hide any" : nil)
    }
    let visible = hidden.removed(from: table)
    let trial = Trial(
      table: table, visible: visible, hidden: hidden, selection: self, run: run, schema: schema, series: series)

    var clock = Stopwatch()
    func seconds() -> Double { clock.seconds }
    let deadline = run.deadline
    if let deadline, series != nil, !isFixed, !baselines.isEmpty {
      own.secondsToFill = Self.fillingShare * deadline.seconds / Trial.leastEffort
    }
    func fit() throws -> any FittedImputer {
      try main.fit(visible, schema: schema, options: options, run: own)
    }
    var model: (any FittedImputer)?
    do { model = try fit() } catch is FillingTooSlow {}
    let fitting = seconds()
    let parts = Double(baselines.count + 1)
    var dropped: [String] = []
    // Plain methods come first: most are fast, and where time is short it is the draws of the method itself that are not.
    var scores: [MeasuredMethod] = []
    let reserve =
      deadline.map { deadline in
        let forThem = model == nil ? 0.6 * deadline.remaining : Self.fillingShare * deadline.seconds
        return max(0.15, (deadline.remaining - forThem) / deadline.seconds)
      } ?? 0
    for (place, baseline) in baselines.enumerated() {
      func drop() {
        dropped.append(baseline.id)
        scores.append(MeasuredMethod(unmeasured: baseline.imputer, OutOfTime().description, isLeftOut: true))
      }
      guard deadline?.isShort(of: reserve) != true else {
        drop()
        continue
      }
      let done = Double(place) / parts
      try step("self-check", done)
      clock = Stopwatch()
      do {
        scores.append(
          try trial.measure(baseline, seconds) {
            try step("self-check", done + $0 / parts)
            if deadline?.isShort(of: reserve) == true { throw OutOfTime() }
          })
      } catch is OutOfTime {
        drop()
      } catch let error as CancellationError {
        // A method can only say that it was told to stop: by the user, or by the time.
        try step("self-check", done)
        guard deadline?.isShort(of: reserve) == true else { throw error }
        drop()
      } catch {
        scores.append(MeasuredMethod(unmeasured: baseline.imputer, "\(error)", seconds: seconds()))
      }
    }
    clock = Stopwatch()
    do {
      guard let model else { throw FillingTooSlow() }
      let own = try trial.measure(
        main.imputer, model, options, { fitting + seconds() },
        within: deadline.map { min(Self.fillingShare * $0.seconds, 0.4 * $0.remaining) }
      ) { try step("self-check", Double(baselines.count) / parts + $0 / parts) }
      scores.insert(own, at: 0)
    } catch is FillingTooSlow {
      dropped.insert(main.id, at: 0)
      scores.insert(
        MeasuredMethod(
          unmeasured: main.imputer, "it draws too slowly for the time there is", seconds: fitting, isLeftOut: true),
        at: 0)
    }
    let (chosen, reason) = choice(
      scores.filter { $0.model != nil || hasTime(toFitAgain: $0.score, table, series, deadline) })
    let result = SelfCheckResult(
      hiding: hidden.hiding, hidden: hidden.count, observed: hidden.observed,
      methods: scores.map(\.score).sorted { ($0.relativeError ?? .infinity) < ($1.relativeError ?? .infinity) },
      chosen: chosen,
      reason: reason)
    guard let baseline = baselines.first(where: { $0.id == chosen }) else {
      // Where no plain method can do it either, the method may take what time it needs.
      own.secondsToFill = nil
      return Outcome(
        model: try model ?? fit(), method: main.imputer, check: result, dropped: dropped, learnedAll: false)
    }
    if let measured = scores.first(where: { $0.score.id == chosen }), let model = measured.model,
      !hasTime(toFitAgain: measured.score, table, series, deadline)
    {
      return Outcome(model: model, method: baseline.imputer, check: result, dropped: dropped, learnedAll: false)
    }
    let refitted = try baseline.fit(
      table, schema: schema, options: OptionValues(as: baseline.imputer.descriptor.options),
      run: trial.quietRun { _ in try step("self-check", 1) })
    return Outcome(model: refitted, method: baseline.imputer, check: result, dropped: dropped)
  }

  /// Whether a plain method can be fitted anew in the time that is left, by what its fit and measurement took.
  private func hasTime(
    toFitAgain score: MethodScore, _ table: Table, _ series: SeriesLayout?, _ deadline: Deadline?
  ) -> Bool {
    guard let deadline, score.isBaseline, let seconds = score.seconds else { return true }
    let share = series == nil ? Double(table.rowCount) / Double(min(table.rowCount, mostBaselineRows)) : 1
    return seconds * share < 0.6 * deadline.remaining
  }

  private func hiddenCells(
    _ table: Table, _ schema: Schema, _ series: SeriesLayout?, _ columns: [Int], _ longest: Int?, _ random: RandomStream
  ) throws -> HiddenCells? {
    // Columns without a gap teach nothing about filling, unless there are no gaps at all.
    let gappy = columns.filter { table.columns[$0].missingCount > 0 }
    let checked = gappy.isEmpty ? columns : gappy
    guard let series else { return plan.cells(of: table, columns: checked, random: random) }
    let index = try SeriesIndex(table, schema: schema, time: series.time, groups: series.groups)
    return plan.cells(of: table, index: index, columns: checked, longest: longest, random: random)
  }

  /// The method to take: the named one, else the one with the least error. A plain method must be better than the main
  /// one by more than a standard error of the difference, cells taken as independent, and be able to do what is wanted.
  func choice(_ measured: [MeasuredMethod]) -> (id: String, reason: String) {
    let mine = measured[0]
    let id = mine.score.id
    if isFixed { return (id, "it was asked for") }
    let ranked = measured.dropFirst().filter { $0.score.relativeError != nil }
      .sorted { $0.score.relativeError! < $1.score.relativeError! }
    let able = ranked.filter { suits($0.score) }
    let isComplete = measured.allSatisfy { $0.score.isLeftOut == nil }
    let lowest = "it has the lowest error on hidden cells" + (isComplete ? "" : " of those that were measured")
    guard let error = mine.score.relativeError else {
      guard let first = able.first else {
        // Drawing was too slow already: a plain method fills what there is to fill.
        let plain = measured.dropFirst().first { $0.score.isLeftOut == true }
        guard mine.score.isLeftOut == true, let plain else { return (id, "nothing could be measured") }
        return (plain.score.id, "nothing could be measured, and it needs little time")
      }
      return (first.score.id, "\(id) could not be measured: \(mine.score.failure ?? "no figure")")
    }
    if let best = able.first, let least = best.score.relativeError, least < error {
      let differences = zip(mine.errors, best.errors).map { $0 - $1 }
      let n = Double(differences.count), mean = differences.reduce(0, +) / n
      let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      if mean > (variance / n).squareRoot() { return (best.score.id, lowest) }
      return (id, "it does as well on hidden cells as the best, \(best.score.id), up to chance")
    }
    guard !ranked.isEmpty else { return (id, "no other method was measured") }
    if let blind = ranked.first, let least = blind.score.relativeError, least < error {
      let wanted = needsDraws ? "draws" : "intervals"
      return (id, "\(blind.score.id), which has a lower error, gives no \(wanted)")
    }
    return (id, lowest)
  }

  private func suits(_ score: MethodScore) -> Bool {
    guard let numbers = score.numbers else { return true }
    return !(needsDraws && numbers.draws == nil) && !(needsIntervals && numbers.interval == nil)
  }
}

/// The end of a measurement for which there was no time.
private struct OutOfTime: Error, CustomStringConvertible {
  var description: String { "there was no time left to measure it" }
}
