import DiffusionCore
import Foundation
import NeuralNetworks
@testable import TabularDDPM
import Tables
import Testing

@Suite("Held-out bounds of masked diffusion")
struct MaskedEstimateTests {
  private func coded(
    _ table: Table, _ schema: Schema, _ change: (inout CodingSettings) -> Void
  ) throws -> (coding: TableCoding, data: Cells) {
    var settings = CodingSettings()
    change(&settings)
    let coding = TableEncoder(settings).fitted(to: table, schema: schema, random: RandomStream(seed: 5))
    return (coding, try coding.encode(table, missingIsUnknown: false, random: RandomStream(seed: 6)))
  }

  /// A network whose predictions depend on what is visible: its start, shaken.
  private func shaken(
    _ coding: TableCoding, _ data: Cells, layout: (inout SlotLayout) -> Void = { _ in }
  ) throws -> (objective: MaskedObjective, pass: ShardedPass) {
    var slots = coding.layout
    layout(&slots)
    var parameters = ParameterLayout()
    let network = MaskedNetwork(
      slots, denoiser: ResidualMLPDenoiser(width: 32, blocks: 1),
      prior: MaskedNetwork.prior(slots, data: data), in: &parameters)
    let store = ParameterStore(layout: parameters, values: parameters.initialValues(RandomStream(seed: 1)))
    var random = RandomStream(seed: 2)
    for index in store.values.indices { store.values[index] += 0.25 * random.normal() }
    store.refreshHalves()
    return (
      MaskedObjective(coding: coding, network: network),
      ShardedPass(store: store, rows: 512, precision: .float32, threads: 2, recordsGradients: false)
    )
  }

