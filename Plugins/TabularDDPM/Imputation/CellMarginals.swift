import DiffusionCore
import Foundation
import Tables
import Tensors

/// What a model says of the cells of one column in some rows, each given what is known of its row.
enum CellMarginals: Sendable {
  /// Of each row the mean and evenly spread quantiles, in the column's own unit.
  case numbers(means: [Double], quantiles: [Double])
  /// Of each row the share of each of the coding's levels, `[rows, levels]`.
  case classes([Float], count: Int)

  /// Quantiles of each row: those at (i + ½) / 64.
  static let quantileCount = 64
}

/// One row's distribution of a number, gathered from parts: values, and Gaussians on the scale of scores.
struct NumberMixture {
  private var points: [(value: Double, weight: Double)] = []

  /// Nodes and weights that stand for a standard normal: its quantiles at (i + ½) / 10.
  private static let normal: [Double] = (0..<10).map { NormalDistribution.quantile((Double($0) + 0.5) / 10) }
  /// Components below this share are left out.
  private static let leastShare = 0.002

  mutating func clear() { points.removeAll(keepingCapacity: true) }

  /// Adds a value.
  mutating func add(_ value: Double, _ weight: Double) {
    if weight > 0 { points.append((value, weight)) }
  }

  /// Adds a density over scores, mapped to values.
  mutating func add(
    _ mixture: GaussianMixture, weight: Double, limit: Double, value: (Double) -> Double
  ) {
    for (share, mean, deviation) in mixture.parts where share > Self.leastShare {
      for node in Self.normal {
        let score = min(max(mean + deviation * node, -limit), limit)
        points.append((value(NormalDistribution.cumulative(score)), weight * share / Double(Self.normal.count)))
      }
    }
  }

  /// The mean, and the quantiles at (i + ½) / count, between points by straight lines; a value that holds a share of its
  /// own is hit exactly.
  mutating func summary(quantiles count: Int, into quantiles: inout [Double]) -> Double {
    guard !points.isEmpty else {
      quantiles += Array(repeating: .nan, count: count)
      return .nan
    }
    points.sort { $0.value < $1.value }
    var total = 0.0, sum = 0.0
    for point in points {
      total += point.weight
      sum += point.weight * point.value
    }
    var place = 0, below = 0.0
    for index in 0..<count {
      let wanted = (Double(index) + 0.5) / Double(count) * total
      while place < points.count - 1, below + points[place].weight < wanted {
        below += points[place].weight
        place += 1
      }
      // Within the point's own share: from the middle towards the neighbour, if that is as light.
      let point = points[place], offset = (wanted - below) / point.weight - 0.5
      let other = offset < 0 ? place - 1 : place + 1
      guard points.indices.contains(other), point.weight < total / 30, points[other].weight < total / 30 else {
        quantiles.append(point.value)
        continue
      }
      let distance = abs(offset) * point.weight / ((point.weight + points[other].weight) / 2)
      quantiles.append(point.value + min(distance, 0.5) * (points[other].value - point.value))
    }
    return sum / total
  }
}

extension MaskedObjective {
  /// What the model says of every unknown cell of some rows, each given all that is visible in its row: one evaluation.
  ///
  /// The density of a number is learned whether its code is visible or not, so that code and density of one evaluation
  /// multiply to the cell's distribution.
  ///
  /// - Parameters:
  ///   - rows: the rows of one shard, with their anchors placed.
  ///   - wanted: the columns to tell of, by column the rows.
  /// - Returns: for each wanted column what its rows were told.
  func marginals(
    _ rows: MaskedSampler.Rows, wanted: [(column: Int, rows: [Int])], on tape: Tape
  ) throws -> [CellMarginals] {
    let slots = layout.slots.count
    var input = MaskedInput(rows: rows.count, layout: layout)
    let visible = rows.codes.map { $0 != Cells.unknown }
    rows.codes.withUnsafeBufferPointer { codes in
      rows.scores.withUnsafeBufferPointer { scores in
        visible.withUnsafeBufferPointer { visible in
          for row in 0..<rows.count {
            builder.fill(
              &input, row: row, codes: codes.baseAddress! + row * slots,
              scores: scores.baseAddress.map { $0 + row * layout.scoreCount },
              visible: visible.baseAddress! + row * slots)
          }
        }
      }
    }
    tape.reset()
    let hidden = network.hidden(input, on: tape)
    var anchors: [Float] = []
    return try wanted.map { column, own throws -> CellMarginals in
      let coding = self.coding.columns[column]
      let outputs = layout.slotsOfColumn[column].map { network.outputs(of: $0, hidden: hidden) }
      guard outputs.allSatisfy(\.isFinite) else { throw ArchiveError(.overflow(what: "distributions")) }
      func parameters(_ slot: Int, _ row: Int) -> UnsafePointer<Float> {
        UnsafePointer(outputs[slot].values.baseAddress! + row * outputs[slot].columns)
      }
      switch coding.content {
      case .levels(let levels):
        var shares: [Float] = []
        shares.reserveCapacity(own.count * levels.count)
        for row in own {
          shares += Categorical.shares(
            parameters(0, row), coding.codes, excluding: coding.hasMissing ? coding.missingCode : -1
          )
          .prefix(levels.count)
        }
        return .classes(shares, count: levels.count)
      case .groupedLevels(let levels, let size):
        // The places of the likeliest group stand for all: groups are many, and an evaluation each would be dear.
        var shares = [Float](repeating: 0, count: own.count * levels.count)
        for (index, row) in own.enumerated() {
          let groups = Categorical.shares(
            parameters(0, row), coding.codes, excluding: coding.hasMissing ? coding.missingCode : -1)
          let places = Categorical.shares(parameters(1, row), size, excluding: -1)
          for (level, _) in levels.enumerated() {
            shares[index * levels.count + level] = groups[level / size] * places[level % size]
          }
        }
        return .classes(shares, count: levels.count)
      default:
        var means: [Double] = [], quantiles: [Double] = []
        var mixture = NumberMixture()
        for row in own {
          mixture.clear()
          anchors.removeAll(keepingCapacity: true)
          gather(column, row: row, rows, input, parameters, &anchors, into: &mixture)
          means.append(mixture.summary(quantiles: CellMarginals.quantileCount, into: &quantiles))
        }
        return .numbers(means: means, quantiles: quantiles)
      }
    }
  }

