import DownstreamModels
import Foundation
import Tensors
import Testing

@Suite("Extremely randomised trees")
struct ExtraTreesTests {
  /// Friedman's first function with categories, `[columns, rows]`, and what it gives.
  private func example(rows: Int, seed: UInt64) -> (cells: DenseCells, values: [Float], labels: [Int32]) {
    var random = RandomStream(seed: seed)
    let x = (0..<5).map { _ in random.uniforms(rows) }
    let c = (0..<rows).map { _ in Float(random.integer(below: 6)) }
    var values: [Float] = [], labels: [Int32] = []
    for row in 0..<rows {
      let smooth = 10 * sin(.pi * x[0][row] * x[1][row]) + 20 * (x[2][row] - 0.5) * (x[2][row] - 0.5) + 10 * x[3][row]
      values.append(smooth + 5 * x[4][row] + (c[row] == 2 || c[row] == 5 ? 8 : 0))
      labels.append(values[row] < 14 ? 0 : values[row] < 20 ? 1 : 2)
    }
    return (
      DenseCells(values: x.flatMap { $0 } + c, isCategory: [false, false, false, false, false, true], rows: rows),
      values, labels
    )
  }

  @Test("numbers: as good as scikit-learn's on Friedman's function")
  func numbers() {
    let (cells, values, _) = example(rows: 2000, seed: 1), gang = ThreadGang(threads: 2)
    let forest = ExtraTrees(trees: 100, leaf: 3).fit(
      cells, columns: Array(0..<6), rows: (0..<1500).map { $0 }, .numbers(values, outputs: 1),
      random: RandomStream(seed: 2), gang: gang)
    let found = forest.predict(cells, rows: (1500..<2000).map { $0 }, gang: gang)
    let truth = values[1500...], mean = truth.reduce(0, +) / 500
    let residual = zip(found, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let total = truth.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    // scikit-learn 1.9.1 on tables of the same make, the category as six columns: ExtraTreesRegressor(100,
    // min_samples_leaf=3) has an R² of .904 to .925 over ten seeds.
    #expect(1 - residual / total > 0.89)
  }

  @Test("classes: shares that add up to 1, and the right class mostly")
  func classes() {
    let (cells, _, labels) = example(rows: 2000, seed: 3), gang = ThreadGang(threads: 1)
    let forest = ExtraTrees(trees: 50, leaf: 2).fit(
      cells, columns: Array(0..<6), rows: (0..<1500).map { $0 }, .classes(labels, count: 3),
      random: RandomStream(seed: 2), gang: gang)
    let found = forest.predict(cells, rows: (1500..<2000).map { $0 }, gang: gang)
    var right = 0
    for row in 0..<500 {
      let shares = found[3 * row..<3 * row + 3]
      #expect(abs(shares.reduce(0, +) - 1) < 1e-4 && shares.allSatisfy { $0 >= 0 })
      if shares.firstIndex(of: shares.max()!)! - shares.startIndex == Int(labels[1500 + row]) { right += 1 }
    }
    #expect(right > 400)
  }

  @Test("a leaf of one row repeats what it learned; threads do not matter; columns left out are not looked at")
  func laws() {
    let (cells, values, _) = example(rows: 300, seed: 4), rows = (0..<Int32(300)).map { $0 }
    func forest(_ columns: [Int], threads: Int) -> FittedExtraTrees {
      ExtraTrees(trees: 8, leaf: 1).fit(
        cells, columns: columns, rows: rows, .numbers(values, outputs: 1), random: RandomStream(seed: 5),
        gang: ThreadGang(threads: threads))
    }
    let one = forest(Array(0..<6), threads: 1), two = forest(Array(0..<6), threads: 3)
    #expect(one.parts == two.parts)
    for (a, b) in zip(one.predict(cells, rows: rows, gang: ThreadGang(threads: 2)), values) {
      #expect(abs(a - b) < 1e-4)
    }
    #expect(forest([1, 4], threads: 1).parts.splits.allSatisfy { [-1, 4, 16].contains($0) })
  }

  @Test("medians are those of the rows in a row's leaves")
  func medians() throws {
    let gang = ThreadGang(threads: 2)
    var random = RandomStream(seed: 9)
    let x = (0..<4000).map { _ in Float(random.uniform()) }
    // Median 10 x, mean 10 x + .65 above it.
    let y = x.map { 10 * ($0 > 0.5 ? 1 : 0) + exp(Float(random.normal())) }
    let cells = DenseCells(values: x, isCategory: [false], rows: 4000), rows = (0..<Int32(4000)).map { $0 }
    func forest(trees: Int, leaf: Int) -> FittedExtraTrees {
      ExtraTrees(trees: trees, leaf: leaf, keptOutput: 0).fit(
        cells, columns: [0], rows: rows, .numbers(y, outputs: 1), random: RandomStream(seed: 1), gang: gang)
    }
    // One leaf: the median of all.
    let all = try #require(forest(trees: 1, leaf: 2001).medians(cells, rows: [0, 17], gang: gang))
    #expect(all == [y.sorted()[1999], y.sorted()[1999]])
    // Leaves of 50 in 40 trees: a standard error of about 1.25 / √50 at most, less in the mean over rows.
    let fine = forest(trees: 40, leaf: 50)
    let medians = try #require(fine.medians(cells, rows: rows, gang: gang))
    let means = fine.predict(cells, rows: rows, gang: gang)
    let far = rows.indices.filter { abs(x[$0] - 0.5) > 0.05 }
    func offset(_ values: [Float]) -> Double {
      far.reduce(0) { $0 + Double(values[$1] - 10 * (x[$1] > 0.5 ? 1 : 0)) } / Double(far.count)
    }
    #expect(abs(offset(medians) - 1) < 0.1)
    #expect(abs(offset(means) - exp(0.5)) < 0.1)
  }

  @Test("a forest is read back as it was, and damage is noticed")
  func parts() throws {
    let (cells, values, _) = example(rows: 200, seed: 6), gang = ThreadGang(threads: 1)
    let rows = (0..<Int32(200)).map { $0 }
    let forest = ExtraTrees(trees: 3, leaf: 5, keptOutput: 1).fit(
      cells, columns: Array(0..<6), rows: rows, .numbers(values.flatMap { [$0, -$0] }, outputs: 2),
      random: RandomStream(seed: 7), gang: gang)
    var parts = forest.parts
    let again = try #require(FittedExtraTrees(parts, outputs: 2, columns: 6))
    #expect(again.predict(cells, rows: rows, gang: gang) == forest.predict(cells, rows: rows, gang: gang))
    #expect(again.medians(cells, rows: rows, gang: gang) == forest.medians(cells, rows: rows, gang: gang))
    #expect(forest.withoutMembers.medians(cells, rows: rows, gang: gang) == nil)
    var torn = parts
    torn.memberEnds[0] = 0
    #expect(FittedExtraTrees(torn, outputs: 2, columns: 6) == nil)
    torn = parts
    torn.members.removeLast()
    #expect(FittedExtraTrees(torn, outputs: 2, columns: 6) == nil)
    #expect(
      FittedExtraTrees(parts, outputs: 3, columns: 6) == nil && FittedExtraTrees(parts, outputs: 2, columns: 1) == nil)
    let split = parts.splits.firstIndex { $0 >= 0 }!
    parts.next[split] = 0
    #expect(FittedExtraTrees(parts, outputs: 2, columns: 6) == nil, "a child that leads back would never end")
  }
}
