import ChainedImputation
import DiffusionCore
import DownstreamModels
import Foundation
import NeuralNetworks
import Tables
import Tensors

/// A table learned by ``TabularMasked`` or ``ChainedDiffusion`` to fill its gaps.
struct FittedMaskedImputer: FittedImputer {
  /// The method that learned it.
  let method: String
  let predictor: MaskedPredictor
  /// By column of the table; a column without one goes by the network alone.
  let refiners: [Int: CellRefiner]
  let blends: [Int: CellBlend]
  /// A chain over the columns of the cells; nil for none.
  let chain: FittedChain?

  var schema: Schema { predictor.model.schema }
  var series: SeriesLayout? { nil }
  var report: FitReport? { predictor.model.report }
  private var cells: CellCoding { predictor.cells }

  /// Rows that are worked on at once.
  private static let piece = 4096

  func impute(_ table: Table, _ request: ImputationRequest) throws -> Imputation {
    // Of all rows, so that errors name the table's own, also where nothing is missing.
    _ = try cells.cells(of: table)
    var filled = table
    var columns: [Int: FilledColumn] = [:]
    let incomplete = (0..<table.rowCount).filter { row in
      cells.modelled.contains { table.columns[$0].isMissing(row) }
    }
    let pass = predictor.model.makePass(request.threads, shard: 256)
    let evaluations = request.draws > 0 ? self.evaluations(table, incomplete, request) : 0
    for first in stride(from: 0, to: incomplete.count, by: Self.piece) {
      let rows = Array(incomplete[first..<min(first + Self.piece, incomplete.count)])
      let all = Double(incomplete.count)
      let part = try fill(
        table.rows(rows), request, evaluations: evaluations, first: first,
        span: Double(first) / all...Double(first + rows.count) / all, pass: pass)
      for (column, cells) in part { columns[column, default: FilledColumn()].append(cells, rows: rows) }
      guard request.shouldContinue(Double(first + rows.count) / Double(incomplete.count)) else {
        throw CancellationError()
      }
    }
    for (column, cells) in columns {
      filled.columns[column] = cells.filling(filled.columns[column], levels: levels(column))
    }
    let imputed = columns.keys.sorted().map { column in
      columns[column]!.imputed(column, of: filled.columns[column], levels: levels(column))
    }
    var result = Imputation(filled: filled, columns: imputed)
    if !cells.dependencies.isEmpty { result.adjust { cells.dependencies.enforce(on: &$0, given: table) } }
    return result
  }

  /// Evaluations of the network a draw: no more than the row with the most gaps has unknown slots.
  private func evaluations(_ table: Table, _ incomplete: [Int], _ request: ImputationRequest) -> Int {
    let usual =
      request.options?.integer("evaluations", automatic: FittedTabularMasked.evaluations)
      ?? FittedTabularMasked.evaluations
    guard request.effort < 1 else { return usual }
    let slots = predictor.model.objective.layout.slotsOfColumn
    let most = incomplete.reduce(0) { most, row in
      max(most, cells.modelled.reduce(0) { $0 + (table.columns[$1].isMissing(row) ? slots[$1].count : 0) })
    }
    return request.affordable(draws: nil, evaluations: min(usual, max(most, 1))).evaluations
  }

  private func levels(_ column: Int) -> [String] {
    if case .levels(let levels) = cells.forms[column] { levels } else { [] }
  }

