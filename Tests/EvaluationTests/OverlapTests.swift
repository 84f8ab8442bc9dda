import DownstreamModels
import Tables
import Tensors
import Testing

@testable import Evaluation

/// Overlaps of tables drawn from one population, whose truth is known.
@Suite struct OverlapTests {
  private let real = Population.rows(1_000, stream: 1), other = Population.rows(900, stream: 5)
  private let unseen = Population.rows(400, stream: 9)

  private func overlaps(_ synthetic: Features, holdout: Features?) -> OverlapDetails {
    TableOverlaps(
      comparison: Population.comparison(synthetic, real: real, holdout: holdout), random: RandomStream(seed: 1),
      threads: 2
    ).measure()
  }

  /// Rows whose numbers are a little off.
  private func near(_ rows: Features, _ deviation: Double, seed: UInt64 = 3) -> Features {
    var random = RandomStream(seed: seed)
    var copy = rows
    for column in 0..<2 {
      guard case .numbers(let numbers) = rows.columns[column] else { continue }
      copy.columns[column] = .numbers(numbers.map { $0 + deviation * Double(random.normal()) })
    }
    return copy
  }

  @Test func samplesOfOnePopulationShareNothingBeyondChance() {
    let found = overlaps(other, holdout: unseen)
    #expect(found.fault == nil && found.allButOneColumn == nil && found.repeats.areNatural)
    #expect(found.syntheticInReal.share <= found.syntheticInReal.byChance + 0.01)
    let near = found.syntheticInReal.near!
    #expect(abs(near.auc - 0.5) < 0.05 && abs(near.close - near.closeByChance) < 0.05, "\(near)")
  }

  @Test func copiesAreCounted() {
    let half = real.rows(Array(0..<450)).appending(other.rows(Array(0..<450)))
    let found = overlaps(half, holdout: nil)
    #expect(found.syntheticInReal.rows >= 450 && found.syntheticInReal.byChance < 0.01)
    #expect(found.holdoutInReal == nil && found.syntheticInHoldout == nil && found.fault == nil)
  }

  @Test(arguments: [0.001, 0.01, 0.03]) func nearCopiesAreFoundWithoutAHoldOut(_ deviation: Double) {
    let found = overlaps(near(real, deviation), holdout: nil).syntheticInReal.near!
    #expect(found.interval.low > 0.65, "\(found)")
  }

  @Test func copiesButForOneColumnAreFound() throws {
    var random = RandomStream(seed: 8)
    var copy = real
    copy.columns[0] = .numbers((0..<real.rowCount).map { _ in Double(random.normal()) })
    let found = try #require(overlaps(copy, holdout: unseen).allButOneColumn)
    #expect(found.column == "x" && found.share > 0.9 && found.byChance < 0.2, "\(found)")
  }

  @Test func repeatedRealRowsExplainNoCopies() {
    let doubled = real.appending(real)
    func overlaps(_ synthetic: Features, _ holdout: Features?) -> OverlapDetails {
      TableOverlaps(
        comparison: Population.comparison(synthetic, real: doubled, holdout: holdout), random: RandomStream(seed: 1),
        threads: 2
      ).measure()
    }
    let copy = overlaps(real, nil)
    #expect(!copy.repeats.areNatural && copy.repeats.real == 1_000)
    #expect(copy.syntheticInReal.share == 1 && copy.syntheticInReal.byChance < 0.1)
    #expect(overlaps(other, real.rows(Array(0..<400))).fault == .learned)
    #expect(overlaps(other, unseen).fault == nil)
  }

  @Test func aHoldOutThatWasLearnedIsFound() {
    #expect(overlaps(other, holdout: real.rows(Array(0..<400))).fault == .learned)
    let part = unseen.rows(Array(0..<280)).appending(real.rows(Array(0..<120)))
    #expect(overlaps(other, holdout: part).fault == .learned)
    #expect(overlaps(other, holdout: near(real.rows(Array(0..<400)), 0.01)).fault == .learned)
  }

  @Test func aHoldOutThatHoldsTheSyntheticRowsIsFound() {
    #expect(overlaps(unseen, holdout: unseen).fault == .synthetic)
    #expect(overlaps(near(unseen, 0.01), holdout: unseen).fault == .synthetic)
    #expect(overlaps(unseen.rows(Array(0..<100)).appending(other), holdout: unseen).fault == .synthetic)
  }

