import DiffusionCore
import Foundation
import Tables
import Tensors

/// How far predictions of numbers are off, learned on cells that were hidden: intervals, draws and the middle.
///
/// The size of an error is predicted from the cell's context by a ridge regression of its logarithm; errors over that size
/// are kept as quantiles, apart for small and large predicted sizes. That is split conformal prediction with normalised
/// residuals (Lei et al., "Distribution-free predictive inference for regression", JASA 113, 2018, section 5.2; what a
/// stretch of time adds to the size follows errors that drift), by
/// groups of predicted size (Mondrian; Vovk, Gammerman & Shafer, "Algorithmic learning in a random world", 2005, 4.5).
/// Channels whose errors have heavier or lighter tails than their groups' get levels of their own: where the truths of a
/// channel fall among the quantiles says which of these hold a share of them (Chernozhukov, Wüthrich & Zhu,
/// "Distributional conformal prediction", PNAS 118, 2021).
struct SeriesCalibration: Codable, Sendable, Equatable {
  /// Weights of ``CellContext`` features for the logarithm of the size, and what each channel and each period add.
  private let weights: [Double], channelOffsets: [Double], periodOffsets: [Double]
  private let periods: Periods
  /// The least and the greatest size that is believed.
  private let least: Double, greatest: Double
  /// Upper ends of the predicted sizes of each group but the last.
  private let groupEnds: [Double]
  /// Quantiles of error over size at 0, 1/levels … 1, by group.
  private let quantiles: [[Double]]
  /// The mean of error over size by group.
  private let means: [Double]
  /// By channel, the level from the middle (0) to an end (1) within which shares 0, 1/``shares`` … 1 of errors lie.
  private let channelLevels: [[Double]]
  /// The correlation of normal scores of errors one typical step apart, but for their drift.
  let correlation: Double
  /// The drift of these scores.
  let drift: ErrorDrift
  /// By channel, the weight of what errors of all channels at a step have in common (``CommonFactor``).
  let loadings: [Double]
  /// The number of hidden cells behind it.
  let cellCount: Int
  /// What distances are measured in.
  let typicalStep: Double

  private static let levels = 200
  private static let shares = 40
  /// Hidden cells of a channel that weigh as much as the groups do.
  private static let cellsPerChannel = 200.0
  /// Cells in a group: fewer say too little of a 5 % quantile.
  private static let cellsPerGroup = 400

  /// One cell whose error is known.
  private struct Residual {
    let entity: Int, step: Int, channel: Int, period: Int
    let error: Double
    var size = 1.0
    var group = 0
    /// One of ``parts`` parts of the table, of stretches of neighbouring steps.
    var part = 0
  }

  /// The parts that take turns in being left out.
  private static let parts = 5

  /// Deals residuals to the parts, by stretches of a week of hours; by shorter ones where a part would hold all of them.
  ///
  /// - Returns: the number of parts; 1 where there are too few residuals, or all are of one step.
  private static func dealParts(_ residuals: inout [Residual]) -> Int {
    guard residuals.count >= 200 else { return 1 }
    let steps = (residuals.map(\.step).max() ?? 0) + 1
    for length in [168, (steps + parts - 1) / parts] {
      for place in residuals.indices {
        residuals[place].part = (residuals[place].entity + residuals[place].step / length) % parts
      }
      if residuals.contains(where: { $0.part != residuals[0].part }) { return parts }
    }
    return 1
  }

  /// Equal parts of the time that the data span.
  private struct Periods: Codable, Equatable {
    static let count = 24
    let start: Double, length: Double

    init(_ frame: SeriesFrame) {
      let times = frame.entities.flatMap { [$0.times.first, $0.times.last] }.compactMap(\.self)
      start = times.min() ?? 0
      length = ((times.max() ?? 0) - start) / Double(Self.count)
    }

    /// The part that holds a time; of times before or after all of them, the first or the last.
    func callAsFunction(_ time: Double) -> Int {
      length > 0 ? min(max(Int(clamping: (time - start) / length), 0), Self.count - 1) : 0
    }
  }

