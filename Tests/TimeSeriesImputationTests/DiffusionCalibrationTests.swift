import NeuralNetworks
import Testing

@testable import TimeSeriesImputation

@Suite("Series diffusion: calibration of draws, windows")
struct DiffusionCalibrationTests {
  @Test("draws that are too narrow become as wide as the truths, whatever the predicted deviation")
  func widens() {
    var random = RandomStream(seed: 1)
    // Truths are twice as wide as draws where the deviation is small, and as wide where it is large.
    func cell() -> (logDeviation: Float, residual: Float, draws: [Float]) {
      let log = random.uniform() * 2 - 1
      return (log, (log < 0 ? 2 : 1) * random.normal() + 0.3, random.normals(16))
    }
    let calibration = ResidualCalibration((0..<9000).map { _ in cell() })
    for isSmall in [true, false] {
      var inside = 0, count = 0
      while count < 4000 {
        let one = cell()
        guard (one.logDeviation < 0) == isSmall else { continue }
        let draws = random.normals(199).map { calibration.calibrated($0, logDeviation: one.logDeviation) }.sorted()
        let low = ResidualPredictions.quantile(0.05, of: draws), high = ResidualPredictions.quantile(0.95, of: draws)
        count += 1
        if (low...high).contains(one.residual) { inside += 1 }
      }
      // The standard error of 4,000 cells is .005, that of the calibration's 4,500 as much.
      #expect(abs(Double(inside) / Double(count) - 0.9) < 0.02)
    }
  }

  @Test("the map rises, and leaves draws alone where there were too few cells")
  func monotone() {
    var random = RandomStream(seed: 2)
    let few = ResidualCalibration((0..<20).map { _ in (0, random.normal(), random.normals(4)) })
    #expect(few == ResidualCalibration() && few.calibrated(1.5, logDeviation: 0) == 1.5)
    let many = ResidualCalibration((0..<500).map { _ in (0, 3 * random.normal() - 1, random.normals(8)) })
    let made = stride(from: Float(-6), through: 6, by: 0.05).map { many.calibrated($0, logDeviation: 0) }
    #expect(zip(made, made.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test(
    "windows cover every step of every stretch; each step is drawn once, and by a window that is given the steps before"
  )
  func windows() {
    for count in [1, 5, 8, 9, 14, 15, 16, 23, 40] {
      let jobs = ResidualFilling.jobs([[3..<3 + count]], length: 8, chains: true)
      var covered = [Int](repeating: 0, count: count), drawn = covered
      var last: ResidualFilling.Job?
      for job in jobs {
        for step in job.steps { covered[step - 3] += 1 }
        guard job.draws else { continue }
        for step in job.steps.dropFirst(job.given) { drawn[step - 3] += 1 }
        // A quarter is given; the last window is aligned to the end and may get more or less, but nothing that was given.
        if let last {
          #expect(job.given == last.steps.upperBound - job.steps.lowerBound && (1..<8).contains(job.given))
          #expect(job.steps.lowerBound >= last.steps.lowerBound + last.given)
        } else {
          #expect(job.given == 0)
        }
        last = job
      }
      #expect(drawn.allSatisfy { $0 == 1 } && covered.allSatisfy { $0 >= 1 })
      if count > 16 { #expect(covered[8..<count - 8].allSatisfy { $0 >= 2 }) }
    }
    let plan = WindowPlan(length: 8, stride: 3, stretches: [[0..<20], [0..<5, 7..<15]])
    #expect(
      plan.windows.map { [$0.entity, $0.start, $0.steps] } == [
        [0, 0, 8], [0, 3, 8], [0, 6, 8], [0, 9, 8], [0, 12, 8], [1, 0, 5], [1, 7, 8],
      ])
  }

  @Test("series are cut where time jumps by more than a window")
  func stretches() {
    let series = EntitySeries(
      name: [], rows: Array(0..<5), times: [0, 1, 3, 20, 21], values: [0, 0, 0, 0, 0], inputs: [])
    let frame = SeriesFrame(channelCount: 1, inputCount: 0, entities: [series])
    #expect(WindowPlan.stretches(frame, length: 4, typicalStep: 1) == [[0..<3, 3..<5]])
  }
}
