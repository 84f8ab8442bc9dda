import DiffusionCore
import Foundation
import Tables

/// Makes rows with a model and writes them as they come, whatever their number, in constant memory.
struct SamplingJob {
  /// One that completes rows, where the wish has some.
  let model: any FittedSynthesizer
  let wish: SamplingWish
  let options: OptionValues
  let seed: UInt64
  let threads: Int
  let place: OutputPlace
  let console: Console
  let interruption: Interruption
  /// When the command should be done; nil: whenever it is.
  var deadline: Deadline?

  /// Writes the rows and returns their number, and what was chosen because time was short.
  func run() throws -> (rows: Int, choices: [Choice]) {
    let total = wish.partial?.rowCount ?? wish.rows ?? (model.report.trainingRows + model.report.heldOutRows)
    var request = SampleRequest(rows: total, seed: seed, threads: threads, conditions: wish.conditions)
    request.includesMissing = wish.includesMissing
    request.options = options
    request.deadline = deadline
    let choices = Locked<[Choice]>([])
    request.announce = { [console] choice in
      console.announce(choice)
      choices.withValue { $0.append(choice) }
    }
    let rows = try place.take(model.schema) { try write(request, rows: total, to: $0) }
    return (rows, choices.withValue { $0 })
  }

  private func write(_ request: SampleRequest, rows total: Int, to path: String) throws -> Int {
    let writer = try CSVWriter(path: path, schema: model.schema)
    var pace = Pace()
    var done = 0
    let clock = Stopwatch()
    _ = pace.rate(at: 0)
    let deliver = { (chunk: Table) throws in
      try interruption.check()
      try writer.append(chunk)
      done += chunk.rowCount
      let elapsed = clock.seconds
      let rate = pace.rate(at: done)
      console.progress(
        .init(
          phase: "sampling", share: Double(done) / Double(max(total, 1)), done: done, total: total, rate: rate,
          elapsed: elapsed, remaining: rate > 0 ? Double(total - done) / rate : nil))
    }
    defer { console.endPhase() }
    switch (wish.partial, model) {
    case (let partial?, let model as any CompletingModel): try model.complete(partial, request, deliver: deliver)
    case (_?, _): preconditionFailure("a model that completes no rows was asked to")
    case (nil, _): try model.sample(request, deliver: deliver)
    }
    try writer.finish()
    return done
  }
}