  /// Learns from hidden cells.
  ///
  /// - Parameters:
  ///   - truth: the frame with the hidden cells.
  ///   - masked: the frame without them.
  ///   - filled: what was predicted for it, by entity `[steps, channels]`.
  ///   - channels: those that are numbers; others are not calibrated.
  init(
    truth: SeriesFrame, masked: SeriesFrame, hidden: [[Bool]], filled: [[Float]], channels: [Int], typicalStep: Double
  ) {
    self.typicalStep = typicalStep
    let width = masked.channelCount, features = CellContext.count
    let isNumber = Set(channels)
    var residuals: [Residual] = [], rows: [Double] = []
    let periods = Periods(masked)
    self.periods = periods
    for (entity, series) in masked.entities.enumerated() where hidden[entity].contains(true) {
      let context = CellContext(
        series, geometry: GapGeometry(series, channels: width), filled: filled[entity], typicalStep: typicalStep)
      var x = [Double](repeating: 0, count: features)
      // By channel and then by step, so that neighbours in time stand side by side.
      for channel in 0..<width where isNumber.contains(channel) {
        for step in 0..<series.steps where hidden[entity][step * width + channel] {
          let cell = step * width + channel
          let error = Double(truth.entities[entity].values[cell]) - Double(filled[entity][cell])
          residuals.append(
            Residual(entity: entity, step: step, channel: channel, period: periods(series.times[step]), error: error))
          x.withUnsafeMutableBufferPointer {
            context.write(step: step, channel: channel, into: $0.baseAddress!)
          }
          rows += x
        }
      }
    }
    cellCount = residuals.count
    guard residuals.count >= 20 else {
      // Too little is known: errors as large as the channel's own spread.
      (weights, channelOffsets) = ([Double](repeating: 0, count: features), [Double](repeating: 0, count: width))
      periodOffsets = [Double](repeating: 0, count: Periods.count)
      (least, greatest, groupEnds, means, correlation) = (1, 1, [], [0], 0)
      drift = ErrorDrift()
      channelLevels = []
      loadings = [Double](repeating: 0, count: width)
      quantiles = [
        (0...Self.levels).map { level in
          NormalDistribution.quantile(min(max(Double(level) / Double(Self.levels), 0.001), 0.999))
        }
      ]
      return
    }

    // log |error| on the context.
    let middle = residuals.map { abs($0.error) }.sorted()[residuals.count / 2]
    let floor = max(0.05 * middle, 1e-6)
    let logs = residuals.map { log(abs($0.error) + floor) }
    let whole = SizeModel(rows: rows, logs: logs, residuals: residuals, channels: width, leavingOut: nil)
    (weights, channelOffsets, periodOffsets) = (whole.weights, whole.channelOffsets, whole.periodOffsets)
    // Sizes of cells that the regression has not seen, week by week: those of seen ones fit too well.
    let parts = Self.dealParts(&residuals)
    for part in 0..<parts {
      let model =
        parts == 1
        ? whole : SizeModel(rows: rows, logs: logs, residuals: residuals, channels: width, leavingOut: part)
      rows.withUnsafeBufferPointer { rows in
        for place in residuals.indices where parts == 1 || residuals[place].part == part {
          residuals[place].size = exp(
            model.log(
              rows.baseAddress! + place * features, channel: residuals[place].channel, period: residuals[place].period))
        }
      }
    }

    let sorted = residuals.map(\.size).sorted()
    (least, greatest) = (sorted[0], 1.5 * sorted[sorted.count - 1])
    let groups = min(12, max(1, residuals.count / Self.cellsPerGroup))
    let ends = (1..<groups).map { sorted[$0 * sorted.count / groups] }
    groupEnds = ends
    var errors = [[Double]](repeating: [], count: groups)
    for place in residuals.indices {
      residuals[place].group = Self.group(residuals[place].size, ends)
      errors[residuals[place].group].append(residuals[place].error / residuals[place].size)
    }
    means = errors.map { $0.isEmpty ? 0 : $0.reduce(0, +) / Double($0.count) }
    let tables = errors.map { Self.table($0.sorted()) }
    quantiles = tables
    channelLevels = Self.channelLevels(residuals, tables, channels: width)
    let scores = residuals.map { Self.score($0, tables) }
    (correlation, drift) = Self.persistence(residuals, scores)
    loadings = CommonFactor.loadings(
      residuals.indices.map { (residuals[$0].entity, residuals[$0].step, residuals[$0].channel, scores[$0]) },
      channels: width)
  }

