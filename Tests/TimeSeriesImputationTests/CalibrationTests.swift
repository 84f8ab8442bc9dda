import DiffusionCore
import Foundation
import Tables
import Tensors
import Testing

@testable import TimeSeriesImputation

@Suite("Calibration of series")
struct CalibrationTests {
  @Test("ridge solutions agree with numpy")
  func normalEquations() {
    // numpy 2: X = [[1, 2, 0], [1, 0, 1], [1, -1, 3], [1, 4, 2]], y = [1, 2, 0, 5], w = [1, 2, 1, .5];
    // np.linalg.solve(X.T @ np.diag(w) @ X + .7 * np.eye(3), X.T @ (w * y) + .7 * np.array([.1, .2, .3]))
    var sums = NormalEquations(3)
    for (x, y, w) in [([1.0, 2, 0], 1.0, 1.0), ([1, 0, 1], 2, 2), ([1, -1, 3], 0, 1), ([1, 4, 2], 5, 0.5)] {
      sums.add(x, y, weight: w)
    }
    let expected = Self.reference
    for (a, b) in zip(sums.solve(ridge: 0.7, around: [0.1, 0.2, 0.3]), expected) { #expect(abs(a - b) < 1e-12) }
  }

  private static let reference = [0.6602747202066164, 0.7174050957241833, 0.3307260279588408]

  @Test("about nine of ten truths lie in intervals of 90 %, and as many draws below them as above", arguments: 0..<3)
  func coverage(method: Int) throws {
    let methods: [any SeriesImputer] = [
      SeriesBaseline<LinearInterpolationModel>(), SeriesBaseline<MeanModel>(), SeriesBaseline<RidgeModel>(),
    ]
    let (table, truth, schema) = SampleSeries.hourly(steps: 5000, channels: 4, missing: 0.1)
    let made = try SampleSeries.impute(
      methods[method], table, schema, request: ImputationRequest(draws: 40, interval: 0.9))
    var inside = 0.0, count = 0.0, below = 0.0
    for column in made.columns {
      let real = truth.numbers(truth.columns[column.column].name)
      for (place, row) in column.rows.enumerated() {
        count += 1
        inside += column.lower[place] <= real[row] && real[row] <= column.upper[place] ? 1 : 0
        below += Double(column.draws.count { $0[place] < real[row] }) / 40
      }
    }
    // Errors within a gap go together, and most cells are in some 64 gaps of 5 to 30 steps: a deviation of about 2 %.
    #expect(abs(inside / count - 0.9) < 0.05)
    #expect(abs(below / count - 0.5) < 0.06)
  }

  @Test("intervals hold for each channel, whatever its tails")
  func channels() throws {
    var random = RandomStream(seed: 8)
    let rows = 12_000
    let normals = (0..<rows).map { _ in Double(random.normal()) },
      others = (0..<rows).map { _ in Double(random.normal()) }
    let isThere = (0..<2 * rows).map { _ in random.uniformDouble() > 0.3 }
    // As many errors beyond the same distance, but of the second channel much farther away.
    let truth = [normals, others.map { $0 * $0 * $0 / 2 }]
    let given = (0..<2).map { c in (0..<rows).map { isThere[c * rows + $0] ? truth[c][$0] : .nan } }
    let (table, schema) = SampleSeries.plain((0..<rows).map(Double.init), given)
    let made = try SampleSeries.impute(
      SeriesBaseline<MeanModel>(), table, schema, layout: SeriesLayout(time: "t"),
      request: ImputationRequest(draws: 20, interval: 0.9))
    for (channel, column) in made.columns.enumerated() {
      var inside = 0.0, drawn = 0.0
      for (place, row) in column.rows.enumerated() {
        let real = truth[channel][row]
        inside += column.lower[place] <= real && real <= column.upper[place] ? 1 : 0
        drawn +=
          Double(column.draws.count { column.lower[place] <= $0[place] && $0[place] <= column.upper[place] }) / 20
      }
      // Some 3,600 cells, calibrated on 840: a deviation of .005 and of .010.
      let count = Double(column.rows.count)
      #expect(abs(inside / count - 0.9) < 0.03, "channel \(channel)")
      #expect(abs(drawn / count - 0.9) < 0.03, "channel \(channel)")
    }
  }

  @Test("draws of channels go together as their errors do, and intervals hold where errors have grown")
  func commonErrorsAndPeriods() throws {
    var random = RandomStream(seed: 12)
    let rows = 12_000
    // Two channels and the opposite of what they have in common; three times as wild in the last quarter.
    let common = (0..<rows).map { _ in Double(random.normal()) }
    let truth = [0.9, 0.9, -0.9].map { loading in
      (0..<rows).map { row in
        (row < rows * 3 / 4 ? 1 : 3) * (loading * common[row] + (1 - 0.81).squareRoot() * Double(random.normal()))
      }
    }
    // Whole steps are missing, so that no channel tells another.
    let isThere = (0..<rows).map { _ in random.uniformDouble() > 0.3 }
    let given = truth.map { column in column.indices.map { isThere[$0] ? column[$0] : .nan } }
    let (table, schema) = SampleSeries.plain((0..<rows).map(Double.init), given)
    let made = try SampleSeries.impute(
      SeriesBaseline<MeanModel>(), table, schema, layout: SeriesLayout(time: "t"),
      request: ImputationRequest(draws: 10, interval: 0.9))
    func correlation(_ a: Int, _ b: Int) -> Double {
      var product = 0.0, squares = 0.0
      for (x, y) in zip(made.columns[a].draws, made.columns[b].draws) {
        for (u, v) in zip(x, y) {
          product += u * v
          squares += (u * u + v * v) / 2
        }
      }
      return product / squares
    }
    // The truth is .81. Loadings are drawn to 0, by a sixteenth here, and ranks within groups of sizes lose some more.
    #expect((0.6...0.85).contains(correlation(0, 1)))
    #expect((0.6...0.85).contains(-correlation(0, 2)))
    for column in made.columns {
      for (part, wanted) in [(false, 0.9), (true, 0.9)] {
        let places = column.rows.indices.filter { (column.rows[$0] >= rows * 3 / 4) == part }
        let held = places.count { place in
          let real = truth[column.column - 1][column.rows[place]]
          return column.lower[place] <= real && real <= column.upper[place]
        }
        // 900 cells or more, sizes learned from some 200: without periods .99 and .66.
        #expect(abs(Double(held) / Double(places.count) - wanted) < 0.05)
      }
    }
  }

  @Test("factor loadings are those that made the correlations")
  func loadings() {
    var random = RandomStream(seed: 4)
    let truth = [0.9, 0.5, -0.7, 0]
    var scores: [(entity: Int, step: Int, channel: Int, score: Double)] = []
    for step in 0..<5000 {
      let common = Double(random.normal())
      for (channel, loading) in truth.enumerated() {
        let own = (1 - loading * loading).squareRoot() * Double(random.normal())
        scores.append((step % 3, step, channel, loading * common + own))
      }
    }
    let found = CommonFactor.loadings(scores, channels: 5)
    let sign = found[0] < 0 ? -1.0 : 1
    // A standard error of about .02.
    for (a, b) in zip(found, truth + [0]) { #expect(abs(sign * a - b) < 0.06) }
    #expect(CommonFactor.loadings([], channels: 2) == [0, 0])
  }

  @Test("draws of neighbouring steps go together")
  func draws() throws {
    var values = (0..<2000).map { sin(Double($0) / 5) * 3 }
    var random = RandomStream(seed: 2)
    var level = 0.0
    for step in values.indices {
      level = 0.98 * level + 0.3 * Double(random.normal())
      values[step] += level
    }
    for start in stride(from: 40, to: 1900, by: 100) { for step in start..<start + 20 { values[step] = .nan } }
    let (table, schema) = SampleSeries.plain((0..<2000).map(Double.init), [values])
    let made = try SampleSeries.impute(
      SeriesBaseline<MeanModel>(), table, schema, layout: SeriesLayout(time: "t"), request: ImputationRequest(draws: 30)
    )
    var product = 0.0, squares = 0.0
    let point = made.filled.numbers("c0")
    for draw in made.columns[0].draws {
      for (place, row) in made.columns[0].rows.enumerated().dropFirst()
      where made.columns[0].rows[place - 1] == row - 1 {
        product += (draw[place] - point[row]) * (draw[place - 1] - point[row - 1])
        squares += (draw[place] - point[row]) * (draw[place] - point[row])
      }
    }
    // The series' own correlation from step to step is above .95.
    #expect(product / squares > 0.7)
  }
  @Test("where errors keep their sign through gaps, means over gaps are as uncertain as they should be")
  func gapMeans() throws {
    // Half of the variance is a level that lasts for some fifty steps, the other half is new at every step.
    var random = RandomStream(seed: 8)
    let rows = 40_000, length = 24, carry = 0.98
    var level = 0.0
    let truth = (0..<rows).map { _ in
      level = carry * level + (1 - carry * carry).squareRoot() * Double(random.normal())
      return 0.5.squareRoot() * (level + Double(random.normal()))
    }
    var values = truth
    let gaps = stride(from: 60, to: rows - length, by: 100).map { $0..<$0 + length }
    for gap in gaps { for step in gap { values[step] = .nan } }
    let (table, schema) = SampleSeries.plain((0..<rows).map(Double.init), [values])
    let made = try SampleSeries.impute(
      SeriesBaseline<MeanModel>(), table, schema, layout: SeriesLayout(time: "t"),
      request: ImputationRequest(draws: 99))
    let column = made.columns[0]
    var held = 0
    for (number, gap) in gaps.enumerated() {
      let places = number * length..<(number + 1) * length
      #expect(column.rows[places.lowerBound] == gap.lowerBound)
      let means = column.draws.map { $0[places].reduce(0, +) / Double(length) }.sorted()
      let real = truth[gap].reduce(0, +) / Double(length)
      if means[4] <= real && real <= means[94] { held += 1 }
    }
    // 400 gaps: a standard error of .015, and as much from the drift that is learned from a third as many.
    #expect(abs(Double(held) / Double(gaps.count) - 0.9) < 0.06, "\(held) of \(gaps.count)")
  }
}
