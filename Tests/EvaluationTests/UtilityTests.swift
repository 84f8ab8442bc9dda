import DownstreamModels
import Tensors
import Testing

@testable import Evaluation

@Suite struct UtilityTests {
  private static let columns: [Comparison.Column] = [
    .init(name: "a"), .init(name: "b"), .init(name: "noise"), .init(name: "c", levels: ["x", "y", "z"]),
    .init(name: "class", levels: ["no", "yes", "(missing)", "perhaps"], missingLevel: 2), .init(name: "number"),
  ]

  /// Rows whose last two columns follow from the first ones; `strength` 0: from nothing.
  private static func table(rows: Int, seed: UInt64, strength: Double = 1, classes: Int = 2) -> Features {
    var random = RandomStream(seed: seed)
    var cells = [[Double]](repeating: [], count: 4)
    var codes: [Int32] = []
    var labels: [Int32] = []
    for _ in 0..<rows {
      let row = (0..<3).map { _ in Double(random.normal()) }
      let code = Int32(random.integer(below: 3))
      let number = strength * (2 * row[0] - row[1] + Double(code)) + 0.7 * Double(random.normal())
      for (column, value) in (row + [number]).enumerated() { cells[column].append(value) }
      codes.append(code)
      labels.append(number > 1 ? 1 : classes == 3 && number < -1.5 ? 3 : 0)
    }
    return Features(
      names: columns.map(\.name),
      columns: [
        .numbers(cells[0]), .numbers(cells[1]), .numbers(cells[2]), .categories(codes: codes, levels: 3),
        .categories(codes: labels, levels: 4), .numbers(cells[3]),
      ], rowCount: rows)
  }

  /// The comparison with one of the two targets only.
  private func comparison(_ target: String, classes: Int = 2, strength: Double = 1) -> (Comparison, target: Int) {
    let other = target == "class" ? 5 : 4
    var columns = Self.columns
    columns.remove(at: other)
    func side(_ rows: Int, _ seed: UInt64, _ strength: Double = 1) -> Features {
      Self.table(rows: rows, seed: seed, strength: strength, classes: classes).removing(column: other)
    }
    return (
      Comparison(columns: columns, real: side(500, 1), synthetic: side(400, 2, strength), holdout: side(300, 3)), 4
    )
  }

