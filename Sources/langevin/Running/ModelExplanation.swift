import DiffusionCore
import Evaluation
import Foundation
import Reports
import Tables
import Tensors

/// What a model learned, as a page tells it: with rows that it makes, since its own are not in the file.
struct ModelExplanation {
  let model: any FittedSynthesizer
  let method: MethodDescriptor
  let seed: UInt64
  let threads: Int
  /// When the page should be done; nil: whenever it is.
  private let deadline: Deadline?
  private let announce: @Sendable (Choice) -> Void
  private let view: TableView

  /// Rows that stand for the table, and rows drawn for one guess.
  private static let rows = 1000, draws = 400

  /// - Parameters:
  ///   - columns: those to show; empty for a choice.
  ///   - announce: told what was chosen because time was short.
  init(
    model: any FittedSynthesizer, method: MethodDescriptor, columns: [String], seed: UInt64, threads: Int,
    deadline: Deadline? = nil, announce: @escaping @Sendable (Choice) -> Void = { _ in }
  ) throws {
    self.model = model
    self.method = method
    self.seed = seed
    self.threads = threads
    self.deadline = deadline
    self.announce = announce
    var request = SampleRequest(rows: Self.rows, seed: seed, threads: threads)
    request.deadline = deadline.map { Deadline(seconds: 0.4 * $0.remaining) }
    request.announce = announce
    let made = try model.sampled(request)
    view = TableView(table: made, schema: model.schema, columns: columns, seed: seed)
  }

  func explanation(of file: String) throws -> Explanation {
    let report = model.report
    return Explanation(
      subject: .init(
        file: file, version: Langevin.configuration.version, rows: report.trainingRows + report.heldOutRows,
        columns: model.schema.columns.count, method: method.id, summary: method.summary, seed: seed),
      hiding: view.hiding, blurring: view.blurring, schedule: TableView.schedule, guesses: try guesses(),
      learned: (report.training.byColumn ?? []).map { .init(name: $0.column, gain: $0.initial - $0.heldOut) },
      training: TrainingDetails(report))
  }

  /// What the model draws for cells of one row while it sees more of it; nothing from a method that cannot fill rows.
  private func guesses() throws -> [Explanation.Guess] {
    guard let model = model as? any CompletingModel else { return [] }
    return try guessed.compactMap { column in
      guard deadline?.isShort(of: 0.3) != true else {
        announce(
          Choice(
            "guesses", "without \(view.table.columns[column].name)", because: "there is no time left",
            flag: "--budget"))
        return nil
      }
      return try guess(column, model)
    }
  }

  /// Of the columns shown the number and the category of which most was learned.
  private var guessed: [Int] {
    var gains: [String: Double] = [:]
    for column in model.report.training.byColumn ?? [] { gains[column.column] = column.initial - column.heldOut }
    func best(_ isNumber: Bool) -> Int? {
      view.columns.filter { column in
        if case .numbers = view.table.columns[column].values { isNumber } else { !isNumber }
      }.max { gains[view.table.columns[$0].name] ?? 0 < gains[view.table.columns[$1].name] ?? 0 }
    }
    return [best(true), best(false)].compactMap(\.self)
  }

  private func guess(_ column: Int, _ model: any CompletingModel) throws -> Explanation.Guess? {
    let modelled = view.table.columns.indices.filter { view.schema.columns[$0].isModelled }
    var others = modelled.filter { $0 != column }
    // A whole row says most.
    let isWhole = (0..<view.table.rowCount).filter { row in
      modelled.allSatisfy { !view.table.columns[$0].isMissing(row) }
    }
    guard let row = isWhole.first, !others.isEmpty else { return nil }
    var random = RandomStream(seed: seed).child(5).child(UInt64(column))
    others = random.permutation(others.count).map { others[$0] }
    let counts = Set([0, max(1, others.count / 3), max(1, others.count * 2 / 3), others.count]).sorted()
    let stages = try counts.compactMap { count -> Explanation.Guess.Stage? in
      let shown = others.prefix(count).sorted()
      return try view.distribution(column, of: draws(row, showing: shown, model)).map {
        Explanation.Guess.Stage(shown: shown.map { view.table.columns[$0].name }, values: $0)
      }
    }
    guard stages.count == counts.count else { return nil }
    return Explanation.Guess(column: view.table.columns[column].name, value: view.text(column, row), stages: stages)
  }

  /// Copies of a row of which only some cells are given, with the others drawn.
  private func draws(_ row: Int, showing shown: [Int], _ model: any CompletingModel) throws -> Table {
    var partial = view.table.rows(Array(repeating: row, count: Self.draws))
    for column in partial.columns.indices where !shown.contains(column) {
      partial.columns[column].values = partial.columns[column].values.keeping { _ in false }
    }
    var request = SampleRequest(rows: Self.draws, seed: seed, threads: threads)
    // A picture is four of these, and there are two.
    request.deadline = deadline.map { Deadline(seconds: 0.12 * $0.remaining) }
    return try model.completed(partial, request)
  }
}
