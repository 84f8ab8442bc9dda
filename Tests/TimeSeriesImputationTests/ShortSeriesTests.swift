import DiffusionCore
import Foundation
import Tables
import Tensors
import Testing

@testable import TimeSeriesImputation

/// Series so short, or so wide, that a part of what is judged stays empty.
@Suite("short and wide series")
struct ShortSeriesTests {
  /// A week of hours is one part of five: one series of so many steps has all hidden cells in it.
  @Test("one short series with many channels is calibrated", arguments: [(150, 24), (12, 60), (167, 8)])
  func oneSeries(steps: Int, channels: Int) throws {
    let (table, truth, schema) = SampleSeries.hourly(steps: steps, channels: channels, missing: 0.15)
    for method in [SeriesBaseline<LinearInterpolationModel>(), SeriesBaseline<MeanModel>()] as [any SeriesImputer] {
      let made = try SampleSeries.impute(
        method, table, schema, request: ImputationRequest(draws: 4, interval: 0.9))
      for column in made.columns {
        #expect(column.lower.count == column.rows.count)
        for place in column.rows.indices {
          #expect(column.lower[place].isFinite && column.upper[place].isFinite)
          #expect(column.draws.allSatisfy { $0[place].isFinite })
        }
      }
      #expect(truth.rowCount == table.rowCount)
    }
  }

  @Test("a drift without any held-out gap is none, and can be written")
  func noGaps() throws {
    let empty = ErrorDrift.Moments()
    let drift = ErrorDrift(empty, roughens: true) { _, _ in 0 }
    #expect(drift.share == 0 && drift.alone == 0)
    var constant = ErrorDrift.Moments()
    // The mean of the squares less the square of the mean may round below 0.
    for _ in 0..<30 { constant.add([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]) }
    #expect(constant.variance >= 0)
    let kept = ResidualDrift(drift, deviation: Float(constant.variance.squareRoot()), loadings: [0])
    #expect(try JSONDecoder().decode(ResidualDrift.self, from: JSONEncoder().encode(kept)) == kept)
  }

  @Test("deviations that are all equal leave groups empty, which are like all")
  func equalDeviations() {
    var random = RandomStream(seed: 2)
    let cells = (0..<6000).map { _ in
      (logDeviation: Float(0.5), residual: random.normal(), draws: [random.normal(), random.normal()])
    }
    let calibration = ResidualCalibration(cells)
    for logDeviation in [Float(0.4), 0.5, 0.6] {
      #expect(abs(calibration.calibrated(1, logDeviation: logDeviation) - 1) < 0.2)
    }
  }
}
