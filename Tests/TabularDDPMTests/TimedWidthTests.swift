import DiffusionCore
import NeuralNetworks
import Testing

@testable import TabularDDPM

@Suite("Width by time")
struct TimedWidthTests {
  private func training(seconds: Double?, threads: Int = 2) -> TrainingSettings {
    var training = TrainingSettings()
    training.budget = seconds
    training.threads = threads
    training.precision = .float32
    return training
  }

  @Test("steps follow from operations: 6 a weight and row")
  func steps() {
    // 10 s × 2 threads × 60 GFLOP/s over 6 · 10⁶ · 1024 operations.
    #expect(TimedWidth.steps(weights: 1_000_000, in: training(seconds: 10)) == 195)
    #expect(TimedWidth.steps(weights: 1_000_000, in: training(seconds: nil)) == .max)
  }

  @Test("more time or threads never make the network narrower, and ends are met")
  func widths() throws {
    let (table, schema) = SmallTables.mixed(rows: 400)
    let coding = TableEncoder(try SmallTables.options()).fitted(to: table, schema: schema, random: .init(seed: 1))
    func width(_ training: TrainingSettings) -> Int {
      TimedWidth.widest(coding.layout, in: training) { ResidualMLPDenoiser(width: $0, blocks: 2) }.width
    }
    let widths = [1, 10, 20, 40, 80, 160, 320, 1e6].map { width(training(seconds: $0)) }
    #expect(widths == widths.sorted())
    #expect(widths.first == 128 && widths.last == 512)
    #expect(width(training(seconds: 40, threads: 4)) >= width(training(seconds: 40)))
  }
}