  private static func channelLevels(_ residuals: [Residual], _ tables: [[Double]], channels: Int) -> [[Double]] {
    var found = [[Double]](repeating: [], count: channels)
    for residual in residuals {
      let table = tables[residual.group], error = residual.error / residual.size
      // The place among the quantiles; of equal ones the middle.
      let below = table.count { $0 < error }, upTo = table.count { $0 <= error }
      let share = (Double(below) + Double(upTo) - 1) / 2 / Double(levels)
      found[residual.channel].append(min(abs(2 * share - 1), 1))
    }
    return found.map { own in
      let sorted = own.sorted(), weight = Double(own.count) / (Double(own.count) + cellsPerChannel)
      return (0...shares).map { step in
        let share = Double(step) / Double(shares)
        guard !sorted.isEmpty, step > 0 else { return share }
        // Split conformal: of n levels the ⌈(n + 1) share⌉-th.
        let place = min(Int((share * Double(sorted.count + 1)).rounded(.up)), sorted.count) - 1
        return weight * sorted[place] + (1 - weight) * share
      }
    }
  }

  /// Quantiles at `level / levels`, with the finite-sample correction of conformal prediction: of n + 1 positions.
  private static func table(_ sorted: [Double]) -> [Double] {
    guard !sorted.isEmpty else { return [Double](repeating: 0, count: levels + 1) }
    return (0...levels).map { level in
      // Away from the middle: the lower quantiles are pushed down, the upper ones up.
      let position = Double(level) / Double(levels) * Double(sorted.count + 1) - 1
      let place = min(max(position, 0), Double(sorted.count - 1))
      let low = Int(place)
      let share = place - Double(low)
      return sorted[low] + share * (sorted[min(low + 1, sorted.count - 1)] - sorted[low])
    }
  }

  private static func group(_ size: Double, _ ends: [Double]) -> Int { ends.count { $0 <= size } }

  /// The normal score of an error among those of its group.
  private static func score(_ residual: Residual, _ tables: [[Double]]) -> Double {
    let table = tables[residual.group], error = residual.error / residual.size
    let below = table.count { $0 < error }
    return NormalDistribution.quantile((Double(below) + 0.5) / Double(table.count + 1))
  }

  /// How normal scores of errors go on along the gaps of a channel: the correlation of neighbouring steps, drift apart, and the
  /// drift.
  private static func persistence(_ residuals: [Residual], _ scores: [Double]) -> (Double, ErrorDrift) {
    var moments = ErrorDrift.Moments(), run: [Float] = []
    for place in residuals.indices {
      let a = residuals[place]
      run.append(Float(scores[place]))
      let next = place + 1 < residuals.count ? residuals[place + 1] : nil
      if let next, next.entity == a.entity, next.channel == a.channel, next.step == a.step + 1 { continue }
      moments.add(run)
      run = []
    }
    func quick(_ drift: ErrorDrift) -> Double {
      let share = Double(drift.share)
      return min(max((moments.correlation(0) - share * drift.carry(over: 1)) / (1 - share), 0), 0.99)
    }
    let drift = ErrorDrift(moments) { place, drift in pow(quick(drift), Double(ErrorDrift.Moments.lags[place])) }
    return (quick(drift), drift)
  }

  /// The regression of the logarithm of errors.
  private struct SizeModel {
    var weights: [Double], channelOffsets: [Double], periodOffsets: [Double]

    init(rows: [Double], logs: [Double], residuals: [Residual], channels: Int, leavingOut: Int?) {
      let width = CellContext.count
      var normal = NormalEquations(width)
      let places = residuals.indices.filter { residuals[$0].part != leavingOut }
      rows.withUnsafeBufferPointer { rows in
        for place in places { normal.add(rows.baseAddress! + place * width, logs[place]) }
      }
      weights = normal.solve(ridge: 1)
      channelOffsets = [Double](repeating: 0, count: channels)
      periodOffsets = [Double](repeating: 0, count: Periods.count)
      channelOffsets = offsets(rows, logs, residuals, places, count: channels) { $0.channel }
      periodOffsets = offsets(rows, logs, residuals, places, count: Periods.count) { $0.period }
    }

