import DiffusionCore
import Foundation
import NeuralNetworks
import Testing

@testable import TimeSeriesImputation

@Suite("Series diffusion: network, objective, sampler")
struct DiffusionNetworkTests {
  private static let shape = ResidualNetworkShape(
    length: 6, patch: 2, channels: 3, inputs: 2, width: 16, blocks: 1, denoiserWidth: 16, denoiserBlocks: 1, dropout: 0)

  private static let prior = ResidualPrior(shares: [0.3, 0, 0, 0.5, 0, 0, 0, 0])

  /// A stream for other suites.
  static func random(_ seed: UInt64) -> RandomStream { RandomStream(seed: seed) }

  /// Two windows of random series, a third of whose cells are unknown.
  private static func example(_ shape: ResidualNetworkShape = shape, seed: UInt64 = 1) -> (WindowInput, [Float]) {
    var random = RandomStream(seed: seed)
    let steps = 2 * shape.length, cells = steps * shape.channels
    let truth = random.normals(cells)
    let masked = truth.map { random.uniform() < 0.33 ? .nan : $0 }
    let series = EntitySeries(
      name: [], rows: Array(0..<steps), times: (0..<steps).map { Double($0) }, values: masked,
      inputs: random.normals(steps * shape.inputs))
    let frame = SeriesFrame(channelCount: shape.channels, inputCount: shape.inputs, entities: [series])
    let view = MaskedView(frame, base: [masked.map { $0.isNaN ? 0.1 : $0 }])
    let windows = [0, shape.length].map {
      WindowPlan.Window(entity: 0, start: Int32($0), steps: Int32(shape.length))
    }
    let input = WindowInput(
      windows, length: shape.length, patch: shape.patch, channels: shape.channels, inputs: shape.inputs,
      spread: Array(repeating: 0.5, count: shape.channels), typicalStep: 1, view: { _ in view })
    var scored = [Float](repeating: .nan, count: cells)
    for cell in 0..<cells where masked[cell].isNaN {
      let (step, channel) = (cell / shape.channels, cell % shape.channels)
      let row = WindowInput.row(
        step: step % shape.length, channel: channel, channels: shape.channels, patch: shape.patch)
      scored[step / shape.length * input.size + row] = truth[cell]
    }
    return (input, scored)
  }

  private static func objective(
    _ shape: ResidualNetworkShape = shape, chains: Bool = true, prior: ResidualPrior = prior
  ) -> (ResidualObjective, ParameterLayout) {
    var layout = ParameterLayout()
    let network = ResidualNetwork(shape, in: &layout)
    let spread = [Float](repeating: 0.5, count: shape.channels)
    return (
      ResidualObjective(
        network: network, spread: spread, typicalStep: 1, chains: chains,
        paths: GapPaths(prior, length: shape.length)), layout
    )
  }

  private static func isDenoiser(_ name: String) -> Bool {
    ["condition", "noisy", "course", "level", "denoiser", "last-norm", "output"].contains { name.hasPrefix($0 + ".") }
      || name.hasPrefix("course-cells.")
  }

  /// Compares the gradient of a loss over a network's parameters with its difference along a random direction, away from the
  /// start, where many parameters are zero and have no gradient.
  private static func check(
    _ layout: ParameterLayout, seed: UInt64, along isMoved: (String) -> Bool, _ loss: (Tape) -> Variable,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var random = RandomStream(seed: seed)
    let values = zip(layout.initialValues(random.child(0)), random.normals(layout.count)).map { $0 + 0.1 * $1 }
    var direction = random.normals(layout.count)
    for parameter in layout.parameters where !isMoved(parameter.name) {
      for place in 0..<parameter.count { direction[parameter.offset + place] = 0 }
    }
    func value(_ shift: Float, gradients: GradientBuffer? = nil) -> Double {
      let store = ParameterStore(layout: layout, values: zip(values, direction).map { $0 + shift * $1 })
      let tape = Tape(store: store, gradients: gradients)
      let made = loss(tape)
      if gradients != nil { tape.backward(from: made) }
      return Double(made.values[0])
    }
    let buffer = GradientBuffer(count: layout.count)
    _ = value(0, gradients: buffer)
    let slope = zip(buffer.values, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let step: Float = 1e-3
    let difference = (value(step) - value(-step)) / Double(2 * step)
    // Float32 losses near 50 round at 4e-6, which the step magnifies to 2e-3; the bend of the loss adds as much.
    #expect(
      abs(slope - difference) < 0.02 * max(1, abs(difference)), "\(slope) against \(difference)",
      sourceLocation: sourceLocation)
  }

