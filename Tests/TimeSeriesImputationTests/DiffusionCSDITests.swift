import Foundation
import NeuralNetworks
import Testing

@testable import DiffusionCore
@testable import TimeSeriesImputation

@Suite("CSDI as published")
struct DiffusionCSDITests {
  @Test("the schedule has the paper's numbers")
  func schedule() {
    // python3 -c "import numpy as np; b=np.linspace(.0001**.5,.5**.5,50)**2; a=np.cumprod(1-b); print(b[0],b[1],b[49],a[0],a[24],a[49])" (numpy 2.4.6)
    let made = CSDISchedule.stepped(50)
    #expect(abs(made.betas[0] - 0.0001) < 1e-12 && abs(made.betas[49] - 0.5) < 1e-12)
    #expect(abs(made.betas[1] - 0.000586931491020027) < 1e-12)
    let diffusion = GaussianDiffusion(schedule: made)
    #expect(abs(diffusion.cumulative[1] - 0.9999) < 1e-12)
    #expect(abs(diffusion.cumulative[25] - 0.324989636718) < 1e-10)
    #expect(abs(diffusion.cumulative[50] / 3.35407887541e-05 - 1) < 1e-8)
    for step in [1, 2, 25, 50] { #expect(diffusion.step(of: diffusion.level(step: step)) == step) }
  }

  @Test("embeddings have the paper's numbers")
  func embeddings() {
    // python3 -c "import numpy as np; e=3*10**(np.arange(64)/63*4); print(np.sin(e)[[0,1,20]],np.cos(e)[[0,1,20]])" (numpy 2.4.6)
    let level = CSDINetwork.levelEmbedding([0, 3])
    #expect(level.shape == [2, 128])
    #expect(level[0, 5] == 0 && level[0, 70] == 1)
    for (place, expected) in zip(
      [0, 1, 20, 64, 65, 84], [0.141120008, -0.324682468, -0.649150525, -0.989992497, -0.945823078, 0.760659973])
    { #expect(abs(Double(level[1, place]) - expected) < 1e-4) }
    // python3 -c "import numpy as np; p=np.arange(0,128,2); a=5/10000**(p/128); print(np.sin(a)[[0,1,63]],np.cos(a)[[0,1,63]])" (numpy 2.4.6)
    let time = CSDINetwork.timeEmbedding(8)
    #expect(time.shape == [8, 128])
    for (place, expected) in zip(
      [0, 2, 126, 1, 3, 127], [-0.958924275, -0.927709288, 0.00057739096, 0.283662185, -0.373303464, 0.999999833])
    { #expect(abs(Double(time[5, place]) - expected) < 1e-6) }
  }

  @Test("the network is as large as the paper's", arguments: [(35, 48, 414_065), (36, 36, 414_081)])
  func size(channels: Int, length: Int, expected: Int) {
    var layout = ParameterLayout()
    _ = CSDINetwork(CSDIShape(length: length, channels: channels), in: &layout)
    #expect(layout.parameters.reduce(0) { $0 + $1.count } == expected)
  }

  private static func task(steps: Int = 40) -> (CSDITask, ParameterStore) {
    var random = RandomStream(seed: 3)
    let values = random.normals(steps * 2).enumerated().map { $0.offset % 7 == 3 ? .nan : $0.element }
    let series = EntitySeries(
      name: [], rows: Array(0..<steps), times: (0..<steps).map { Double($0) }, values: values, inputs: [])
    let frame = SeriesFrame(channelCount: 2, inputCount: 0, entities: [series])
    let plan = WindowPlan(length: 8, stride: 1, stretches: [[0..<steps]])
    var layout = ParameterLayout()
    let network = CSDINetwork(CSDIShape(length: 8, channels: 2, width: 16, blocks: 2, heads: 2), in: &layout)
    let task = CSDITask(
      network: network, diffusion: GaussianDiffusion(schedule: CSDISchedule.stepped(50)), frame: frame, plan: plan,
      training: Array(0..<Int32(plan.windows.count)), heldOut: [], expected: 4)
    return (task, ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 4))))
  }

  @Test("only observed cells are hidden: from none to all at random, or as another window lacks them")
  func masks() {
    let (task, _) = Self.task()
    var random = RandomStream(seed: 5)
    let values = CSDITask.values(task.plan.windows[0], of: task.frame, length: 8)
    let counts = (0..<400).map { _ in
      let hidden = task.hide(values, &random)
      #expect(zip(values, hidden).allSatisfy { !$1 || !$0.isNaN })
      return hidden.count { $0 }
    }
    #expect(counts.min() == 0 && counts.max()! >= 13)
  }

  @Test("a network at its start predicts nothing: its loss is the mean square of the noise")
  func start() {
    let (task, store) = Self.task()
    let batch = Array(0..<Int32(33))
    let tape = Tape(store: store)
    var total = 0.0
    for seed in 0..<20 {
      tape.reset()
      let stream = RandomStream(seed: UInt64(seed))
      let loss = task.loss(
        TrainingBatch(rows: batch[...], offset: 0, batchSize: 33, random: stream, shared: stream), on: tape)
      total += Double(loss.values[0])
    }
    // About 4.3 of 13.7 observed cells are hidden (half of the windows hide half, the others a seventh), in units of 4; the
    // mean over 660 windows has a standard error of 0.06.
    #expect((0.8...1.6).contains(total / 20), "\(total / 20)")
  }

  @Test("the loss's gradient agrees with differences along random directions", arguments: [UInt64(1), 2])
  func gradient(seed: UInt64) {
    let (task, start) = Self.task()
    let layout = start.layout
    var random = RandomStream(seed: seed)
    let values = zip(start.values, random.normals(layout.count)).map { $0 + 0.05 * $1 }
    let direction = random.normals(layout.count)
    let rows: [Int32] = [0, 5, 9]
    func loss(_ shift: Float, gradients: GradientBuffer? = nil) -> Double {
      let store = ParameterStore(layout: layout, values: zip(values, direction).map { $0 + shift * $1 })
      let tape = Tape(store: store, gradients: gradients)
      let stream = RandomStream(seed: 8)
      let loss = task.loss(
        TrainingBatch(rows: rows[...], offset: 0, batchSize: 3, random: stream, shared: stream), on: tape)
      if gradients != nil { tape.backward(from: loss) }
      return Double(loss.values[0])
    }
    let buffer = GradientBuffer(count: layout.count)
    _ = loss(0, gradients: buffer)
    let slope = zip(buffer.values, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let step: Float = 1e-3
    let difference = (loss(step) - loss(-step)) / Double(2 * step)
    // The rectifiers have corners, which a step may cross.
    #expect(abs(slope - difference) < 0.03 * max(1, abs(difference)), "\(slope) against \(difference)")
  }
  @Test("fewer evaluations skip steps of noise, as many as steps or more change nothing")
  func evaluations() throws {
    let (task, store) = Self.task()
    func draws(_ evaluations: Int) throws -> [[Float]] {
      try CSDIFilling(
        network: task.network, diffusion: task.diffusion, evaluations: evaluations, store: store, precision: .float32,
        threads: 1, frame: task.frame, random: RandomStream(seed: 6), range: nil
      ).run([task.plan.windows[0]], draws: 8, shouldContinue: { _ in true })[0].draws
    }
    let (all, more, few) = (try draws(50), try draws(80), try draws(5))
    #expect(all == more && all != few)
    // A network at its start predicts no noise, so that values are those of data of unit variance, more or less.
    for made in [all, few] { #expect(made.joined().allSatisfy { $0.isFinite }) }
  }
}
