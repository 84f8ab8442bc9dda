import DownstreamModels
import Tensors
import Testing

@testable import Evaluation

/// Neighbourhoods and relations that are lost.
@Suite struct ClusterTests {
  private static let width = 4
  private let columns = (0..<width).map { Comparison.Column(name: "x\($0)") }

  /// Independent normal numbers.
  private func cloud(_ rows: Int, seed: UInt64) -> [[Double]] {
    var random = RandomStream(seed: seed)
    return (0..<rows).map { _ in (0..<Self.width).map { _ in Double(random.normal()) } }
  }

  private func features(_ rows: [[Double]]) -> Features {
    Features(
      names: columns.map(\.name), columns: columns.indices.map { column in .numbers(rows.map { $0[column] }) },
      rowCount: rows.count)
  }

  private func comparison(_ real: [[Double]], _ synthetic: [[Double]]) -> Comparison {
    Comparison(columns: columns, real: features(real), synthetic: features(synthetic), holdout: nil)
  }

  /// Without the 15 % that lie nearest to a place off the centre, over all numbers.
  private func holed(_ rows: [[Double]]) -> [[Double]] {
    let order = rows.sorted { distance($0) < distance($1) }
    return Array(order.dropFirst(Int(0.15 * Double(rows.count))))
  }

  private func distance(_ row: [Double]) -> Double { row.reduce(0) { $0 + ($1 - 0.8) * ($1 - 0.8) } }

  @Test(arguments: [(300, 200), (700, 500), (9_000, 2_000)]) func aLostNeighbourhoodIsFound(_ n: Int, _ m: Int) throws {
    let found = LostClusters(comparison(cloud(n, seed: 1), holed(cloud(m, seed: 2)))).find()
    let loss = try #require(found)
    #expect(loss.kind == .region && loss.real >= 0.025 && loss.synthetic < loss.real / 4 && !loss.columns.isEmpty)
  }

  @Test func samplesOfOnePopulationLackNoNeighbourhood() {
    let alarms = (0..<60).count { seed in
      let real = cloud(200 + 5 * seed, seed: UInt64(2 * seed + 1))
      return LostClusters(comparison(real, cloud(180, seed: UInt64(2 * seed + 2)))).find() != nil
    }
    #expect(alarms <= 1)
  }

  @Test func extremeAndMissingNumbersAreNoNeighbourhood() {
    var real = cloud(300, seed: 1), other = cloud(200, seed: 2)
    real[0][0] = .greatestFiniteMagnitude
    real[1][0] = -.greatestFiniteMagnitude
    for row in 0..<100 { (real[row][1], other[row][1]) = (.nan, .nan) }
    other[3][2] = -.greatestFiniteMagnitude
    #expect((LostClusters(comparison(real, other)).find()?.mass ?? 0) < 1)
  }

  @Test func aWeakRelationThatIsLostIsFound() throws {
    func bound(_ seed: UInt64, isLost: Bool) -> [[Double]] {
      cloud(1_500, seed: seed).map { row in
        var row = row
        if !isLost { row[1] = 0.3 * row[0] + row[1] }
        row[2] = (row[0] + 2 * row[2]).rounded()
        return row
      }
    }
    #expect(LostBonds.find(comparison(bound(1, isLost: false), bound(2, isLost: false))) == nil)
    let bond = try #require(LostBonds.find(comparison(bound(1, isLost: false), bound(2, isLost: true))))
    #expect(bond.first == "x0" && bond.second == "x1" && bond.real > 0.2 && bond.synthetic < 0.1, "\(bond)")
  }

