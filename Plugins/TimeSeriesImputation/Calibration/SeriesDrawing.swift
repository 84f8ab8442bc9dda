import DiffusionCore
import Foundation
import Tensors

/// Points, intervals and draws for missing cells, from predictions and their calibration.
///
/// A draw is the prediction plus an error of the size that the cell's context tells, taken from the errors that were seen
/// there. Errors of neighbouring steps go together: their normal scores are a first-order autoregression in time with a drift
/// (``ErrorDrift``). So do those of channels at a step, as far as they have something in common (``CommonFactor``).
struct SeriesDrawing: Sendable {
  let coding: SeriesCoding
  let calibration: SeriesCalibration
  let frame: SeriesFrame
  /// Predictions for all cells, by entity `[steps, channels]`.
  let filled: [[Float]]
  let request: ImputationRequest

  /// The predictions for the missing cells of every column.
  func predictions(_ holes: [[Hole]]) throws -> [ColumnPredictions] {
    let sizes = errorSizes(holes), common = commonErrors(holes)
    return try holes.indices.map { column in
      guard request.shouldContinue(0.9 + 0.1 * Double(column) / Double(holes.count)) else { throw CancellationError() }
      return coding.columns[column].isCategory
        ? categories(column, holes[column]) : numbers(column, holes[column], sizes[column], common)
    }
  }

  // MARK: Numbers

  private struct ErrorSize {
    let size: Float
    let group: Int32
  }

  /// The error that each hole of a number may have.
  private func errorSizes(_ holes: [[Hole]]) -> [[ErrorSize]] {
    var sizes = [[ErrorSize]](repeating: [], count: holes.count)
    var next = [Int](repeating: 0, count: holes.count)
    var x = [Double](repeating: 0, count: CellContext.count)
    // Entity by entity, so that the geometry of one alone is in memory.
    for (entity, series) in frame.entities.enumerated() {
      let columns = holes.indices.filter { column in
        !coding.columns[column].isCategory && next[column] < holes[column].count
          && Int(holes[column][next[column]].entity) == entity
      }
      guard !columns.isEmpty else { continue }
      let context = CellContext(
        series, geometry: GapGeometry(series, channels: frame.channelCount), filled: filled[entity],
        typicalStep: calibration.typicalStep)
      for column in columns {
        let channel = coding.channels(of: column).lowerBound
        while next[column] < holes[column].count, Int(holes[column][next[column]].entity) == entity {
          let step = Int(holes[column][next[column]].step)
          x.withUnsafeMutableBufferPointer { context.write(step: step, channel: channel, into: $0.baseAddress!) }
          let (size, group) = calibration.size(x, channel: channel, time: series.times[step])
          sizes[column].append(ErrorSize(size: Float(size), group: Int32(group)))
          next[column] += 1
        }
      }
    }
    return sizes
  }

  /// By draw, what the errors of all channels have in common: standard normal numbers by entity and step, a walk in time.
  private func commonErrors(_ holes: [[Hole]]) -> [[[Float]]] {
    guard calibration.loadings.contains(where: { $0 != 0 }) else { return [] }
    let entities = Set(holes.joined().map { Int($0.entity) })
    let random = RandomStream(seed: request.seed).child(43)
    var isGap = frame.entities.map { [Bool](repeating: false, count: $0.times.count) }
    for hole in holes.joined() { isGap[Int(hole.entity)][Int(hole.step)] = true }
    let gaps = isGap
    var common = [[[Float]]](repeating: [], count: request.draws)
    let gang = ThreadGang(threads: min(request.threads, max(1, request.draws)))
    common.withUnsafeMutableBufferPointer { common in
      nonisolated(unsafe) let common = common
      gang.run(request.draws) { draw in
        common[draw] = frame.entities.indices.map { entity in
          guard entities.contains(entity) else { return [] }
          var stream = random.child(UInt64(draw)).child(UInt64(entity))
          let times = frame.entities[entity].times
          var walk = Walk(calibration)
          return times.indices.map { step in
            let goesOn = step > 0 && gaps[entity][step - 1]
            return Float(walk.next(after: step > 0 ? times[step] - times[step - 1] : nil, goesOn: goesOn, &stream))
          }
        }
      }
    }
    return common
  }

  /// Standard normal scores that go on in time as errors do: a part is soon forgotten, the drift lasts through a gap.
  private struct Walk {
    private let calibration: SeriesCalibration
    private var quick = 0.0, slow = 0.0

    init(_ calibration: SeriesCalibration) { self.calibration = calibration }

    /// The score some time after the last one, nil for the first, in the same gap or in another.
    mutating func next(after time: Double?, goesOn: Bool, _ random: inout RandomStream) -> Double {
      let steps = time.map { $0 / calibration.typicalStep }
      func move(_ score: inout Double, carry: Double) {
        score = carry * score + (1 - carry * carry).squareRoot() * Double(random.normal())
      }
      move(&quick, carry: steps.map { $0 < 50 ? pow(calibration.correlation, $0) : 0 } ?? 0)
      let share = Double(calibration.drift.share)
      guard share > 0 else { return quick }
      move(&slow, carry: goesOn ? steps.map { calibration.drift.carry(over: $0) } ?? 0 : 0)
      return (1 - share).squareRoot() * quick + share.squareRoot() * slow
    }
  }

