import Foundation

/// Makes draws as wide as truths were on held-out cells.
///
/// The quantiles of residuals that were drawn are mapped to those of residuals that were seen, apart for cells whose
/// predicted deviation is small and large: Kuleshov, Fenner & Ermon, "Accurate uncertainties for deep learning using
/// calibrated regression", ICML 2018, algorithm 1, by groups as in Mondrian conformal prediction (Vovk, Gammerman & Shafer,
/// 2005, section 4.5). Seen ones stand at positions of n + 1, as split conformal prediction has them.
struct ResidualCalibration: Codable, Sendable, Equatable {
  /// The upper ends of the logarithm of the deviation of each group but the last.
  private(set) var ends: [Float] = []
  /// Quantiles at 1/(levels + 1), …, levels/(levels + 1) of drawn and of seen residuals by group, ascending; none where
  /// draws are kept as they are.
  private(set) var drawn: [[Float]] = [], seen: [[Float]] = []
  /// The number of held-out cells behind it.
  private(set) var cellCount = 0

  private static let levels = 99, cellsPerGroup = 1500, fewest = 100

  /// Draws are kept as they are.
  init() {}

  /// Learns from held-out cells.
  ///
  /// - Parameters:
  ///   - cells: the logarithm of each cell's deviation, its residual, and residuals drawn for it.
  init(_ cells: [(logDeviation: Float, residual: Float, draws: [Float])]) {
    guard cells.count >= Self.fewest else { return }
    cellCount = cells.count
    let sorted = cells.map(\.logDeviation).sorted()
    let groups = min(6, max(1, cells.count / Self.cellsPerGroup))
    ends = (1..<groups).map { sorted[$0 * sorted.count / groups] }
    var ownDraws = [[Float]](repeating: [], count: groups), own = ownDraws
    for cell in cells {
      let group = self.group(cell.logDeviation)
      own[group].append(cell.residual)
      ownDraws[group] += cell.draws
    }
    // Where deviations are equal, a group may be empty: it is like all.
    let allSeen = cells.map(\.residual), allDrawn = own.contains(where: \.isEmpty) ? cells.flatMap(\.draws) : []
    seen = own.map { Self.quantiles(($0.isEmpty ? allSeen : $0).sorted()) }
    drawn = ownDraws.map { Self.quantiles(($0.isEmpty ? allDrawn : $0).sorted()) }
  }

  private static func quantiles(_ sorted: [Float]) -> [Float] {
    (1...levels).map { level in
      let position = Float(level) / Float(levels + 1) * Float(sorted.count + 1) - 1
      let place = min(max(position, 0), Float(sorted.count - 1)), low = Int(place)
      return sorted[low] + (place - Float(low)) * (sorted[min(low + 1, sorted.count - 1)] - sorted[low])
    }
  }

  private func group(_ logDeviation: Float) -> Int { ends.count { $0 <= logDeviation } }

  /// A drawn residual as wide as it should be.
  func calibrated(_ residual: Float, logDeviation: Float) -> Float {
    guard !drawn.isEmpty else { return residual }
    let made = moved(residual, group: group(logDeviation))
    return made.isFinite ? made : residual
  }

  private func moved(_ residual: Float, group: Int) -> Float {
    let from = drawn[group], to = seen[group], last = from.count - 1
    // Beyond the ends the distances stay, scaled like the ends.
    if residual <= from[0] { return to[0] * (from[0] < 0 ? residual / from[0] : 1) }
    if residual >= from[last] { return to[last] * (from[last] > 0 ? residual / from[last] : 1) }
    var low = 0, high = last
    while high - low > 1 {
      let middle = (low + high) / 2
      if from[middle] <= residual { low = middle } else { high = middle }
    }
    let width = from[high] - from[low]
    return to[low] + (width > 0 ? (residual - from[low]) / width : 0) * (to[high] - to[low])
  }
}
