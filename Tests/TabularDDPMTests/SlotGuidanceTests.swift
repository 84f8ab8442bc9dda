import DiffusionCore
import Foundation
import Tables
import Tensors
import Testing

@testable import TabularDDPM

@Suite struct SlotGuidanceTests {
  @Test func `Codes go beyond the conditional distribution by the weight times the difference`() {
    let given: [Float] = [1, 2, 0], free: [Float] = [1, 0, 3]
    #expect(SlotGuidance(weight: 2).logits(given, beside: free, count: 3) == [1, 6, -6])
    #expect(SlotGuidance(weight: 0).logits(given, beside: free, count: 3) == given)
  }

  @Test func `Normal densities with means 1 and 0 give one with mean 1 + weight`() {
    // One component each: logit, mean, log deviation. N(x; 1, 1)^(1 + w) / N(x; 0, 1)^w is N(1 + w, 1).
    let given: [Float] = [0, 1, 0], free: [Float] = [0, 0, 0]
    let guidance = SlotGuidance(weight: 0.5)
    var random = RandomStream(seed: 2)
    var sum = 0.0, squares = 0.0
    given.withUnsafeBufferPointer { given in
      free.withUnsafeBufferPointer { free in
        let (a, b) = (
          GaussianMixture(given.baseAddress!, components: 1), GaussianMixture(free.baseAddress!, components: 1)
        )
        for _ in 0..<4000 {
          let score = Double(guidance.draw(a, beside: b, nil, &random).score)
          sum += score
          squares += score * score
        }
      }
    }
    let mean = sum / 4000
    // Four standard errors are 0.06; taking one of 16 draws falls short of the limit by some hundredths.
    #expect((1.4...1.56).contains(mean))
    #expect((0.9...1.1).contains((squares / 4000 - mean * mean).squareRoot()))
  }

  @Test func `The density of a mixture is that of its components`() {
    let parameters: [Float] = [0, 0, -1, 1, 0, logf(0.5)]
    parameters.withUnsafeBufferPointer { parameters in
      let mixture = GaussianMixture(parameters.baseAddress!, components: 2)
      func normal(_ x: Double, _ mean: Double, _ deviation: Double) -> Double {
        exp(-(x - mean) * (x - mean) / (2 * deviation * deviation)) / deviation
      }
      for x in [-2.0, 0, 0.7, 3] {
        let expected = log((normal(x, -1, 1) + normal(x, 1, 0.5)) / 2)
        #expect(abs(Double(mixture.logDensity(Float(x))) - expected) < 1e-4)
      }
    }
  }

  @Test func `Guided rows of a group are more like it, and weight 0 changes nothing`() throws {
    // The size of a row is 100 times its group's number with deviation 20.
    let (table, schema) = SmallTables.mixed(rows: 800)
    let model = try TabularMasked().fit(
      table, schema: schema, options: try SmallTables.options(), run: SmallTables.run(steps: 60))
    func sizes(_ texts: [String: String]) throws -> [Double] {
      let request = SampleRequest(
        rows: 400, seed: 5, conditions: [CellCondition(column: "group", .levels(["e"]))],
        options: try SmallTables.options(texts))
      guard case .numbers(let sizes)? = try SmallTables.sample(model, request)["size"]?.values else { return [] }
      return sizes
    }
    let plain = try sizes([:]), guided = try sizes(["guidance": "2"])
    #expect(try sizes(["guidance": "0"]) == plain)
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    // The short training is not sure yet that the group has the greatest sizes; guidance goes further that way.
    #expect(mean(guided) > mean(plain))
  }
}