  private func numbers(
    _ column: Int, _ holes: [Hole], _ sizes: [ErrorSize], _ common: [[[Float]]]
  ) -> ColumnPredictions {
    let channel = coding.channels(of: column).lowerBound, width = frame.channelCount
    let centers = holes.map { filled[Int($0.entity)][Int($0.step) * width + channel] }
    func shifted(_ error: (Int) -> Double) -> [Float] {
      zip(centers, sizes).map { $0 + $1.size * Float(error(Int($1.group))) }
    }
    var made = ColumnPredictions(
      holes: holes,
      point: request.point == .mean
        ? shifted { calibration.mean(group: $0) } : shifted { calibration.quantile(0.5, group: $0) })
    if let interval = request.interval {
      let low = calibration.share((1 - interval) / 2, channel: channel)
      let high = calibration.share((1 + interval) / 2, channel: channel)
      made.lower = shifted { calibration.quantile(low, group: $0) }
      made.upper = shifted { calibration.quantile(high, group: $0) }
    }
    let random = RandomStream(seed: request.seed).child(41).child(UInt64(column))
    let gang = ThreadGang(threads: min(request.threads, max(1, request.draws)))
    made.draws = [[Float]](unsafeUninitializedCapacity: request.draws) { slots, count in
      // Each draw writes its own slot.
      nonisolated(unsafe) let base = slots.baseAddress
      gang.run(request.draws) { draw in
        (base! + draw).initialize(
          to: self.draw(
            channel, holes, centers, sizes, common.isEmpty ? nil : common[draw], random.child(UInt64(draw))))
      }
      count = request.draws
    }
    return made
  }

  private func draw(
    _ channel: Int, _ holes: [Hole], _ centers: [Float], _ sizes: [ErrorSize], _ common: [[Float]]?,
    _ random: RandomStream
  ) -> [Float] {
    var random = random
    var walk = Walk(calibration)
    let loading = common == nil ? 0 : calibration.loadings[channel]
    let rest = (1 - loading * loading).squareRoot()
    return holes.indices.map { place in
      let hole = holes[place]
      // Of a neighbour in time, as much as is left after the time between them.
      var time: Double?, goesOn = false
      if place > 0, holes[place - 1].entity == hole.entity {
        let times = frame.entities[Int(hole.entity)].times
        time = times[Int(hole.step)] - times[Int(holes[place - 1].step)]
        goesOn = hole.step == holes[place - 1].step + 1
      }
      let score = walk.next(after: time, goesOn: goesOn, &random)
      let shared = common.map { loading * Double($0[Int(hole.entity)][Int(hole.step)]) } ?? 0
      let share = calibration.share(NormalDistribution.cumulative(shared + rest * score), channel: channel)
      let error = calibration.quantile(share, group: Int(sizes[place].group))
      return centers[place] + sizes[place].size * Float(error)
    }
  }

  // MARK: Categories

  func categories(_ column: Int, _ holes: [Hole]) -> ColumnPredictions {
    let learned = coding.columns[column], channels = coding.channels(of: column), width = frame.channelCount
    guard !learned.isIndexed else { return nearest(column, holes) }
    let random = RandomStream(seed: request.seed).child(42).child(UInt64(column))
    var made = ColumnPredictions(holes: holes, point: [])
    var streams = (0..<request.draws).map { random.child(UInt64($0)) }
    made.draws = [[Float]](repeating: [], count: request.draws)
    for hole in holes {
      let start = Int(hole.step) * width
      let values = Array(filled[Int(hole.entity)][start + channels.lowerBound..<start + channels.upperBound])
      let shares = learned.shares(values)
      made.point.append(Float(learned.level(values)))
      for draw in 0..<request.draws {
        var rest = streams[draw].uniformDouble()
        let level = shares.firstIndex { share in
          rest -= share
          return rest < 0
        }
        made.draws[draw].append(Float(level ?? learned.level(values)))
      }
    }
    return made
  }

  /// Of columns with many levels: the level of the observation nearest in time.
  private func nearest(_ column: Int, _ holes: [Hole]) -> ColumnPredictions {
    let learned = coding.columns[column], channel = coding.channels(of: column).lowerBound, width = frame.channelCount
    var point: [Float] = []
    var entity = -1
    var geometry = GapGeometry(EntitySeries.none, channels: width)
    for hole in holes {
      let series = frame.entities[Int(hole.entity)]
      if Int(hole.entity) != entity {
        entity = Int(hole.entity)
        geometry = GapGeometry(series, channels: width)
      }
      let cell = Int(hole.step) * width + channel
      let before = Int(geometry.previous[cell]), after = Int(geometry.next[cell])
      let time = series.times[Int(hole.step)]
      let isLater = after >= 0 && (before < 0 || series.times[after] - time < time - series.times[before])
      let source = isLater ? after : before
      point.append(source < 0 ? 0 : Float(learned.level([series.values[source * width + channel]])))
    }
    return ColumnPredictions(holes: holes, point: point, draws: [[Float]](repeating: point, count: request.draws))
  }
}

extension EntitySeries {
  /// A series without steps.
  static let none = EntitySeries(name: [], rows: [], times: [], values: [], inputs: [])
}

extension SeriesColumn {
  /// Whether its values are levels.
  var isCategory: Bool { if case .category = content { true } else { false } }
}
