import DiffusionCore
import NeuralNetworks
import Testing

@testable import TimeSeriesImputation

@Suite("Series diffusion: windows that draw one after the other")
struct DiffusionFillingTests {
  private static let steps = 80, channels = 2

  /// An untrained network with weights that are not zero, and a series with a gap over several windows.
  private static func filling(threads: Int = 1) -> ResidualFilling {
    var random = RandomStream(seed: 5)
    let values = (0..<steps * channels).map { cell -> Float in
      let step = cell / channels
      return (10..<50).contains(step) && cell % 2 == 0 || step % 7 == 3 ? .nan : random.normal()
    }
    let series = EntitySeries(
      name: [], rows: Array(0..<steps), times: (0..<steps).map { Double($0) }, values: values, inputs: [])
    let frame = SeriesFrame(channelCount: channels, inputCount: 0, entities: [series])
    let shape = ResidualNetworkShape(
      length: 12, patch: 2, channels: channels, inputs: 0, width: 16, blocks: 1, denoiserWidth: 16, denoiserBlocks: 1,
      dropout: 0)
    var layout = ParameterLayout()
    let network = ResidualNetwork(shape, in: &layout)
    let weights = zip(layout.initialValues(random.child(0)), random.normals(layout.count)).map { $0 + 0.1 * $1 }
    return ResidualFilling(
      sampler: ResidualSampler(
        objective: ResidualObjective(
          network: network, spread: [1, 1], typicalStep: 1, chains: true,
          paths: GapPaths(ResidualPrior(shares: [0.3, 0, 0, 0.5, 0, 0, 0, 0]), length: 12)),
        evaluations: 4),
      store: ParameterStore(layout: layout, values: weights), precision: .float32, threads: threads, length: 12,
      view: MaskedView(frame, base: [values.map { $0.isNaN ? 0 : $0 }]), channels: channels, inputs: 0,
      random: RandomStream(seed: 6))
  }

  private static func run(piece: Int? = nil, draws: Int = 6, threads: Int = 1) throws -> ResidualFilling.EntityResult {
    try filling(threads: threads).run(
      ResidualFilling.jobs([[0..<steps]], length: 12, chains: true), draws: draws, piece: piece,
      shouldContinue: { _ in true })[0]
  }

  @Test("what is made does not depend on threads")
  func threads() throws {
    let (one, two) = (try Self.run(), try Self.run(threads: 2))
    #expect(one.draws == two.draws && one.median == two.median && one.logDeviation == two.logDeviation)
  }

  @Test("what is made does not depend on pieces", arguments: [1, 2, 5])
  func pieces(piece: Int) throws {
    let (whole, parts) = (try Self.run(), try Self.run(piece: piece))
    func near(_ one: [Float], _ other: [Float]) -> Bool { zip(one, other).allSatisfy { abs($0 - $1) < 1e-3 } }
    #expect(near(whole.median, parts.median) && near(whole.logDeviation, parts.logDeviation))
    for (one, other) in zip(whole.draws, parts.draws) { #expect(near(one, other)) }
  }

  @Test("more draws do not change the first ones")
  func draws() throws {
    let (few, many) = (try Self.run(draws: 4), try Self.run(draws: 20))
    for draw in 0..<4 { #expect(zip(few.draws[draw], many.draws[draw]).allSatisfy { abs($0 - $1) < 1e-3 }) }
  }

  @Test("a window goes on from what the one before has drawn, whatever came before that")
  func chain() throws {
    let filling = Self.filling(), jobs = ResidualFilling.jobs([[0..<Self.steps]], length: 12, chains: true)
    let apart = ResidualFilling.jobs([[0..<Self.steps]], length: 12, chains: false)
    #expect(jobs.map(\.window) == apart.map(\.window))
    let drawing = jobs.filter(\.draws), alone = apart.filter(\.draws)
    func draws(_ jobs: [ResidualFilling.Job]) throws -> [[Float]] {
      let made = try filling.run(jobs, draws: 2, shouldContinue: { _ in true })[0]
      return (0..<Self.steps * Self.channels).map { cell in
        made.place[cell] < 0 ? [] : made.draws.map { $0[Int(made.place[cell])] }
      }
    }
    func fresh(_ job: ResidualFilling.Job) -> Range<Int> {
      (job.steps.lowerBound + job.given) * Self.channels..<job.steps.upperBound * Self.channels
    }
    // The third window lies in the long gap: with the second given, and with none.
    let window = fresh(drawing[2])
    let chained = try draws(Array(drawing[1...2])), free = try draws([drawing[1], alone[2]])
    let before = fresh(drawing[1]).lowerBound..<drawing[2].steps.lowerBound * Self.channels
    #expect(chained[before] == free[before])
    #expect(zip(chained[window], free[window]).contains { $0 != $1 })
    // Of windows far ahead nothing comes through but by the one between.
    let cut = [drawing[0], drawing[1]] + [alone[2], drawing[3]], rest = [alone[2], drawing[3]]
    #expect(try draws(cut)[fresh(drawing[3])] == draws(rest)[fresh(drawing[3])])
  }
}
