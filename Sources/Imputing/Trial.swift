import DiffusionCore
import Evaluation
import Foundation
import Tables
import Tensors

/// The surroundings in which methods are measured: one table, one set of hidden cells, one seed.
struct Trial {
  let table: Table, visible: Table
  let hidden: HiddenCells
  let selection: ImputerSelection
  let run: TrainingRun
  let schema: Schema
  let series: SeriesLayout?

  /// Of series a quarter of the draws with half of the evaluations: intervals of fewer are far too narrow (48 of 100 truths
  /// within 90 % intervals by two evaluations of `series-diffusion`). Points of tables do not depend on draws.
  static let leastEffort = 0.12

  /// The run of a plain method: it keeps no state and says nothing.
  ///
  /// - Parameter step: throws where the run is to end.
  func quietRun(_ step: @escaping @Sendable (Double) throws -> Void) -> TrainingRun {
    var quiet = run
    quiet.checkpoint = nil
    quiet.steps = nil
    (quiet.budget, quiet.deadline) = (nil, nil)
    quiet.announce = { _ in }
    quiet.shouldContinue = { _ in (try? step(0)) != nil }
    return quiet
  }

  /// Measures a model that was fitted to the visible cells.
  func measure(
    _ method: any Imputer, _ model: any FittedImputer, _ options: OptionValues, _ seconds: () -> Double,
    within time: Double? = nil, step: @escaping @Sendable (Double) throws -> Void
  ) throws -> MeasuredMethod {
    // Rows of a table stand alone, so that only those with hidden cells need filling.
    let rows = series == nil ? hidden.rows : nil
    let part = rows.map { visible.rows($0) } ?? visible
    let truth = rows.map { table.rows($0) } ?? table
    let cells = rows.map { hidden.among(rows: $0) } ?? hidden
    var request = ImputationRequest(
      seed: run.seed, threads: run.threads, draws: 20, interval: selection.level, options: options)
    // A callback can only say no: the reason is carried past it.
    let reason = Locked<(any Error)?>(nil)
    request.shouldContinue = { share in
      do {
        try step(share)
        return true
      } catch {
        reason.withValue { $0 = error }
        return false
      }
    }
    let imputation: Imputation
    do {
      imputation = try TimedFilling(seconds: time, leastDraws: 8, leastEffort: series == nil ? 0 : Self.leastEffort)
        .impute(model, of: method.descriptor, part, request)
    } catch {
      throw reason.withValue { $0 } ?? error
    }
    let trial = MethodTrial(truth: truth, visible: visible, hidden: cells, level: selection.level)
    return trial.measured(
      imputation, id: method.descriptor.id, isBaseline: method.isBaseline, seconds: seconds())
  }

  /// Fits and measures a plain method.
  func measure(
    _ method: FillingMethod, _ seconds: () -> Double, step: @escaping @Sendable (Double) throws -> Void
  ) throws -> MeasuredMethod {
    var part = visible
    if series == nil, visible.rowCount > selection.mostBaselineRows {
      var random = RandomStream(seed: run.seed).child(0x5A3B)
      part = visible.rows(random.permutation(visible.rowCount).prefix(selection.mostBaselineRows).sorted())
    }
    let options = try OptionValues(as: method.imputer.descriptor.options)
    let model = try method.fit(part, schema: schema, options: options, run: quietRun(step))
    var measured = try measure(method.imputer, model, options, seconds, step: step)
    if part.rowCount == visible.rowCount { measured.model = model }
    return measured
  }
}