  /// Fills some rows, all of which lack something.
  private func fill(
    _ table: Table, _ request: ImputationRequest, evaluations: Int, first: Int, span: ClosedRange<Double>,
    pass: ShardedPass
  ) throws -> [Int: FilledColumn] {
    let data = try predictor.rows(of: table, random: RandomStream(seed: request.seed, stream: UInt64(first)).child(2))
    let all = Array(0..<table.rowCount), gaps = predictor.gaps(data.matrix, rows: all)
    let marginals = try predictor.marginals(data.start, rows: all, wanted: gaps, pass: pass)
    var chained = data.matrix
    try chain?.fill(&chained, gang: pass.gang)
    var result: [Int: FilledColumn] = [:]
    for (cell, column) in cells.modelled.enumerated() {
      guard let rows = gaps[column], let network = marginals[column] else {
        // The same everywhere.
        let rows = data.matrix.missing[cell].map { Int($0) }
        if !rows.isEmpty { result[column] = constant(cell, rows: rows, request) }
        continue
      }
      let refined = refiners[column].map { refiner in
        predictor.refined(
          refiner,
          predictor.view(of: column, data.matrix, rows: all, marginals: marginals, gaps: gaps, places: rows),
          gang: pass.gang)
      }
      result[column] = FilledColumn(
        rows: rows,
        CellCandidates(
          network,
          [refined, chain.flatMap { predictor.chained($0, column: cell, chained, rows: rows, gang: pass.gang) }]
            .compactMap { $0 }), blend: blends[column], request, place: place(column))
    }
    if request.draws > 0 {
      try draw(data.start, gaps, request, evaluations: evaluations, first: first, span: span, into: &result)
    }
    return result
  }

  private func constant(_ cell: Int, rows: [Int], _ request: ImputationRequest) -> FilledColumn {
    let value: Double =
      if case .number(let mean, _, _, _) = cells.forms[cells.modelled[cell]] { mean } else { 0 }
    return FilledColumn(rows: rows, value: value, isNumber: data(cell), request)
  }

  private func data(_ cell: Int) -> Bool { cells.classes(cell) == 0 }

  /// Puts a number on the column's grid and into its range.
  private func place(_ column: Int) -> @Sendable (Double) -> Double {
    guard case .number(_, _, let rounding, let range) = cells.forms[column] else { return { $0 } }
    return { CellCoding.place($0, rounding: rounding, range: range) }
  }

  /// Draws whole rows, and moves each draw to where the blend has it.
  private func draw(
    _ start: MaskedSampler.Rows, _ gaps: [Int: [Int]], _ request: ImputationRequest, evaluations: Int, first: Int,
    span: ClosedRange<Double>, into result: inout [Int: FilledColumn]
  ) throws {
    let model = predictor.model, coding = model.contents.coding, width = coding.columns.count
    let layout = model.objective.layout, slots = layout.slots.count
    var sampler = try MaskedSampler(
      model.objective, plan: ConditionPlan([], coding: coding, layout: layout))
    sampler.evaluations = evaluations
    let pass = model.makePass(request.threads)
    let shardCount = (start.count + FittedTabularMasked.shard - 1) / FittedTabularMasked.shard
    let progress = WorkProgress(
      of: request.draws * shardCount, from: span.lowerBound, to: span.upperBound, shouldContinue: request.shouldContinue
    )
    for draw in 0..<request.draws {
      let shards = pass.map(rows: start.count) { [sampler] tape, range in
        Result {
          guard progress.advance() else { throw CancellationError() }
          return try sampler.sample(
            start.selecting(Array(range)),
            random: RandomStream(seed: request.seed, stream: UInt64(first + range.lowerBound))
              .child(UInt64(100 + draw)), on: tape)
        }
      }
      let rows = try shards.map { try $0.get() }
      let size = rows.first?.count ?? 1
      for (column, own) in gaps {
        let slot = layout.slotsOfColumn[column]
        let values = own.map { row -> Double in
          let shard = rows[row / size], inside = row % size
          switch coding.columns[column].content {
          case .levels: return Double(shard.codes[inside * slots + slot[0]])
          case .groupedLevels(let levels, let group):
            let code = Int(shard.codes[inside * slots + slot[0]]) * group + Int(shard.codes[inside * slots + slot[1]])
            return Double(min(code, levels.count - 1))
          default: return shard.numbers[inside * width + column]
          }
        }
        result[column]!.add(
          draw: values,
          random: RandomStream(seed: request.seed, stream: UInt64(first)).child(UInt64(draw * width + column)),
          place: place(column))
      }
    }
    for column in result.keys where gaps[column] == nil {
      result[column]!.draws = Array(repeating: result[column]!.points, count: request.draws)
    }
  }
}
