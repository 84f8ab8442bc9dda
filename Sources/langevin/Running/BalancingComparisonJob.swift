import DiffusionCore
import DownstreamModels
import Evaluation
import Tables

/// One comparison of ways to deal with rare classes, as `balance --compare` runs it.
struct BalancingComparisonJob {
  let file: String
  let table: Table, schema: Schema
  /// The column that names rows that belong together, which nothing learns.
  let group: String?
  /// The classes of the whole table, and the rows that they would get.
  let request: BalanceRequest
  let ratio: String
  let registry: PluginRegistry
  /// Options as `name=value`, for every method that has them.
  let settings: [String]
  /// The steps of each training of a model, and the time of the whole; nil where the method chooses.
  let steps: Int?, budget: Double?
  /// Seconds of that time that are over, as the data were read.
  let spent: Double
  let folds: Int, repeats: Int
  let seed: UInt64
  let threads: Int
  let console: Console
  let interruption: Interruption

  /// The methods that are compared; those that do not suit the columns say so.
  private static let methods = ["random", "smote", "smote-nc", "smote-n", "adasyn", "diffusion"]

  /// Compares.
  func run() throws -> BalancingResult {
    let classes = request.classes
    let rare = request.newRows.indices.filter { request.newRows[$0] > 0 }
    guard !rare.isEmpty else {
      throw Failure(
        .badData, "the classes have these numbers of rows already: no arm would add one", cure: "give another --ratio")
    }
    let twins = RowTwins(table, schema: schema, leavingOut: [classes.target], group: group)
    warn(twins, classes, rare: rare)
    warnOfGenerated(classes)
    let problem = try BalancingProblem(
      table: table.without(group), schema: schema.without(group), target: classes.target, labels: classes.labels,
      classOfRow: classes.classOfRow.map { Int($0) }, rare: rare, groups: twins.groups, folds: folds)
    let arms =
      [
        BalancingArm(id: "weights", .weights { try weights($0) }), BalancingArm(id: "focal-loss", .loss(FocalLoss())),
      ] + (try methodArms())
    let subject = BalancingResult.Subject(
      file: file, rows: table.rowCount, target: classes.target,
      classes: classes.labels.indices.map {
        .init(label: classes.labels[$0], rows: classes.counts[$0], isRare: rare.contains($0))
      }, ratio: ratio, folds: folds, repeats: repeats, seed: seed, seconds: 0,
      version: Langevin.configuration.version)
    let clock = Stopwatch()
    defer { console.endPhase() }
    var comparison = BalancingComparison(folds: folds, repeats: repeats, seed: seed, threads: threads) {
      [console, interruption] part, share in
      try interruption.check()
      console.progress(
        .init(
          phase: part, share: share, elapsed: clock.seconds,
          remaining: share > 0.05 ? clock.seconds / share * (1 - share) : nil))
    }
    if let budget {
      let deadline = Deadline(seconds: budget, spent: spent)
      comparison.rows = try affordableRows(comparison, problem, arms: arms.count + 1, deadline)
      let start = deadline.remaining
      comparison.hasTime = { done in (start - deadline.remaining) / Double(done) < deadline.remaining }
    }
    var result = try comparison.compare(problem, arms: arms, subject: subject)
    result.subject.seconds = clock.seconds
    return result
  }

  /// How many rows can take part in the time, by what one arm of one fold takes on a few.
  private func affordableRows(
    _ comparison: BalancingComparison, _ problem: BalancingProblem, arms: Int, _ deadline: Deadline
  ) throws -> Int {
    let whole = min(problem.table.rowCount, comparison.rows)
    // Folds can be made of no fewer.
    let rarest = request.newRows.indices.filter { request.newRows[$0] > 0 }.map { request.classes.counts[$0] }.min()
    let least = min(whole, max(1000, problem.table.rowCount * 6 * folds / max(rarest ?? 1, 1)))
    var few = comparison
    few.rows = least
    few.repeats = 1
    let start = deadline.remaining
    do { try few.time(problem) } catch is BalancingError { return comparison.rows }
    let seconds = start - deadline.remaining
    // Half of the time is for a generator in every fold.
    let rows = Double(least) * 0.4 * deadline.remaining / max(seconds * Double(arms * folds * repeats), 1e-6)
    guard rows < Double(whole) else { return comparison.rows }
    let possible = max(Int(rows), least)
    console.announce(
      Choice(
        "rows", "\(Wording.count(possible)) of \(Wording.count(problem.table.rowCount))",
        because: "there is no time to compare on all of them", flag: "--budget"))
    return possible
  }

