import DiffusionCore
import Foundation
import Tables
import Tensors

/// Draws rows of classes from a model that learned all of them, and counts what is left out.
struct ClassDraws {
  /// The most rounds: each draws again for what was left out of the one before.
  static let mostRounds = 8

  let classes: ClassCounts
  let model: any CompletingModel
  let options: OptionValues
  let filter: DrawFilter
  let beginnings: PartialRows
  /// The greatest share of a real row that a new one begins with.
  let mostKept: Double
  let rounds: Int
  let run: TrainingRun
  private var drawn: [DrawFilter.Judgement: Int] = [:]
  /// Rows that were taken although they had been left out.
  private var takenBack = 0

  init(
    classes: ClassCounts, model: any CompletingModel, options: OptionValues, filter: DrawFilter,
    beginnings: PartialRows, mostKept: Double, rounds: Int = mostRounds, run: TrainingRun
  ) {
    self.classes = classes
    self.model = model
    self.options = options
    self.filter = filter
    self.beginnings = beginnings
    self.mostKept = mostKept
    self.rounds = rounds
    self.run = run
  }

  /// Rows of one class, in the order in which they were drawn.
  mutating func rows(_ count: Int, of place: Int) throws -> Table {
    let random = RandomStream(seed: run.seed).child(UInt64(place))
    var kept: [Table] = [], left: [DrawFilter.Judgement: [Table]] = [:]
    let spacing = filter.spacing(of: place)
    var keptCount = 0, drawnCount = 0
    for round in 0..<rounds where keptCount < count {
      // As many as should suffice by what was kept so far.
      let share = drawnCount == 0 ? 0.8 : max(Double(keptCount) / Double(drawnCount), 0.1)
      let wished = Int((Double(count - keptCount) / share * 1.05).rounded(.up)) + 8
      let made = try draw(wished, of: place, random.child(UInt64(round)))
      let judgements = try filter.judge(made.rows, bases: made.bases, place: place, spacing: spacing)
      for judgement in DrawFilter.Judgement.allCases {
        let rows = made.rows.rows(judgements.indices.filter { judgements[$0] == judgement })
        guard rows.rowCount > 0 else { continue }
        if judgement == .kept { kept.append(rows) } else { left[judgement, default: []].append(rows) }
        drawn[judgement, default: 0] += rows.rowCount
      }
      keptCount += judgements.count { $0 == .kept }
      drawnCount += wished
    }
    for judgement in [DrawFilter.Judgement.beyondBorder, .tooClose, .copy] {
      for rows in left[judgement] ?? [] where keptCount < count {
        let taken = min(rows.rowCount, count - keptCount)
        kept.append(rows.rows(0..<taken))
        takenBack += taken
        keptCount += taken
      }
    }
    return try Table.concatenated(kept).rows(0..<count)
  }

  /// Rows as the model makes them, and the rows of the table where they begin.
  func draw(
    _ count: Int, of place: Int, _ random: RandomStream
  ) throws -> (rows: Table, bases: [Int]?) {
    var random = random
    let request = SampleRequest(
      rows: count, seed: random.next(), threads: run.threads, conditions: [condition(on: place)], options: options)
    func check() throws {
      guard run.shouldContinue(TrainingProgress(step: 0, share: 0, loss: 0, elapsed: 0)) else {
        throw CancellationError()
      }
    }
    guard mostKept > 0 else { return (try model.sampled(request, check: check), nil) }
    let (begun, bases) = beginnings.begin(count, from: classes.rows(of: place), keepingAtMost: mostKept, &random)
    return (beginnings.end(try model.completed(begun, request, check: check), bases: bases), bases)
  }

  private func condition(on place: Int) -> CellCondition {
    switch model.schema[classes.target]?.kind {
    case .integer, .decimal:
      CellCondition(column: classes.target, .range(classes.values[place]...classes.values[place]))
    default: CellCondition(column: classes.target, .levels([classes.labels[place]]))
    }
  }

  /// Says what became of the rows that were drawn.
  func announce() {
    let parts = [
      (drawn[.copy], "copies"), (drawn[.tooClose], "too close to a row of the file"),
      (drawn[.beyondBorder], "beyond the border"),
    ].compactMap { count, what in count.map { "\($0) \(what)" } }
    guard !parts.isEmpty else { return }
    let total = drawn.values.reduce(0, +)
    var value = "left out \(parts.joined(separator: ", ")) of \(total) drawn"
    if takenBack > 0 { value += ", and took \(takenBack) of them back" }
    run.announce(
      Choice(
        "filter", value,
        because: takenBack > 0 ? "too few others came" : "they would teach a model nothing, or the wrong class",
        flag: "--set closeness=, --set border="))
  }
}