  @Test func tablesOfFewValuesRepeatByNature() {
    func coins(_ rows: Int, _ seed: UInt64) -> Features {
      var random = RandomStream(seed: seed)
      return Features(
        names: ["a", "b", "c", "d"],
        columns: (0..<4).map { _ in
          .categories(codes: (0..<rows).map { _ in Int32(random.integer(below: 5)) }, levels: 5)
        },
        rowCount: rows)
    }
    let columns = ["a", "b", "c", "d"].map { Comparison.Column(name: $0, levels: ["1", "2", "3", "4", "5"]) }
    let found = TableOverlaps(
      comparison: Comparison(columns: columns, real: coins(600, 1), synthetic: coins(600, 2), holdout: coins(300, 3)),
      random: RandomStream(seed: 1), threads: 1
    ).measure()
    #expect(found.repeats.areNatural && found.repeats.real > 100 && found.fault == nil)
    #expect(abs(found.syntheticInReal.share - found.syntheticInReal.byChance) < 0.1, "\(found.syntheticInReal)")
  }

  @Test func rowsThatWereCopiedDoNotRepeatByNature() {
    let over = real.appending(real.rows((0..<300).map { $0 % 40 }))
    let repeats = RepeatedRows(over, Population.columns)
    #expect(!repeats.areNatural && repeats.repeats >= 300)
    // One row that is a third of the table is frequent by nature.
    let frequent = real.appending(real.rows([Int](repeating: 7, count: 500)))
    #expect(RepeatedRows(frequent, Population.columns).areNatural)
    // Four such rows are a class that was over-sampled.
    let heavy = real.rows(Array(0..<500)).appending(real.rows((0..<500).map { $0 % 4 }))
    #expect(!RepeatedRows(heavy, Population.columns).areNatural)
  }

  @Test func twinsAreLeftOutOfAHoldOut() throws {
    var comparison = Population.comparison(
      other, real: real.appending(real.rows((0..<300).map { $0 % 40 })), holdout: unseen)
    comparison.holdout = unseen.appending(real.rows(Array(0..<5)))
    let prepared = ComparisonTables.Prepared(comparison: comparison, target: nil, task: .classification, leftOut: [:])
    let result = try Evaluator(seed: 1, threads: 2).evaluate([prepared], subject: .init(holdout: "held.csv"))
    #expect(result.subject.holdoutRows == 405 && result.overlaps.fault == nil)
    #expect(
      result.notes.contains { $0.contains("of the 405 held-out rows equal a real one and were left out") },
      "\(result.notes)")
  }

  @Test func withAHoldOutThatWasLearnedNoFigureUsesIt() throws {
    let comparison = Population.comparison(other, real: real, holdout: real.rows(Array(0..<400)))
    let prepared = ComparisonTables.Prepared(comparison: comparison, target: 4, task: .classification, leftOut: [:])
    let result = try Evaluator(seed: 1, threads: 2).evaluate([prepared], subject: .init(holdout: "held.csv"))
    for id in [FigureID.distanceShare, .membershipAUC, .utilitySynthetic, .utilityReal] {
      #expect(result.figures[id]?.value == nil && result.figures[id]?.why?.contains("held-out rows stand in") == true)
    }
    #expect(result.verdict.alike.light == .green && result.verdict.safe.light == .unknown)
    #expect(result.verdict.useful.light == .unknown && result.subject.holdoutRows == 400)
  }

  @Test func oneBadSamplingAmongGoodOnesIsFound() throws {
    func judged(_ samplings: [Features]) throws -> EvaluationResult {
      let prepared = samplings.map {
        ComparisonTables.Prepared(
          comparison: Population.comparison($0, real: real, holdout: unseen), target: nil, task: .classification,
          leftOut: [:])
      }
      return try Evaluator(seed: 1, threads: 2).evaluate(prepared, subject: .init(holdout: "held.csv"))
    }
    let third = Population.rows(900, stream: 6)
    let good = try judged([other, third])
    #expect(good.verdict.alike.light == .green && good.verdict.safe.light != .red, "\(good.verdict)")

    let copied = try judged([other, third, real])
    #expect(copied.overlaps.syntheticInReal.share == 1 && copied.verdict.safe.light == .red, "\(copied.verdict)")

    guard case .categories(let kinds, _) = third.columns[3] else { Issue.record("kind is a category"); return }
    let lacking = try judged([other, third.rows(kinds.indices.filter { kinds[$0] != 1 })])
    #expect(lacking.losses.contains { $0.what == "kind 'b'" }, "\(lacking.losses)")
    #expect(lacking.verdict.alike.light != .green && lacking.verdict.alike.sentence.contains("kind 'b'"))
  }

  @Test func rowsOfAGroupBelongTogether() {
    let table = Table(columns: [
      Column(name: "x", values: .numbers([1, 1, 2, 3, 4, 5])),
      Column(name: "who", values: .texts(["a", "b", "a", nil, nil, "b"])),
    ])
    let schema = Schema(columns: [
      ColumnSchema(name: "x", kind: .integer),
      ColumnSchema(name: "who", kind: .identifier(pattern: .sequence(last: 9, step: 1))),
    ])
    #expect(RowTwins(table, schema: schema, group: "who").groups == [0, 1, 0, 2, 3, 1])
    #expect(RowTwins(table, schema: schema).groups == [0, 1, 2, 3, 4, 5])
  }
}