  /// Says that rows repeat, and what that means for a comparison.
  private func warn(_ twins: RowTwins, _ classes: ClassCounts, rare: [Int]) {
    guard twins.kept > 0 else { return }
    let own = twins.isRepeat.indices.count { twins.isRepeat[$0] && rare.contains(Int(classes.classOfRow[$0])) }
    console.say(
      "warning: \(Wording.count(twins.repeats, "row")) of \(Wording.count(table.rowCount)) repeat others (\(Wording.count(own)) of rare classes), more than chance explains; rows that repeat each other stay in one fold. If they were added by balancing, compare on the table as it was before."
    )
  }

  /// Says that rows lie between others: they cannot be kept in one fold, because they join whole classes.
  private func warnOfGenerated(_ classes: ClassCounts) {
    for found in RowsBetween.find(table, schema: schema, target: classes.target, threads: threads) {
      console.say(
        "warning: \(Wording.count(found.between, "row")) of \(Wording.count(found.rows)) of class '\(found.label)' lie on the line between two others, as rows that SMOTE made do; held-out rows then stand close to learned ones, and scores are too good. Compare on the table as it was before balancing."
      )
    }
  }

  private func methodArms() throws -> [BalancingArm] {
    let methods = try Self.methods.map { id in
      guard let method = try registry.method(id, for: .balance) as? any Balancer else {
        preconditionFailure("'\(id)' balances nothing")
      }
      return method
    }
    // An option that no method has is a slip of the keyboard.
    let known = methods.flatMap { $0.descriptor.options }
    let names = settings.map { String($0.prefix { $0 != "=" }) }
    for name in names where !known.contains(where: { $0.name == name }) {
      throw OptionError.unknown(option: name, known: Set(known.map(\.name)).sorted())
    }
    let hasCategories = schema.columns.contains {
      $0.name != request.classes.target && ($0.kind.name == .category || $0.kind.name == .boolean)
    }
    return try methods.map { method in
      let own = Set(method.descriptor.options.map(\.name))
      let options = try OptionValues(
        arguments: zip(names, settings).filter { own.contains($0.0) }.map(\.1), as: method.descriptor.options)
      let id = method.descriptor.id
      return BalancingArm(
        id: id,
        .rows {
          if id == "smote-nc", !hasCategories {
            throw BalanceError.unsuitedColumns(
              method: id, problem: "is smote where there are no categories", cure: "that")
          }
          return try rows($0, method, options, seed: $1)
        })
    }
  }

  private func rows(
    _ learning: Table, _ method: any Balancer, _ options: OptionValues, seed: UInt64
  ) throws -> BalancingArm.NewRows {
    var run = TrainingRun()
    run.seed = seed
    run.threads = threads
    if method.trains {
      run.steps = steps
      // Half of the time is for the models that judge.
      run.budget = budget.map { 0.5 * $0 / Double(folds * repeats) }
      run.deadline = run.budget.map { Deadline(seconds: $0) }
    }
    run.shouldContinue = { [interruption] _ in !interruption.isRequested }
    let made = try method.balance(
      learning, schema: schema.without(group), request: try request(for: learning), options: options, run: run)
    return .init(rows: made.rows, copies: made.report.copies)
  }

  private func weights(_ learning: Table) throws -> [Double] {
    let request = try request(for: learning), weights = request.weights
    return request.classes.classOfRow.map { weights[Int($0)] }
  }

  /// As many new rows for each old one of a class as on the whole table.
  private func request(for learning: Table) throws -> BalanceRequest {
    let whole = request.classes
    let own = try ClassCounts(of: whole.target, in: learning, schema: schema)
    let new = zip(own.labels, own.counts).map { label, count -> Int in
      guard let place = whole.labels.firstIndex(of: label) else { return 0 }
      return Int((Double(request.newRows[place]) * Double(count) / Double(whole.counts[place])).rounded())
    }
    return BalanceRequest(classes: own, newRows: new)
  }
}