  @Test("the conditioner's gradient agrees with differences along random directions", arguments: [UInt64(1), 2, 3])
  func conditionerGradient(seed: UInt64) {
    let (objective, layout) = Self.objective()
    let (input, truth) = Self.example()
    var random = RandomStream(seed: 77)
    let forEstimate = Tensor(random.normals(2 * truth.count), shape: [truth.count, 2])
    let forCondition = Tensor(random.normals(8 * truth.count), shape: [truth.count / 2, 16])
    Self.check(layout, seed: seed, along: { !Self.isDenoiser($0) }) { tape in
      let reading = objective.network.read(input, on: tape)
      return (reading.estimate * tape.constant(forEstimate)).sum()
    }
    // What the denoiser takes moves nothing of the conditioner.
    let buffer = GradientBuffer(count: layout.count)
    let tape = Tape(
      store: ParameterStore(layout: layout, values: layout.initialValues(random)), gradients: buffer)
    tape.backward(from: (objective.network.read(input, on: tape).condition * tape.constant(forCondition)).sum())
    for parameter in layout.parameters {
      let own = buffer.values[parameter.offset..<parameter.offset + parameter.count]
      #expect(own.contains { $0 != 0 } == parameter.name.hasPrefix("condition."), "\(parameter.name)")
    }
  }

  @Test(
    "the denoiser's gradient agrees with differences along random directions", arguments: [UInt64(1), 2, 3],
    [false, true])
  func denoiserGradient(seed: UInt64, chains: Bool) {
    let (objective, layout) = Self.objective(chains: chains)
    let (input, truth) = Self.example()
    var random = RandomStream(seed: 78)
    let residuals = random.normals(truth.count)
    Self.check(layout, seed: seed, along: Self.isDenoiser) { tape in
      objective.denoiserLoss(
        objective.network.read(input, on: tape), input, truth: truth, residuals: residuals, weight: 1,
        RandomStream(seed: seed), sums: nil)
    }
  }

