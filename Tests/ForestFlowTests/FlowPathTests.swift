import DiffusionCore
import Foundation
import Tensors
import Testing

@testable import ForestFlow

/// Golden values of the published walk in NumPy, made by Tests/Fixtures/forest/generate.py.
private struct Golden: Decodable {
  var start: [Double], euler: [Double]

  static func read() throws -> Golden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/forest/forest.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }
}

@Suite("Forest flow: path")
struct FlowPathTests {
  private let path = FlowPath(times: 8)

  /// The velocity that carries N(0, 1) to N(2, 1/4).
  private func velocity(_ x: Double, _ t: Double) -> Double {
    let spread = t * t / 4 + (1 - t) * (1 - t)
    return 2 + (t / 4 - (1 - t)) / spread * (x - 2 * t)
  }

  private func walked(_ start: [Double], times: Int, _ sampler: some Sampler) throws -> [Float] {
    let path = FlowPath(times: times)
    var random = RandomStream(seed: 1)
    return try sampler.sample(
      from: Tensor(start.map { Float($0) }, shape: [start.count, 1]), along: path.levels, random: &random
    ) { noisy, level in
      let t = path.time(path.level(of: level))
      return path.clean(noisy, velocity: noisy.values.map { Float(velocity(Double($0), t)) }, at: level)
    }.values
  }

  @Test func `Euler's walk is the published one`() throws {
    let golden = try Golden.read()
    let found = try walked(golden.start, times: 8, EulerSampler())
    #expect(zip(found, golden.euler).allSatisfy { abs(Double($0) - $1) < 1e-4 })
  }

  @Test func `Both walks end where the flow does`() throws {
    let start = [-1.5, -0.25, 0, 0.75, 2]
    // The flow of normal distributions keeps the standard score.
    let end = start.map { 2 + $0 / 2 }
    // Of first and of second order in steps of 1/100.
    let first = try walked(start, times: 100, EulerSampler()), second = try walked(start, times: 100, HeunSampler())
    #expect(zip(first, end).allSatisfy { abs(Double($0) - $1) < 0.02 })
    #expect(zip(second, end).allSatisfy { abs(Double($0) - $1) < 0.005 })
  }

  @Test func `Every level of noise finds its own forest`() {
    #expect(path.levels.count == 9 && path.levels.last == .clean)
    for level in 0..<8 { #expect(path.level(of: path.levels[level]) == level) }
    #expect(path.time(0) > 0 && path.time(7) == 0.875)
  }

  @Test func `Noisy rows and velocities lie on one line from noise to data`() {
    let data: [Float] = [0.5, -1, .nan, 0.25, 1, -0.5]
    let rows = path.examples(data, rows: [1, 0], width: 3, level: 4, duplicates: 3, random: RandomStream(seed: 4))
    #expect(rows.cells.count == 18 && rows.targets.count == 18)
    var noise: [Float] = []
    for place in 0..<18 {
      // The second row comes first, three times.
      let clean = data[(place < 9 ? 3 : 0) + place % 3], x = rows.cells[place], v = rows.targets[place]
      #expect(clean.isNaN == x.isNaN && clean.isNaN == v.isNaN)
      guard !clean.isNaN else { continue }
      // x + (1 − t) v is the clean value, x − t v the noise.
      #expect(abs(x + 0.5 * v - clean) < 1e-5)
      noise.append(x - 0.5 * v)
    }
    #expect(Set(noise).count == noise.count)
  }

  @Test func `Noise is standard normal`() {
    let rows = path.examples(
      Array(repeating: 0, count: 2), rows: [0], width: 2, level: 0, duplicates: 20_000, random: RandomStream(seed: 9))
    let noise = rows.targets.map { -Double($0) }, count = Double(noise.count)
    let mean = noise.reduce(0, +) / count, square = noise.reduce(0) { $0 + $1 * $1 } / count
    // Five standard errors of 40,000 draws: 1/200 and √2/200.
    #expect(abs(mean) < 0.025 && abs(square - 1) < 0.036)
  }
}