  private func gather(
    _ column: Int, row: Int, _ rows: MaskedSampler.Rows, _ input: MaskedInput,
    _ parameters: (_ slot: Int, _ row: Int) -> UnsafePointer<Float>, _ anchors: inout [Float],
    into mixture: inout NumberMixture
  ) {
    let coding = self.coding.columns[column], rounding = self.coding.roundings[column]
    let own = layout.slotsOfColumn[column], width = self.coding.columns.count
    let hasCode = coding.codes > 1
    let shares =
      hasCode
      ? Categorical.shares(parameters(0, row), coding.codes, excluding: coding.hasMissing ? coding.missingCode : -1)
      : [1]
    switch coding.content {
    case .values(let values, _):
      for (value, share) in zip(values, shares) where share > 1e-4 { mixture.add(value, Double(share)) }
    case .continuous(let c):
      for (code, value) in c.heavy.enumerated() { mixture.add(value, Double(shares[c.bins + code])) }
      for (index, relation) in c.relations.enumerated() {
        let value = rounding(relation.value { rows.numbers[row * width + $0] })
        // Of a relation whose parents are not known nothing can be said here.
        if value.isFinite { mixture.add(value, Double(shares[c.bins + c.heavy.count + index])) }
      }
      if c.cells > 0 {
        let cells = Categorical.shares(parameters(own.count - 1, row), c.cells, excluding: -1)
        for bin in 0..<c.bins {
          for cell in 0..<c.cells where shares[bin] * cells[cell] > 1e-4 {
            let quantile = (Double(bin) + (Double(cell) + 0.5) / Double(c.cells)) / Double(c.bins)
            mixture.add(c.map.value(quantile), Double(shares[bin] * cells[cell]))
          }
        }
      } else {
        builder.appendAnchors(of: own[own.count - 1], input, row: row, to: &anchors)
        guard case .density(let components) = layout.slots[own[own.count - 1]].kind else { return }
        mixture.add(
          GaussianMixture(parameters(own.count - 1, row), components: components, anchors: anchors),
          weight: Double(shares[0]), limit: c.map.score(1), value: { c.map.value($0) })
      }
    default: break
    }
  }

  /// Works out the anchors of rows from the numbers that are known.
  func placeAnchors(_ rows: inout MaskedSampler.Rows) {
    let width = coding.columns.count
    for row in 0..<rows.count {
      for (index, anchor) in layout.anchors.enumerated() {
        rows.scores[row * layout.scoreCount + layout.numericCount + index] = coding.score(of: anchor) {
          rows.numbers[row * width + $0]
        }
      }
    }
  }
}

extension Categorical {
  /// softmax(logits) without one code, which is left out.
  static func shares(_ logits: UnsafePointer<Float>, _ count: Int, excluding: Int) -> [Float] {
    var top = -Float.infinity
    for code in 0..<count where code != excluding { top = max(top, logits[code]) }
    var shares = [Float](repeating: 0, count: count), sum: Float = 0
    for code in 0..<count where code != excluding {
      shares[code] = exp(logits[code] - top)
      sum += shares[code]
    }
    for code in 0..<count { shares[code] /= sum }
    return shares
  }
}

extension GaussianMixture {
  /// The components' shares, means and deviations.
  var parts: [(share: Double, mean: Double, deviation: Double)] {
    let shares = Categorical.shares(logits, count, excluding: -1)
    return (0..<count).map { (Double(shares[$0]), Double(mean($0)), Double(deviation($0))) }
  }
}
