import DiffusionCore
import Evaluation
import Tables
import Tensors
import Tuning

/// The trials of a search: trains with a configuration, and compares what it makes with rows that were kept.
struct TuningJob {
  /// The share of the rows that is kept, and the most rows that figures are made of.
  private static let keptShare = 0.2, mostRows = 5000
  private static let fewestKept = 20
  /// The shares of a trial's time that are for the model and its rows, and for judging these.
  private static let makingShare = 0.75, judgingShare = 0.2

  private let method: any Synthesizer
  private let schema: Schema
  private let taught: Table, kept: Table
  private let seed: UInt64
  private let threads: Int
  private let console: Console
  private let interruption: Interruption
  /// Seconds that it takes to judge a row, measured on a few.
  private let judgingPace: Double

  init(
    method: any Synthesizer, data: CSVReader.Result, seed: UInt64, threads: Int, console: Console,
    interruption: Interruption
  ) throws {
    let rows = data.table.rowCount, count = Int((Double(rows) * Self.keptShare).rounded())
    guard count >= Self.fewestKept else {
      throw Failure(
        .badData,
        "\(Wording.count(rows, "row")) are too few to tune on: a fifth is kept to judge by, \(Self.fewestKept) or more",
        cure: "take the defaults: langevin synth")
    }
    var random = RandomStream(seed: seed).child(0x7043)
    let order = random.permutation(rows)
    kept = data.table.rows(order.prefix(count).sorted())
    taught = data.table.rows(order.dropFirst(count).sorted())
    schema = data.schema
    self.method = method
    self.seed = seed
    self.threads = threads
    self.console = console
    self.interruption = interruption
    let few = 300, clock = Stopwatch()
    _ = try Evaluator(seed: seed, threads: threads, mostRows: few).fidelity(
      ComparisonTables(schema: schema, real: kept, synthetic: taught, holdout: nil).prepared())
    judgingPace = clock.seconds / Double(few)
  }

  /// The trial with its score, or with the reason why there is none.
  func tried(_ trial: TuningTrial, in search: TuningSearch) throws -> TuningTrial {
    var trial = trial
    do {
      trial.score = try score(trial, search)
    } catch let error as CancellationError {
      throw error
    } catch {
      trial.failure = "\(error)"
    }
    console.detail(
      "\(search.text(trial.configuration)): \(trial.score.map { TuningText.number($0.total) } ?? trial.failure ?? "")")
    return trial
  }

  private func score(_ trial: TuningTrial, _ search: TuningSearch) throws -> TuningScore {
    let options = try method.descriptor.options(parsing: search.arguments(trial.configuration))
    let done = search.trials.count, all = search.plan.rungs.reduce(0) { $0 + $1.count }
    let phase = "trial \(done + 1) of \(all)"
    var run = TrainingRun()
    run.seed = seed
    run.threads = threads
    let deadline = Deadline(seconds: Self.makingShare * trial.seconds)
    (run.budget, run.deadline) = (deadline.seconds, deadline)
    run.rowsToMake = min(taught.rowCount, Self.mostRows)
    run.shouldContinue = { [console, interruption] progress in
      if progress.step > 0 {
        console.progress(
          .init(
            phase: phase, share: progress.share, loss: progress.loss, elapsed: progress.elapsed,
            remaining: progress.remaining))
      }
      return !interruption.isRequested
    }
    let model = try method.fit(taught, schema: schema, options: options, run: run)
    var request = SampleRequest(rows: run.rowsToMake, seed: seed, threads: threads)
    request.options = options
    request.deadline = deadline
    let synthetic = try model.sampled(request) { try interruption.check() }
    let tables = ComparisonTables(
      schema: schema, real: kept.rows(0..<min(kept.rowCount, Self.mostRows)), synthetic: synthetic,
      holdout: nil)
    // Trials of equal time are judged by as many rows.
    let rows = max(300, Int(clamping: Self.judgingShare * trial.seconds / max(judgingPace, 1e-9)))
    let figures = try Evaluator(seed: seed, threads: threads, mostRows: rows) { [interruption] _, _ in
      try interruption.check()
    }.fidelity(try tables.prepared())
    func value(_ figure: FigureID) -> Double { figures[figure]?.value ?? 0 }
    let trees = value(.detectionTrees)
    let parts = [
      TuningScore.Part("shape error", value(.shapeError)), .init("trend error", value(.trendError)),
      .init("told apart by trees", max(2 * trees - 1, 0)),
    ]
    return TuningScore(
      total: parts.reduce(0) { $0 + $1.value }, parts: parts, steps: model.report.training.steps)
  }
}