  @Test("what is given does not count in the loss; without given steps every scored cell does")
  func counted() {
    let (input, truth) = Self.example()
    let scored = Double(truth.count { !$0.isNaN })
    var random = RandomStream(seed: 81)
    let residuals = random.normals(truth.count)
    var counts: Set<Double> = []
    for chains in [false, true] {
      let (objective, layout) = Self.objective(chains: chains)
      let tape = Tape(store: ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 1))))
      for seed in 0..<20 {
        tape.reset()
        var sums = ResidualObjective.Sums()
        let loss = objective.denoiserLoss(
          objective.network.read(input, on: tape), input, truth: truth, residuals: residuals, weight: 1,
          RandomStream(seed: UInt64(seed)), sums: &sums)
        #expect(abs(Double(loss.values[0]) - sums.denoising) < 1e-3 * sums.denoising)
        if chains { counts.insert(sums.denoised) } else { #expect(sums.denoised == scored) }
      }
    }
    // Both windows as they are, and some of the first steps given.
    #expect(counts.contains(scored) && counts.min()! < scored && counts.count > 2)
  }

  @Test(
    "of residuals that go together as noise does, an untrained denoiser leaves the variance that is left",
    arguments: [false, true])
  func untrained(chains: Bool) {
    // With F = 0 the loss of a cell is ((σ r − n) / √(1 + σ²))², r above the likely and n of the same variance, so that is its
    // mean. The prior is strong: noise that did not go together, or residuals that kept what is likely, would show.
    let strong = ResidualPrior(shares: [0, 0, 0, 0, 0.95, 0, 0, 0])
    let (objective, layout) = Self.objective(chains: chains, prior: strong)
    let (input, truth) = Self.example()
    let tape = Tape(store: ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 1))))
    let gaps = (0..<input.windows).flatMap { input.gaps($0) }
    var random = RandomStream(seed: 82)
    var expected = 0.0, found = [Double]()
    for gap in gaps {
      let path = objective.paths.path(gap.times)
      for first in chains ? Array(0..<input.length) : [0] {
        let given = gap.rows.count { input.step($0) < first }
        let unit = gap.rows.indices.map { one in path.noise(given: given, gap.rows.indices.map { $0 == one ? 1 : 0 }) }
        let variance = unit.reduce(0.0) { $0 + $1.reduce(0.0) { $0 + Double($1 * $1) } }
        // No step is given in half of the windows, and as often each number of first steps in the others.
        expected += variance * (!chains ? 1 : first == 0 ? 0.5 : 0.5 / Double(input.length - 1))
      }
    }
    for seed in 0..<4000 {
      var residuals = [Float](repeating: 0, count: truth.count)
      for gap in gaps {
        let path = objective.paths.path(gap.times)
        for (row, value) in zip(gap.rows, path.noise(given: 0, random.normals(gap.rows.count))) {
          residuals[row] = value
        }
      }
      tape.reset()
      var sums = ResidualObjective.Sums()
      _ = objective.denoiserLoss(
        objective.network.read(input, on: tape), input, truth: truth, residuals: residuals, weight: 1,
        RandomStream(seed: UInt64(seed)), sums: &sums)
      found.append(sums.denoising)
    }
    let mean = found.reduce(0, +) / Double(found.count)
    let deviation = (found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(found.count)).squareRoot()
    // Four standard errors.
    #expect(abs(mean - expected) < 4 * deviation / Double(found.count).squareRoot(), "\(mean) against \(expected)")
  }

  @Test("gaps end at known cells, not at those that do not count, and hold nothing beyond the series")
  func gaps() {
    let series = EntitySeries(
      name: [], rows: [0, 1, 2, 3, 4], times: [0, 2, 3, 7, 8],
      values: [.nan, 1, .nan, .nan, 2, .nan, .nan, .nan, 3, .nan], inputs: [])
    let frame = SeriesFrame(channelCount: 2, inputCount: 0, entities: [series])
    let view = MaskedView(frame, base: [series.values.map { $0.isNaN ? 0 : $0 }])
    let input = WindowInput(
      [.init(entity: 0, start: 0, steps: 2), .init(entity: 0, start: 0, steps: 5)], length: 6, patch: 3, channels: 2,
      inputs: 0, spread: [1, 1], typicalStep: 2, view: { _ in view })
    func places(_ gaps: [WindowInput.Gap]) -> [[Int]] { gaps.map { $0.rows.map { 10 * ($0 / 12) + input.step($0) } } }
    #expect(places(input.gaps(0)) == [[0, 1], [1]])
    let whole = input.gaps(1)
    #expect(places(whole) == [[10, 11], [13], [11, 12, 13, 14]])
    #expect(whole.map(\.times) == [[0, 1], [3.5], [1, 1.5, 3.5, 4]])
    let silent = whole[2].rows[1]
    #expect(places(input.gaps(1) { $0 != silent }) == [[10, 11], [13], [11, 13, 14]])
  }

  @Test("what is given stays, and changes what is made of the others")
  func given() throws {
    let (objective, layout) = Self.objective()
    var random = RandomStream(seed: 80)
    let values = zip(layout.initialValues(random.child(0)), random.normals(layout.count)).map { $0 + 0.2 * $1 }
    let tape = Tape(store: ParameterStore(layout: layout, values: values))
    let (input, _) = Self.example()
    let sampler = ResidualSampler(objective: objective, evaluations: 4)
    let condition = sampler.estimates(input, on: tape)[0].condition
    let unknown = Array(input.unknown[0..<input.size]), gaps = input.gaps(0)
    let first = unknown.indices.filter { unknown[$0] > 0 && input.step($0) < 2 }
    #expect(!first.isEmpty)
    func made(_ residual: Float?) throws -> Tensor {
      var given = Tensor([Float](repeating: .nan, count: 2 * input.size), shape: [2, input.size])
      if let residual { for row in first { for draw in 0..<2 { given[draw, row] = residual } } }
      return try sampler.residuals(
        condition, gaps: gaps, draws: 2, given: given, noise: { Float($0 + $1 % 3) - 1 }, on: tape)
    }
    let (low, high, none) = (try made(-1), try made(1), try made(nil))
    #expect(
      try sampler.residuals(
        condition, gaps: gaps, draws: 2, noise: { Float($0 + $1 % 3) - 1 }, on: tape) == none)
    for draw in 0..<2 {
      for row in unknown.indices {
        if unknown[row] == 0 {
          #expect(low[draw, row] == 0)
        } else if first.contains(row) {
          #expect(abs(low[draw, row] + 1) < 1e-5 && abs(high[draw, row] - 1) < 1e-5)
        } else {
          #expect(low[draw, row] != high[draw, row] && low[draw, row] != none[draw, row])
        }
      }
    }
  }

  @Test("the median takes the absolute error alone, the distance the Laplace likelihood")
  func estimateGradient() {
    let (objective, layout) = Self.objective()
    let (input, truth) = Self.example()
    var random = RandomStream(seed: 79)
    let given = random.normals(2 * truth.count)
    let tape = Tape(store: ParameterStore(layout: layout, values: layout.initialValues(random)))
    let estimate = tape.input(Tensor(given, shape: [truth.count, 2]))
    let (loss, residuals) = objective.estimateLoss(estimate, input, truth: truth, weight: 0.5, sums: nil)
    tape.backward(from: loss)
    let gradient = tape.gradient(of: estimate).values
    var total = 0.0
    for row in truth.indices {
      guard !truth[row].isNaN else {
        #expect(gradient[2 * row] == 0 && gradient[2 * row + 1] == 0 && residuals[row] == 0)
        continue
      }
      let error = Double(truth[row] - input.base[row]) / 0.5 - Double(given[2 * row])
      func likelihood(_ log: Double) -> Double { log + abs(error) / exp(log) }
      let log = Double(given[2 * row + 1])
      total += 0.5 * (abs(error) + likelihood(log))
      #expect(gradient[2 * row] == (error > 0 ? -0.5 : 0.5))
      let slope = 0.5 * (likelihood(log + 1e-5) - likelihood(log - 1e-5)) / 2e-5
      #expect(abs(Double(gradient[2 * row + 1]) - slope) < 1e-4 * max(1, abs(slope)))
      let residual = min(max(error / (2.0.squareRoot() * exp(log)), -8), 8)
      #expect(abs(Double(residuals[row]) - residual) < 1e-4)
    }
    #expect(abs(Double(loss.values[0]) - total) < 1e-4 * total)
  }

  @Test("a network at its start says what the cheap mean says, with errors of the spread")
  func start() {
    let (objective, layout) = Self.objective()
    let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 1)))
    let (input, _) = Self.example()
    let made = ResidualSampler(objective: objective, evaluations: 4).estimates(input, on: Tape(store: store))
    #expect(made.flatMap(\.median) == input.base)
    // √2 · e^−0.22 · 0.5
    #expect(made.flatMap(\.deviation).allSatisfy { abs($0 - 0.5675) < 1e-3 })
  }

  @Test(
    "before training, draws are the prior's: unit normal noise as it goes together, about what is given",
    arguments: [(8, ResidualPrior()), (16, ResidualPrior()), (8, prior), (16, prior)])
  func flow(evaluations: Int, prior: ResidualPrior) throws {
    // An untrained denoiser is exact for normal residuals of the noise's covariance (Karras et al. 2022, equation 7: F = 0),
    // whose flow carries every value to its standard score.
    let (objective, layout) = Self.objective(prior: prior)
    let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 1)))
    let (input, _) = Self.example()
    let sampler = ResidualSampler(objective: objective, evaluations: evaluations)
    let tape = Tape(store: store)
    let condition = sampler.estimates(input, on: tape)[0].condition
    func noise(_ pair: Int, _ cell: Int) -> Float { Float(sin(Double(7 * pair + 3 * cell))) * 2 }
    var given = Tensor([Float](repeating: .nan, count: 3 * input.size), shape: [3, input.size])
    for gap in input.gaps(0) where gap.rows.count > 2 {
      for draw in 0..<3 { given[draw, gap.rows[0]] = Float(draw) - 0.5 }
    }
    let made = try sampler.residuals(
      condition, gaps: input.gaps(0), draws: 3, given: given, noise: noise, on: tape)
    var seen = 0
    for gap in input.gaps(0) {
      let path = GapPaths(prior, length: 6).path(gap.times), known = gap.rows.count > 2 ? 1 : 0
      for draw in 0..<3 {
        let mean = path.mean(given: known > 0 ? [Float(draw) - 0.5] : [])
        let independent = gap.rows.map { noise(draw / 2, $0) * (draw % 2 == 0 ? 1 : -1) }
        for (row, expected) in zip(gap.rows, zip(mean, path.noise(given: known, independent)).map { $0 + $1 }) {
          // Of second order in steps of half a decade: 0.17 at 8 evaluations, a quarter of it at 16.
          #expect(abs(made[draw, row] - expected) < (evaluations == 8 ? 0.2 : 0.05))
          seen += 1
        }
      }
    }
    #expect(seen == made.values.count { $0 != 0 })
  }

  @Test(
    "cells that are unknown and not scored have no part in the loss; a window beyond the end of its series is padded")
  func padding() {
    let (objective, layout) = Self.objective()
    let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 1)))
    let (input, truth) = Self.example()
    let tape = Tape(store: store)
    let nothing = [Float](repeating: .nan, count: truth.count)
    #expect(objective.loss(input, truth: nothing, weight: 1, random: RandomStream(seed: 1), on: tape).values[0] == 0)

    let series = EntitySeries(
      name: [], rows: [0, 1], times: [0, 1], values: [1, .nan, .nan, 2, 3, .nan], inputs: [1, 2, 3, 4])
    let frame = SeriesFrame(channelCount: 3, inputCount: 2, entities: [series])
    let view = MaskedView(frame, base: [[1, 0, 0, 2, 3, 0]])
    let short = WindowInput(
      [.init(entity: 0, start: 0, steps: 2)], length: 6, patch: 2, channels: 3, inputs: 2, spread: [1, 1, 1],
      typicalStep: 1, view: { _ in view })
    // Channel by channel, two steps each.
    #expect(Array(short.unknown.prefix(6)) == [0, 0, 1, 0, 1, 1])
    #expect(short.unknown.suffix(12).allSatisfy { $0 == 0 })
    #expect(short.cells.suffix(12 * WindowInput.cellWidth).allSatisfy { $0 == 0 })
    func cell(_ row: Int) -> [Float] {
      Array(short.cells[row * WindowInput.cellWidth..<(row + 1) * WindowInput.cellWidth])
    }
    // A known cell: its value, known, at hand on both sides.
    #expect(cell(0) == [1, 1, 0, 1, 1, 0, 0, 0, 1])
    // Before the only observation of its channel: the line is that one, a step away.
    #expect(cell(2) == [0, 0, 3, 0, 0.5, 0, 3, Float(log1p(1.0)) / 4, 1])
    // A channel without any: the mean, and that it exists.
    #expect(cell(5) == [0, 0, 0, 0, 0, 0, 0, 0, 1])
    // Inputs of both steps, after the base and the mask of four steps around.
    #expect(Array(short.steps[24..<28]) == [1, 2, 3, 4])
  }

  @Test("a cell's row and its place are each other's inverse", arguments: [1, 2, 3])
  func rows(patch: Int) {
    var seen: Set<Int> = []
    for step in 0..<6 {
      for channel in 0..<5 {
        let row = WindowInput.row(step: step, channel: channel, channels: 5, patch: patch)
        seen.insert(row)
        #expect(WindowInput.place(row: row, channels: 5, patch: patch) == (step, channel))
      }
    }
    #expect(seen == Set(0..<30))
  }
}
