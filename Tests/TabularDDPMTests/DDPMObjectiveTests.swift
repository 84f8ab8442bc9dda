import DiffusionCore
import NeuralNetworks
import TabularDDPM
import Testing

@Suite("TabDDPM: loss")
struct DDPMObjectiveTests {
  private static let kinds: [DDPMLayout.Kind] = [.number(limit: 4), .category(3), .number(limit: 4), .category(4)]

  private func objective() -> (DDPMObjective, ParameterStore) {
    var parameters = ParameterLayout()
    let network = DDPMNetwork(
      DDPMLayout(Self.kinds), denoiser: MLPDenoiser(width: 8, blocks: 1), steps: 100, in: &parameters)
    let store = ParameterStore(layout: parameters, values: parameters.initialValues(RandomStream(seed: 2)))
    return (DDPMObjective(network: network, schedule: DDPMSchedule.cosine.stepped(100)), store)
  }

  @Test func `The mixed loss and its gradient are the published ones on what is unknown`() throws {
    let fixtures = try DDPMFixtures.read().mixed
    let (objective, _) = objective()
    var batch = NoisyBatch(rows: fixtures.count, layout: objective.layout)
    for (row, fixture) in fixtures.enumerated() {
      batch.input.steps[row] = Int32(fixture.t)
      for index in 0..<2 {
        batch.noise[2 * row + index] = Float(fixture.noise[index])
        batch.countsNumber[2 * row + index] = !fixture.known.contains(2 * index)
        batch.clean[2 * row + index] = fixture.known.contains(2 * index + 1) ? -1 : Int32(fixture.clean[index])
        batch.noisy[2 * row + index] = Int32(fixture.noisy[index])
      }
    }
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    let output = tape.input(Tensor(fixtures.flatMap { $0.output.map { Float($0) } }, shape: [fixtures.count, 9]))
    let loss = objective.loss(of: output, batch, weight: 1 / Float(fixtures.count))
    let mean = fixtures.reduce(0) { $0 + $1.loss } / Double(fixtures.count)
    #expect(isNear(Double(loss.values[0]), mean, relative: 1e-5))
    tape.backward(from: loss)
    let expected = fixtures.flatMap(\.gradient).map { $0 / Double(fixtures.count) }
    for (mine, theirs) in zip(tape.gradient(of: output).values, expected) {
      #expect(isNear(Double(mine), theirs, relative: 1e-4, absolute: 1e-4))
    }
  }

  @Test(arguments: StandardDenoisers.all.map(\.descriptor.id))
  func `Every network has one output for each prediction and depends on all it sees`(id: String) throws {
    let denoiser: any TrainableDenoiser = try ComponentChoice(
      id, ["width": .integer(16), "blocks": .integer(1), "dropout": .number(0)]
    ).make(from: StandardDenoisers.all, kind: .denoiser)
    var parameters = ParameterLayout()
    let layout = DDPMLayout(Self.kinds)
    let network = DDPMNetwork(layout, denoiser: denoiser, steps: 100, in: &parameters)
    var random = RandomStream(seed: 3)
    // Blocks start as the identity: move everything a little, so that every path is open.
    let values = parameters.initialValues(random).map { $0 + 0.2 * random.normal() }
    let tape = Tape(store: ParameterStore(layout: parameters, values: values))
    func outputs(_ change: (inout DDPMInput) -> Void) -> [Float] {
      var input = DDPMInput(rows: 1, layout: layout)
      for index in 0..<2 {
        input.set(number: index, row: 0, score: 0.5, isKnown: false, layout: layout)
        input.set(category: index, row: 0, class: 1, isKnown: false, layout: layout)
      }
      change(&input)
      tape.reset()
      return Array(network(input, on: tape).values)
    }
    let plain = outputs { _ in }
    #expect(plain.count == 9 && plain.allSatisfy { $0.isFinite })
    #expect(outputs { $0.steps[0] = 50 } != plain)
    #expect(outputs { $0.set(number: 1, row: 0, score: 0.6, isKnown: false, layout: layout) } != plain)
    #expect(outputs { $0.set(number: 1, row: 0, score: 0.5, isKnown: true, layout: layout) } != plain)
    #expect(outputs { $0.set(category: 0, row: 0, class: 2, isKnown: false, layout: layout) } != plain)
    #expect(outputs { $0.set(category: 0, row: 0, class: 1, isKnown: true, layout: layout) } != plain)
    let other = outputs { $0.set(category: 1, row: 0, class: 0, isKnown: false, layout: layout) }
    #expect(other[0] != plain[0])
  }
}