  @Test func goodSyntheticRowsAreAsGoodAsRealOnes() throws {
    let (comparison, target) = comparison("class")
    let utility = Utility.measure(comparison, target: target, seed: 0, threads: 2)
    let real = try #require(utility.figures[.utilityReal]?.value)
    let synthetic = try #require(utility.figures[.utilitySynthetic]?.value)
    #expect(real > 0.9 && abs(real - synthetic) < 0.05)
    #expect(utility.figures[.utilitySynthetic]?.floor == nil && utility.notes == [])
    let details = try #require(utility.details)
    #expect(details.classes == ["no", "yes"] && details.task == .classification)
    #expect(
      details.scores.map(\.arm) == [UtilityDetails.Arm](repeating: .real, count: 6)
        + .init(repeating: .synthetic, count: 6))
    for score in details.scores {
      #expect(score.metrics.count == 7 && score.metrics.values.allSatisfy { $0.value != nil }, "\(score.model)")
      #expect(try #require(score.metrics[.rocAUC]?.value) > 0.85, "\(score.model)")
    }
    #expect(details.calibration.map(\.arm) == [.real, .synthetic])
    #expect(details.features.map(\.name) == ["a", "b", "noise", "c"])
    #expect(abs(details.features.reduce(0) { $0 + $1.shapReal } - 1) < 1e-9)
    #expect(abs(details.features.reduce(0) { $0 + $1.gainSynthetic } - 1) < 1e-6)
    #expect(details.features[0].shapReal > details.features[2].shapReal)
    #expect(try #require(details.selection).canBeLeftOut.first == "noise")
  }

  @Test func numbersAndManyClasses() throws {
    let (numbers, target) = comparison("number")
    let utility = Utility.measure(numbers, target: target, seed: 0, threads: 2)
    #expect(try #require(utility.figures[.utilityReal]?.value) > 0.7)
    #expect(
      try #require(utility.details).scores.allSatisfy { $0.metrics[.rmse]?.value != nil && $0.metrics.count == 3 })
    let (classes, label) = comparison("class", classes: 3)
    let many = Utility.measure(classes, target: label, seed: 0, threads: 2)
    #expect(try #require(many.figures[.utilitySynthetic]?.value) > 0.85)
    #expect(try #require(many.details).classes == ["no", "yes", "perhaps"])
    #expect(try #require(many.details).calibration == [])
  }

  @Test func worthlessSyntheticRowsAreFoundOut() throws {
    let (comparison, target) = comparison("class", strength: 0)
    let utility = Utility.measure(comparison, target: target, seed: 0, threads: 2)
    #expect(try #require(utility.figures[.utilitySynthetic]?.value) < 0.65)
  }

  @Test func aSeedGivesTheSameOnAnyNumberOfThreads() {
    let (comparison, target) = comparison("class", classes: 3)
    let results = [1, 2, 3].map { Utility.measure(comparison, target: target, seed: 7, threads: $0) }
    #expect(results[0].details == results[1].details && results[0].figures == results[2].figures)
  }

  @Test func whatCannotBePredictedSaysWhy() throws {
    func why(_ change: (inout Comparison) -> Void) throws -> (String?, Utility) {
      var (comparison, target) = comparison("class")
      change(&comparison)
      let utility = Utility.measure(comparison, target: target, seed: 0, threads: 1)
      for (id, figure) in utility.figures { #expect((figure.value == nil) == (figure.why != nil), "\(id)") }
      return (utility.figures[.utilitySynthetic]?.why, utility)
    }
    func labels(_ features: inout Features, _ label: (Int) -> Int32) {
      features.columns[4] = .categories(codes: (0..<features.rowCount).map(label), levels: 4)
    }
    #expect(try why { $0.holdout = nil }.0 == "models are tested on held-out real rows, and there are none")
    #expect(
      try why { labels(&$0.real) { _ in 1 } }.0 == "class has one value in all real rows: there is nothing to predict")
    #expect(try why { if $0.holdout != nil { labels(&$0.holdout!) { _ in 0 } } }.0?.contains("held-out") == true)
    #expect(try why { labels(&$0.real) { _ in 2 } }.0 == "no real row has a value of class")
    let one = try why { labels(&$0.synthetic) { _ in 0 } }
    #expect(one.0 == "all rows to learn from have the same outcome")
    #expect(one.1.figures[.utilityReal]?.value != nil)
    #expect(one.1.notes.contains { $0.contains("no synthetic row has") })
    let many = try why { comparison in
      comparison.columns[4] = .init(name: "class", levels: (0..<60).map { "level \($0)" })
      comparison.synthetic.columns[4] = .categories(codes: (0..<400).map { Int32($0 % 60) }, levels: 60)
      for side in [\Comparison.real, \.holdout!] {
        guard case .categories(let codes, _) = comparison[keyPath: side].columns[4] else { return }
        comparison[keyPath: side].columns[4] = .categories(codes: codes, levels: 60)
      }
    }
    #expect(
      many.0 == "class has 60 classes, and models tell at most 50 apart: name another column to be predicted")
    let gaps = try why { labels(&$0.real) { $0 % 5 == 0 ? 2 : Int32($0 % 2) } }
    #expect(gaps.1.notes.first == "100 real rows without class were left out of its prediction.")
    // One row of a class, and hardly any rows.
    #expect(try why { labels(&$0.real) { $0 == 0 ? 3 : Int32($0 % 2) } }.1.details != nil)
    let few = try why { $0.real = $0.real.rows([0, 1, 2, 3, 4]) }
    #expect(few.1.figures[.utilitySynthetic]?.value != nil)
  }
}
