import DiffusionCore
import Foundation
import Tensors

/// Ridge regression of what linear interpolation leaves over, on ``GapFeatures``, chained over channels: every round fills
/// all gaps, and the next one sees them filled.
///
/// It learns from cells that it hides as the data's own gaps lie, in several draws. The chain is that of van Buuren &
/// Groothuis-Oudshoorn, "mice", J. Stat. Softw. 45(3), 2011, with a deterministic regression.
struct RidgeModel: SeriesModel {
  static var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: "series-ridge", tasks: [.impute],
      summary: "Ridge regression of what linear interpolation leaves over, on all channels around the gap.",
      rationale:
        "Seconds, and better than most networks on small data. It uses how channels go together, how they repeat by day and "
        + "week, and how far they fall back to their mean. Take a diffusion method where relations bend.",
      citation:
        "Hoerl & Kennard, Technometrics 12, 1970; van Buuren & Groothuis-Oudshoorn, J. Stat. Softw. 45(3), 2011",
      options: [
        OptionDescription(
          "rounds", .integer(1...5), default: .integer(3),
          help: "How often all gaps are filled, each time with what was filled before in sight."),
        OptionDescription(
          "loss", .choice(["absolute", "squared"]), default: .text("absolute"),
          help: "Which error is made least on hidden cells: the absolute one aims at medians, the squared one at means."
        ),
        OptionDescription(
          "hide", .number(0.01...0.5), default: .number(0.12),
          help: "The share of observed cells that each draw hides to learn from."),
      ],
      examples: ["langevin impute readings.csv -o filled.csv --time timestamp --method series-ridge"])
  }

  /// Which channels go together.
  let relations: SeriesRelations
  /// Weights by round, channel and class: `[rounds][channels][classes × width]`.
  let weights: [[[Float]]]
  /// The least and the greatest standardised value of each channel.
  let least: [Float], greatest: [Float]

  /// Numbers of all training rows at once, and rows of a channel: more bring little and cost memory.
  private static let mostNumbers = 80_000_000, mostRows = 30_000
  /// Draws of masks.
  private static let mostDraws = 10
  /// Hidden cells in a draw.
  private static let mostHidden = 400_000.0

  init(_ data: SeriesTraining, options: OptionValues) throws {
    let frame = data.frame, channels = frame.channelCount
    let relations = SeriesRelations(data)
    self.relations = relations
    var least = [Float](repeating: .infinity, count: channels), greatest = least.map { -$0 }
    for series in frame.entities {
      for cell in series.values.indices where !series.values[cell].isNaN {
        least[cell % channels] = min(least[cell % channels], series.values[cell])
        greatest[cell % channels] = max(greatest[cell % channels], series.values[cell])
      }
    }
    // A channel may have no value left where cells are kept for calibration.
    self.least = least.map { $0.isFinite ? $0 : 0 }
    self.greatest = greatest.map { $0.isFinite ? $0 : 0 }

    let features = GapFeatures(relations)
    let rounds = options.integer("rounds")
    let solver = RidgeSolver(
      width: features.width, isAbsolute: options.text("loss") == "absolute")
    var draws = try Self.draws(data, share: options.number("hide"), features: features, relations: relations)
    var weights: [[[Float]]] = []
    for round in 0..<rounds {
      guard data.shouldContinue() else { throw CancellationError() }
      let made = try Self.solve(draws, solver: solver, features: features, data)
      weights.append(made)
      guard round + 1 < rounds else { break }
      let limits = (self.least, self.greatest)
      for place in draws.indices {
        let views = draws[place].views
        draws[place].views = try frame.map(threads: data.threads) { entity in
          var view = views[entity]
          Self.update(&view, weights: made, features: features, limits: limits)
          return view
        }
      }
    }
    self.weights = weights
  }

  // MARK: Learning

  /// One draw of hidden cells.
  private struct MaskDraw: Sendable {
    /// The entities without the hidden cells.
    var views: [SeriesView]
    /// The hidden cells that are learned from, by channel: entity and step.
    var cells: [[Hole]]
  }

  private static func draws(
    _ data: SeriesTraining, share: Double, features: GapFeatures, relations: SeriesRelations
  ) throws -> [MaskDraw] {
    let frame = data.frame, channels = frame.channelCount
    let grids = frame.grids
    let observed = grids.reduce(0) { $0 + $1.count }
    let share = min(share, mostHidden / Double(max(observed, 1)))
    let rowsPerChannel = min(mostRows, max(200, mostNumbers / (features.width * channels)))
    let expected = share * Double(observed) / Double(channels)
    // The last draw chooses the ridge: there are at least two.
    let count = min(mostDraws, max(2, Int((Double(rowsPerChannel) / max(expected, 1)).rounded(.up))))
    let most = max(1, rowsPerChannel / count)
    return try (0..<count).map { number in
      guard data.shouldContinue() else { throw CancellationError() }
      let random = data.random.child(UInt64(number))
      let hidden = try frame.map(threads: data.threads) { entity in
        var stream = random.child(UInt64(entity))
        return data.pattern.draw(share: share, in: grids[entity], random: &stream)
      }
      let masked = frame.hiding(hidden)
      let views = try masked.map(threads: data.threads) {
        SeriesView(masked.entities[$0], channels: channels, relations: relations)
      }
      var cells = [[Hole]](repeating: [], count: channels)
      for (entity, mask) in hidden.enumerated() {
        for (cell, isHidden) in mask.enumerated() where isHidden {
          cells[cell % channels].append(Hole(entity: Int32(entity), step: Int32(cell / channels)))
        }
      }
      // Of too many a random part.
      for channel in 0..<channels where cells[channel].count > most {
        var stream = random.child(1 << 40 + UInt64(channel))
        let order = stream.permutation(cells[channel].count).prefix(most).sorted()
        cells[channel] = order.map { cells[channel][$0] }
      }
      return MaskDraw(views: views, cells: cells)
    }
  }

  /// Weights for each channel.
  private static func solve(
    _ draws: [MaskDraw], solver: RidgeSolver, features: GapFeatures, _ data: SeriesTraining
  ) throws -> [[Float]] {
    let channels = data.frame.channelCount, width = features.width
    let gang = ThreadGang(threads: min(data.threads, channels))
    return [[Float]](unsafeUninitializedCapacity: channels) { slots, initialized in
      // Each channel writes its own slot.
      nonisolated(unsafe) let base = slots.baseAddress!
      gang.run(channels) { channel in
        var rows = RidgeRows()
        let total = draws.reduce(0) { $0 + $1.cells[channel].count }
        rows.features = [Float](unsafeUninitializedCapacity: total * width) { target, count in
          for (number, draw) in draws.enumerated() {
            if number == draws.count - 1 { rows.validationStart = rows.targets.count }
            for cell in draw.cells[channel] {
              let entity = Int(cell.entity), step = Int(cell.step)
              let (line, kind) = features.write(
                draw.views[entity], step: step, channel: channel,
                into: target.baseAddress! + rows.targets.count * width)
              rows.targets.append(data.frame.entities[entity].values[step * channels + channel] - line)
              rows.kinds.append(UInt8(kind))
            }
          }
          count = total * width
        }
        (base + channel).initialize(to: solver.solve(rows))
      }
      initialized = channels
    }
  }

  // MARK: Filling

  /// Predicts all missing cells of a view from what it is filled with.
  private static func update(
    _ view: inout SeriesView, weights: [[Float]], features: GapFeatures, limits: (least: [Float], greatest: [Float])
  ) {
    let channels = weights.count, width = features.width
    var made = view.filled
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { x in
      for channel in 0..<channels {
        weights[channel].withUnsafeBufferPointer { b in
          for step in 0..<view.series.steps where view.series.values[step * channels + channel].isNaN {
            let (base, kind) = features.write(view, step: step, channel: channel, into: x.baseAddress!)
            var sum = base
            for feature in 0..<width { sum += x[feature] * b[kind * width + feature] }
            made[step * channels + channel] = min(max(sum, limits.least[channel]), limits.greatest[channel])
          }
        }
      }
    }
    view.filled = made
  }

  func fill(
    _ frame: SeriesFrame, threads: Int, shouldContinue: @Sendable (Double) -> Bool
  ) throws -> [[Float]] {
    let features = GapFeatures(relations)
    return try frame.map(threads: threads, shouldContinue: shouldContinue) { entity in
      var view = SeriesView(frame.entities[entity], channels: frame.channelCount, relations: relations)
      for round in weights {
        Self.update(&view, weights: round, features: features, limits: (least, greatest))
      }
      return view.filled
    }
  }
}
