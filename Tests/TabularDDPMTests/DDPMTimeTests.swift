import DiffusionCore
import Tensors
import Testing

@testable import TabularDDPM

@Suite("tabular-ddpm: what fits into a time")
struct DDPMTimeTests {
  private func time(_ seconds: Double, rowsToMake: Int) -> DDPMTime {
    DDPMTime(seconds: seconds, threads: 2, batch: 1024, rowsToMake: rowsToMake)
  }

  @Test func `Networks are narrower in little time, and for many rows`() throws {
    let data = DDPMTables.mixed(rows: 300)
    let options = try TabularDDPMMethod().descriptor.options(parsing: [:])
    let coding = try DDPMEncoder(options).fitted(
      to: data.table, schema: data.schema, random: RandomStream(seed: 1))
    let layout = DDPMLayout(coding.table)
    func width(_ seconds: Double, rowsToMake: Int) -> Int {
      time(seconds, rowsToMake: rowsToMake).widest(256, layout, evaluations: 100) {
        MLPDenoiser(width: $0, blocks: 3)
      }
    }
    #expect(width(10_000, rowsToMake: 1000) == 256)
    #expect(width(1e-6, rowsToMake: 0) == 32)
    let widths = [1, 5, 20, 100, 1000].map { width($0, rowsToMake: 100_000) }
    #expect(widths == widths.sorted() && Set(widths).count > 2)
    #expect(width(20, rowsToMake: 1_000_000) < width(20, rowsToMake: 1000))
  }

  @Test func `Training leaves time for judging and for rows, but keeps some itself`() {
    let time = time(100, rowsToMake: 1000)
    // All evaluations fit: 100 − 10 − 12 − 24.
    #expect(abs(time.training(left: 100, judging: 10, making: 20, evaluations: 100) - 54) < 1e-9)
    // They do not: a quarter of them does, and the training has two fifths.
    #expect(abs(time.training(left: 100, judging: 10, making: 120, evaluations: 100) - 40) < 1e-9)
    #expect(abs(time.training(left: 100, judging: 10, making: 200, evaluations: 100) - 20) < 1e-9)
    // Not even these.
    #expect(time.training(left: 100, judging: 10, making: 10_000, evaluations: 100) == 20)
    #expect(time.training(left: 0, judging: 10, making: 10_000, evaluations: 100) == 5)
  }
}
