import DiffusionCore
import DownstreamModels

/// What held-out rows said of the number of trees, at some of the times.
struct ForestTrial: Sendable, Codable, Equatable {
  /// One time's errors.
  struct Curve: Sendable, Codable, Equatable {
    var level: Int
    /// The mean squared error before the first tree, and after each round.
    var training: [Double], heldOut: [Double]

    /// The number of trees with the least held-out error, at least one.
    var best: Int { heldOut.indices.dropFirst().min { heldOut[$0] < heldOut[$1] } ?? 1 }
  }
  /// In the order of the times.
  var curves: [Curve]

  /// The number of trees at every time, in a straight line between those that were tried.
  func rounds(times: Int) -> [Int] {
    (0..<times).map { level in
      guard let next = curves.firstIndex(where: { $0.level >= level }) else { return curves.last?.best ?? 1 }
      let right = curves[next]
      guard right.level > level, next > 0 else { return right.best }
      let left = curves[next - 1]
      let share = Double(level - left.level) / Double(right.level - left.level)
      return Int((Double(left.best) + share * Double(right.best - left.best)).rounded())
    }
  }

  /// The curve of parts together, each with its number of held-out cells. One that ended early stays as it was.
  static func joined(_ level: Int, _ parts: [(curve: Curve, weight: Double)]) -> Curve {
    let length = parts.map(\.curve.heldOut.count).max() ?? 0
    let total = parts.reduce(0) { $0 + $1.weight }
    func mean(_ values: KeyPath<Curve, [Double]>) -> [Double] {
      (0..<length).map { round in
        parts.reduce(0) { sum, part in
          let own = part.curve[keyPath: values]
          return sum + part.weight / total * own[min(round, own.count - 1)]
        }
      }
    }
    return Curve(level: level, training: mean(\.training), heldOut: mean(\.heldOut))
  }
}

extension ForestTrial {
  /// The learning curve over all times that were tried, by the rounds of each with `rounds` trees at the most.
  func points(rounds: [Int], times: Int) -> [TrainingSummary.Point] {
    let most = rounds.max() ?? 1
    return Set((0...min(most, 20)).map { $0 * most / min(most, 20) }).sorted().dropFirst().map { round in
      TrainingSummary.Point(
        step: rounds.reduce(0) { $0 + min(round, $1) }, training: mean(\.training, after: round, rounds: rounds),
        heldOut: mean(\.heldOut, after: round, rounds: rounds))
    }
  }

  /// The mean error over the times that were tried, after so many rounds or as many as a time has.
  func mean(_ values: KeyPath<Curve, [Double]>, after round: Int, rounds: [Int]) -> Double {
    curves.reduce(0) { sum, curve in
      let own = curve[keyPath: values]
      return sum + own[min(round, rounds[curve.level], own.count - 1)]
    } / Double(max(curves.count, 1))
  }
}