    /// What the greater errors of each kind, the largest fifth, are above those of all.
    private func offsets(
      _ rows: [Double], _ logs: [Double], _ residuals: [Residual], _ places: [Int], count kinds: Int,
      kind: (Residual) -> Int
    ) -> [Double] {
      var sizes = [[Double]](repeating: [], count: kinds)
      rows.withUnsafeBufferPointer { rows in
        for place in places {
          let own = residuals[place]
          sizes[kind(own)].append(
            logs[place]
              - log(rows.baseAddress! + place * CellContext.count, channel: own.channel, period: own.period))
        }
      }
      // None are left where a part holds all of them.
      func large(_ numbers: [Double]) -> Double {
        numbers.isEmpty ? 0 : numbers.sorted()[numbers.count * 4 / 5]
      }
      let all = large(sizes.flatMap { $0 })
      return sizes.map { own in
        // A kind with few errors is like the others.
        own.isEmpty ? 0 : (large(own) - all) * Double(own.count) / (Double(own.count) + 50)
      }
    }

    func log(_ x: UnsafePointer<Double>, channel: Int, period: Int) -> Double {
      (0..<CellContext.count).reduce(channelOffsets[channel] + periodOffsets[period]) { $0 + weights[$1] * x[$1] }
    }
  }

  // MARK: Use

  /// The size of a cell's error, and its group.
  func size(_ features: UnsafePointer<Double>, channel: Int, time: Double) -> (size: Double, group: Int) {
    var sum = channelOffsets[channel] + periodOffsets[periods(time)]
    for place in 0..<CellContext.count { sum += weights[place] * features[place] }
    let size = min(max(exp(sum), least), greatest)
    return (size, Self.group(size, groupEnds))
  }

  /// The share of a group's errors below which that share of a channel's lies.
  func share(_ share: Double, channel: Int) -> Double {
    guard channel < channelLevels.count else { return share }
    let reach = Self.interpolated(channelLevels[channel], at: abs(2 * share - 1)) / 2
    return share < 0.5 ? 0.5 - reach : 0.5 + reach
  }

  /// The quantile of error over size of a group; the share is within 0 and 1.
  func quantile(_ share: Double, group: Int) -> Double { Self.interpolated(quantiles[group], at: share) }

  /// What a table with entries at evenly spaced shares from 0 to 1 says of a share within them.
  private static func interpolated(_ table: [Double], at share: Double) -> Double {
    let position = min(max(share, 0), 1) * Double(table.count - 1)
    let low = min(Int(clamping: position), table.count - 2)
    return table[low] + (position - Double(low)) * (table[low + 1] - table[low])
  }

  /// The mean of error over size of a group.
  func mean(group: Int) -> Double { means[group] }
}

extension SeriesCalibration {
  /// Checks the calibration of a coding's channels.
  func check(_ field: StoredField, coding: SeriesCoding) throws(ArchiveError) {
    let channels = coding.channelCount
    try field("weights").count(weights.count, CellContext.count)
    try field("channelOffsets").count(channelOffsets.count, channels)
    try field("periodOffsets").count(periodOffsets.count, Periods.count)
    try field("weights").bounded(weights + channelOffsets + periodOffsets, by: 1e9)
    try field("periods").finite([periods.start, periods.length])
    try field("least").ascending([0, least, greatest])
    try field("greatest").within(greatest, 0...1e12)
    try field("groupEnds").ascending(groupEnds)
    try field("quantiles").count(quantiles.count, groupEnds.count + 1)
    try field("means").count(means.count, quantiles.count)
    try field("means").bounded(means, by: 1e12)
    for (group, table) in quantiles.enumerated() {
      try field("quantiles")[group].count(table.count, Self.levels + 1)
      try field("quantiles")[group].ascending(table)
      try field("quantiles")[group].bounded(table, by: 1e12)
    }
    try field("channelLevels").require(
      channelLevels.isEmpty || channelLevels.count == channels, "\(channelLevels.count) channels", "\(channels)")
    for (channel, table) in channelLevels.enumerated() {
      try field("channelLevels")[channel].count(table.count, Self.shares + 1)
      try field("channelLevels")[channel].require(
        table.allSatisfy { (0...1).contains($0) }, "another number", "levels between 0 and 1")
    }
    try field("correlation").within(correlation, 0...1)
    try drift.check(field("drift"))
    try field("loadings").count(loadings.count, channels)
    try field("loadings").bounded(loadings, by: 1)
    try field("cellCount").within(cellCount, 0...StoredField.mostRows)
    try field("typicalStep").require(typicalStep == coding.typicalStep, "\(typicalStep)", "\(coding.typicalStep)")
  }
}