  @Test func whereFewRowsHaveBothNumbersTheirCorrelationSaysLittle() throws {
    /// The last two numbers are bound, and hardly ever there together.
    func sparse(_ seed: UInt64, together: Int, sign: Double) -> [[Double]] {
      cloud(1_200, seed: seed).enumerated().map { row, values in
        let x = row < 400 ? values[2] : .nan
        let y = row < together ? sign * values[2] + 0.3 * values[3] : row < 400 ? .nan : values[3]
        return [values[0], values[1], x, y]
      }
    }
    func worst(_ made: [[Double]]) throws -> VerdictRules.WorstPair? {
      let own = comparison(sparse(1, together: 60, sign: 1), made)
      let sampling = try #require(SamplingError.measure(own, random: RandomStream(seed: 3)))
      return Fidelity(own, sampling: sampling).worstPair
    }
    for together in [2, 5, 11] {
      let made = sparse(2, together: together, sign: 0)
      #expect(LostBonds.find(comparison(sparse(1, together: 60, sign: 1), made)) == nil)
      if let pair = try worst(made), pair.first == "x2" { #expect(pair.error < 0.1 + 3 * pair.sampling, "\(pair)") }
    }
    let opposite = try #require(try worst(sparse(2, together: 60, sign: -1)))
    #expect(opposite.first == "x2" && opposite.error > 0.25 + 4 * opposite.sampling, "\(opposite)")
  }

  /// Weak in many rows, or less so in few.
  @Test(arguments: [(3_000, 0.1), (600, 0.15)])
  func aWeakRelationOfCategoriesThatIsLostIsFound(_ rows: Int, _ slope: Double) throws {
    func table(_ seed: UInt64, isLost: Bool) -> Features {
      var random = RandomStream(seed: seed)
      var a: [Int32] = [], b: [Int32] = []
      for _ in 0..<rows {
        let level = Int32(random.integer(below: 4))
        a.append(level)
        b.append(Double(random.uniform()) < (0.15 + slope * (isLost ? 1.5 : Double(level))) ? 1 : 0)
      }
      return Features(
        names: ["a", "b"], columns: [.categories(codes: a, levels: 4), .categories(codes: b, levels: 2)],
        rowCount: rows)
    }
    func bond(isLost: Bool) -> VerdictRules.LostBond? {
      LostBonds.find(
        Comparison(
          columns: [.init(name: "a", levels: ["1", "2", "3", "4"]), .init(name: "b", levels: ["no", "yes"])],
          real: table(1, isLost: false), synthetic: table(2, isLost: isLost), holdout: nil))
    }
    #expect(bond(isLost: false) == nil)
    #expect(try #require(bond(isLost: true)).real > 0.15)
  }

  @Test func theErrorOfAnAssociationIsThatOfSamples() throws {
    let samples = 500
    let found = try (0..<samples).map { seed in
      var random = RandomStream(seed: UInt64(seed))
      let a = (0..<500).map { _ in Int32(random.integer(below: 4)) }
      let b = a.map { level in Int32(random.uniform() < 0.1 + 0.2 * Float(level) ? random.integer(below: 2) : 2) }
      func cells(_ codes: [Int32], _ levels: Int) -> PairTrends.Cells {
        .init(.categories(codes: codes, levels: levels), isNumeric: false)
      }
      return try #require(PairTrends.Contingency(cells(a, 4), cells(b, 3)).association)
    }
    let mean = found.reduce(0) { $0 + $1.excess } / Double(samples)
    let variance = found.reduce(0) { $0 + ($1.excess - mean) * ($1.excess - mean) } / Double(samples - 1)
    let error = found.reduce(0) { $0 + $1.error } / Double(samples)
    // A deviation of 500 samples is known to 3.2 %; terms of higher order are left out.
    #expect(abs(error / variance.squareRoot() - 1) < 0.12, "\(error), \(variance.squareRoot())")
  }

  @Test func fewRowsInASparseCellAreNoRelation() throws {
    /// Twenty levels by chance; of one with 24 rows a third has a rare level of the other column.
    func table(_ seed: UInt64, odd: Int) -> Features {
      var random = RandomStream(seed: seed)
      var a: [Int32] = [], b: [Int32] = []
      for row in 0..<1_300 {
        a.append(row < 24 ? 0 : Int32(1 + random.integer(below: 12)))
        b.append(row < odd ? 0 : random.integer(below: 30) == 0 ? 0 : Int32(1 + random.integer(below: 4)))
      }
      return Features(
        names: ["a", "b"], columns: [.categories(codes: a, levels: 13), .categories(codes: b, levels: 5)],
        rowCount: 1_300)
    }
    let found = LostBonds.find(
      Comparison(
        columns: [
          .init(name: "a", levels: (0..<13).map { "\($0)" }), .init(name: "b", levels: (0..<5).map { "\($0)" }),
        ], real: table(1, odd: 9), synthetic: table(2, odd: 1), holdout: nil))
    #expect(found == nil, "\(found!)")
  }

  @Test func anEmptiedColumnHidesNoCopies() throws {
    let real = cloud(400, seed: 1)
    let emptied = real.map { [$0[0], $0[1], .nan, .nan] }
    let tables = ComparisonTables.Prepared(
      comparison: comparison(real, emptied), target: nil, task: .classification, leftOut: [:])
    let result = try Evaluator(seed: 1, threads: 2).evaluate([tables], subject: .init())
    #expect(result.figures[.copies]?.value == 1 && result.overlaps.syntheticInReal.share == 1)
    #expect(result.verdict.safe.light == .red && result.verdict.alike.light == .red)
    #expect(result.figures[.alphaPrecision]?.value == 0 && result.figures[.betaRecall]?.value == 0)
  }
}