  /// Estimates by random masks and one slot after another, each the mean over several drawings, with standard errors.
  private func compare(_ objective: MaskedObjective, _ data: Cells, _ pass: ShardedPass) {
    let rows = (0..<Int32(data.rows)).map { $0 }, seeds: [UInt64] = Array(1...12)
    func summary(_ means: [Double]) -> (mean: Double, error: Double) {
      let mean = means.reduce(0, +) / Double(means.count)
      let squares = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (squares / Double(means.count * (means.count - 1))).squareRoot())
    }
    let masked = summary(
      seeds.map { objective.estimate(data, rows: rows, evaluations: 8, pass: pass, seed: $0).mean })
    let ordered = summary(
      seeds.map { seed in
        let bounds = objective.bounds(data, pass: pass, seed: seed)
        return bounds.reduce(0) { $0 + Double($1) } / Double(bounds.count)
      })
    let error = (masked.error * masked.error + ordered.error * ordered.error).squareRoot()
    #expect(abs(masked.mean - ordered.mean) < 4 * error + 1e-3)
    // The test says something only where chance is small.
    #expect(error < 0.01 * ordered.mean)
  }

  @Test("masks at random and slots one after another cost the same", arguments: CodingSettings.Numbers.allCases)
  func ordered(numbers: CodingSettings.Numbers) throws {
    let (table, schema) = SmallTables.mixed(rows: 400)
    let (coding, data) = try coded(table, schema) { $0.numbers = numbers }
    let (objective, pass) = try shaken(coding, data)
    #expect(objective.layout.slots.contains { $0.follows != nil })
    compare(objective, data, pass)
    let estimate = objective.estimate(
      data, rows: Array(0..<400), evaluations: 4, pass: pass, seed: 1)
    #expect(abs(estimate.columns.reduce(0, +) - estimate.mean) < 1e-3 * estimate.mean)
  }

  private static let followers: [[Int?]] = [[nil, 0, 1, 2], [nil, 0, 1, nil], [nil, 0, 0, 1]]

  @Test("chains of followers of any length, and trees", arguments: followers)
  func longChains(predecessors: [Int?]) throws {
    let (table, schema) = Self.independent(rows: 300, probabilities: Array(repeating: [0.5, 0.3, 0.2], count: 4))
    let (coding, data) = try coded(table, schema) { $0.derives = false }
    let (objective, pass) = try shaken(coding, data) { layout in
      for (slot, before) in predecessors.enumerated() { layout.slots[slot].follows = before }
    }
    #expect(objective.layout.slots.map(\.follows) == predecessors)
    compare(objective, data, pass)
  }

  @Test("rows of which much is visible at least are judged there alone")
  func leastVisible() throws {
    let (table, schema) = SmallTables.mixed(rows: 300)
    let (coding, data) = try coded(table, schema) { $0.numbers = .codes }
    var (objective, pass) = try shaken(coding, data)
    objective.leastVisible = 0.5
    compare(objective, data, pass)
  }

  /// Independent columns of categories.
  private static func independent(rows: Int, probabilities: [[Double]]) -> (Table, Schema) {
    var random = RandomStream(seed: 9)
    var columns: [Column] = [], schemas: [ColumnSchema] = []
    for (index, shares) in probabilities.enumerated() {
      let levels = shares.indices.map { "level \($0)" }
      let cells = (0..<rows).map { _ -> Int32 in
        var left = random.uniformDouble(), level = 0
        while level < shares.count - 1, left >= shares[level] {
          left -= shares[level]
          level += 1
        }
        return Int32(level)
      }
      columns.append(Column(name: "c\(index)", values: .categories(indices: cells, levels: levels)))
      schemas.append(ColumnSchema(name: "c\(index)", kind: .category, levels: levels))
    }
    return (Table(columns: columns), Schema(columns: schemas))
  }

  @Test("independent columns cost their entropy: numbers as codes, and many levels in two codes")
  func entropy() throws {
    let rows = 6000, levels = 1500
    let (categories, categorySchema) = Self.independent(
      rows: rows, probabilities: [[0.7, 0.3], Array(repeating: 1 / Double(levels), count: levels)])
    var random = RandomStream(seed: 10)
    let numbers = (0..<rows).map { _ in Double(random.normal()) }
    let table = Table(columns: categories.columns + [Column(name: "x", values: .numbers(numbers))])
    let schema = Schema(
      columns: categorySchema.columns + [
        ColumnSchema(name: "x", kind: .decimal(digits: 6), minimum: numbers.min(), maximum: numbers.max())
      ])
    let (coding, data) = try coded(table, schema) { settings in
      (settings.numbers, settings.derives, settings.bins, settings.cells) = (.codes, false, 8, 128)
    }
    let (store, task) = MaskedTask.make(
      coding, denoiser: ResidualMLPDenoiser(width: 16, blocks: 1), data: data, training: [],
      heldOut: Array(0..<Int32(rows)), random: RandomStream(seed: 1))
    // A network at its start knows the shares of codes, and no more is to be known of independent columns.
    let pass = ShardedPass(store: store, rows: 4096, precision: .float32, threads: 2, recordsGradients: false)
    guard case .continuous(let c) = coding.columns[2].content else { Issue.record("no continuum"); return }
    #expect(task.objective.layout.slots.count == 5)
    // A grouped category has a group and a place within it, and a number is spread evenly over bins and their cells.
    let known = [-(0.7 * log(0.7) + 0.3 * log(0.3)), log(Double(levels)), log(Double(c.bins * c.cells))]
    let estimate = task.objective.estimate(data, rows: task.heldOut, evaluations: 4, pass: pass, seed: 3)
    for (cost, entropy) in zip(estimate.columns, known) { #expect(abs(cost - entropy) < 0.03 * entropy + 0.02) }
    #expect(abs((task.heldOutLoss(pass) ?? 0) - known.reduce(0, +)) < 0.02 * known.reduce(0, +))
    let start = task.objective.estimateAtStart(data, rows: task.heldOut, pass: pass)
    #expect(abs(start.mean - estimate.mean) < 0.02 * start.mean)
    // What training weighs alike costs something else: codes count half, and places one and a half times.
    let trained = task.objective.estimate(
      data, rows: task.heldOut, evaluations: 4, weighting: .everyHidden, pass: pass, seed: 3)
    #expect(trained.columns[2] > 1.1 * known[2])
  }
}
