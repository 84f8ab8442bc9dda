import Foundation
@testable import TabularDDPM
import Tensors
import Testing

@Suite("Quantile map")
struct QuantileMapTests {
  @Test("values and quantiles are inverses on the data's range", arguments: [2, 10, 5000])
  func inverse(count: Int) {
    var random = RandomStream(seed: 1)
    let values = (0..<count).map { _ in Double(random.normal()) }.sorted()
    let map = QuantileMap(sorted: values)
    for _ in 0..<200 {
      let value = values[0] + random.uniformDouble() * (values[count - 1] - values[0])
      let back = map.value(map.quantile(value, tie: 0.5))
      #expect(abs(back - value) < 1e-9 * (1 + abs(value)))
    }
  }

  @Test("nothing beyond the data is made")
  func bounded() {
    let map = QuantileMap(sorted: [1, 2, 4, 8])
    #expect(map.value(-1) == 1)
    #expect(map.value(0) == 1)
    #expect(map.value(1) == 8)
    #expect(map.quantile(100, tie: 0.5) == map.quantile(8, tie: 0.5))
  }

  @Test("quantiles rise with values, and ties lie between their neighbours")
  func monotone() {
    let map = QuantileMap(sorted: [1, 2, 2, 2, 3])
    #expect(map.quantile(1, tie: 0.5) < map.quantile(2, tie: 0))
    #expect(map.quantile(2, tie: 0) < map.quantile(2, tie: 1))
    #expect(map.quantile(2, tie: 1) < map.quantile(3, tie: 0.5))
  }

  @Test("the scores of a large sample are standard normal")
  func normal() {
    var random = RandomStream(seed: 2)
    let values = (0..<20_000).map { _ in exp(Double(random.normal())) }
    let map = QuantileMap(sorted: values.sorted())
    let scores = values.map { map.score(map.quantile($0, tie: 0.5)) }
    let mean = scores.reduce(0, +) / Double(scores.count)
    let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count)
    // The scores are the quantiles of ranks, so only the knots' spacing blurs them.
    #expect(abs(mean) < 0.005)
    #expect(abs(variance - 1) < 0.01)
  }
}
