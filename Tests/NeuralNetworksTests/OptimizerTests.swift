import Foundation
import NeuralNetworks
import Testing

/// Steps that torch.optim took in float64: `Tests/Fixtures/engine/generate.py`.
private struct OptimizerFixture: Decodable {
  var start: [Double], gradients: [[Double]], values: [[Double]], norms: [Double]

  static func read(_ name: String) throws -> OptimizerFixture {
    let data = try Data(contentsOf: EngineFixtures.folder.appendingPathComponent("optimizers.json"))
    return try #require(JSONDecoder().decode([String: OptimizerFixture].self, from: data)[name])
  }
}

@Suite("Optimisers")
struct OptimizerTests {
  private func store(_ start: [Float]) -> ParameterStore {
    var layout = ParameterLayout()
    let parameter = layout.add("w", columns: start.count, .values(start))
    #expect(parameter.offset == 0)
    return ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 0)))
  }

  private static let golden: [(String, OptimizerSettings)] = [
    (
      "adamW",
      OptimizerSettings(
        rule: .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), learningRate: 0.02, weightDecay: 0.1, averageDecay: 0)
    ),
    (
      "adam",
      OptimizerSettings(
        rule: .adam(beta1: 0.8, beta2: 0.999, epsilon: 1e-6), learningRate: 0.02, weightDecay: 0.1, averageDecay: 0)
    ),
    ("sgd", OptimizerSettings(rule: .momentum(0), learningRate: 0.05, weightDecay: 0.1, averageDecay: 0)),
    ("momentum", OptimizerSettings(rule: .momentum(0.9), learningRate: 0.05, weightDecay: 0.01, averageDecay: 0)),
    (
      "clipped",
      OptimizerSettings(
        rule: .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), learningRate: 0.02, weightDecay: 0, clipNorm: 2,
        averageDecay: 0)
    ),
  ]

  @Test("every rule steps as torch.optim does, from one gradient buffer or several", arguments: golden, [1, 3])
  func rules(golden: (name: String, settings: OptimizerSettings), buffers: Int) throws {
    let fixture = try OptimizerFixture.read(golden.name)
    let store = store(fixture.start.map { Float($0) }), count = fixture.start.count
    let optimizer = Optimizer(golden.settings, store: store)
    let gradients = (0..<buffers).map { _ in GradientBuffer(count: store.values.count) }
    for (step, gradient) in fixture.gradients.enumerated() {
      // Shares that add up to 1: with several buffers -1, 0.5, 1.5.
      for (buffer, share) in zip(gradients, buffers == 1 ? [1] : [-1, 0.5, 1.5]) {
        for i in 0..<count { buffer.values[i] = Float(gradient[i] * share) }
      }
      let norm = optimizer.step(store, gradients: gradients)
      if golden.settings.clipNorm != nil {
        #expect(abs(try #require(norm) - fixture.norms[step]) < 1e-5 * fixture.norms[step])
      } else {
        #expect(norm == nil)
      }
      for i in 0..<count { #expect(abs(Double(store.values[i]) - fixture.values[step][i]) < 3e-6) }
      #expect(gradients.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
    }
    #expect(optimizer.step == 6)
    let halves = Array(store.halves)
    store.refreshHalves()
    #expect(halves == Array(store.halves))
  }

  @Test("L1 and L2 join the gradient, the average follows, the rate's factor counts")
  func regularisation() {
    let start: [Double] = [1, -2, 0, 0.5, 3]
    let store = store(start.map { Float($0) })
    let optimizer = Optimizer(
      OptimizerSettings(
        rule: .momentum(0.5), learningRate: 0.1, weightDecay: 0.2, l1: 0.3, averageDecay: 0.3), store: store)
    let buffer = GradientBuffer(count: store.values.count)
    var w = start, velocity = [Double](repeating: 0, count: 5), average = start
    for step in 1...5 {
      for i in 0..<5 { buffer.values[i] = Float(i) / 8 }
      optimizer.step(store, gradients: [buffer], rateFactor: 0.5)
      // The average remembers the start less at first.
      let decay = min(0.3, Double(1 + step) / Double(10 + step))
      for i in 0..<5 {
        let sign: Double = w[i] > 0 ? 1 : w[i] < 0 ? -1 : 0
        velocity[i] = 0.5 * velocity[i] + Double(i) / 8 + 0.2 * w[i] + 0.3 * sign
        w[i] -= 0.05 * velocity[i]
        average[i] += (1 - decay) * (w[i] - average[i])
        #expect(abs(Double(store.values[i]) - w[i]) < 1e-6)
        #expect(abs(Double(optimizer.average!.values[i]) - average[i]) < 1e-6)
      }
    }
  }

  @Test("a gradient below the limit is not scaled")
  func clipping() {
    let store = store([0, 0])
    let optimizer = Optimizer(
      OptimizerSettings(rule: .momentum(0), learningRate: 1, weightDecay: 0, clipNorm: 5, averageDecay: 0), store: store
    )
    let buffer = GradientBuffer(count: store.values.count)
    for (given, moved) in [((3, 4), (-3, -4)), ((30, 40), (-6, -8))] as [((Float, Float), (Float, Float))] {
      (buffer.values[0], buffer.values[1]) = given
      #expect(optimizer.step(store, gradients: [buffer]) == Double(hypot(given.0, given.1)))
      #expect(abs(store.values[0] - moved.0) < 1e-5 && abs(store.values[1] - moved.1) < 1e-5)
    }
  }

  @Test("a buffer that was cleared and not written counts as zeros")
  func clearedBuffers() {
    let store = store([1, 2])
    let optimizer = Optimizer(
      OptimizerSettings(rule: .momentum(0), learningRate: 1, weightDecay: 0, averageDecay: 0), store: store)
    let buffers = (0..<2).map { _ in GradientBuffer(count: store.values.count) }
    for buffer in buffers { (buffer.values[0], buffer.values[1]) = (1, 2) }
    optimizer.step(store, gradients: buffers)
    #expect(store.values[0] == -1 && store.values[1] == -2)
    optimizer.step(store, gradients: buffers)
    #expect(store.values[0] == -1 && store.values[1] == -2)
    buffers[1].values[0] = 5
    optimizer.step(store, gradients: buffers)
    #expect(store.values[0] == -6 && store.values[1] == -2)
  }

  @Test("threads change no byte, and a restored optimiser goes on as the first would have")
  func threadsAndState() {
    let count = 300_007
    var stream = RandomStream(seed: 95)
    let start = stream.normals(count), gradients = (0..<4).map { _ in stream.normals(count) }
    func run(threads: Int, interrupted: Bool) -> ([Float], [Float]) {
      var store = store(start)
      var optimizer = Optimizer(OptimizerSettings(clipNorm: 100), store: store)
      let buffers = (0..<2).map { _ in GradientBuffer(count: store.values.count) }
      for step in 0..<2 {
        for buffer in 0..<2 {
          for i in 0..<count { buffers[buffer].values[i] = gradients[2 * step + buffer][i] }
        }
        optimizer.step(store, gradients: buffers, gang: ThreadGang(threads: threads))
        if interrupted {
          let state = Dictionary(uniqueKeysWithValues: optimizer.state.map { ($0.name, $0.values) })
          let other = ParameterStore(layout: store.layout, values: Array(store.values))
          let resumed = Optimizer(optimizer.settings, store: other)
          resumed.restore(
            step: optimizer.step, first: state["first"]!, second: state["second"]!, average: state["average"])
          (store, optimizer) = (other, resumed)
        }
      }
      return (Array(store.values), Array(optimizer.average!.values))
    }
    let first = run(threads: 1, interrupted: false)
    for threads in [1, 2, 3] {
      for interrupted in [false, true] {
        let other = run(threads: threads, interrupted: interrupted)
        #expect(first.0 == other.0 && first.1 == other.1, "\(threads) threads, interrupted \(interrupted)")
      }
    }
  }
}
