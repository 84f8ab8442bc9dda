import DownstreamModels
import Tensors

/// One division of a table's rows: those that are learned from, balanced or not, those that thresholds are tuned on, and
/// those that are tested on. Each class is spread evenly; rows of a group stay together.
struct BalancingFold: Sendable {
  let learning: [Int], tuning: [Int], testing: [Int]

  /// One of so many parts of what is not tested on is for tuning.
  private static let tuningParts = 4

  /// The folds of all repeats, one repeat after the other.
  static func all(_ problem: BalancingProblem, folds: Int, repeats: Int, seed: UInt64) -> [BalancingFold] {
    let random = RandomStream(seed: seed).child(StreamUse.balancing)
    let count = problem.labels.count
    return (0..<repeats).flatMap { turn in
      let stream = random.child(UInt64(turn))
      let outer = Folds.stratified(
        problem.classOfRow, classes: count, groups: problem.groups, folds: folds, stream: stream)
      return (0..<folds).map { number in
        let rest = outer.indices.filter { outer[$0] != number }
        let inner = Folds.stratified(
          rest.map { problem.classOfRow[$0] }, classes: count, groups: rest.map { problem.groups[$0] },
          folds: tuningParts,
          stream: stream.child(UInt64(number)))
        return BalancingFold(
          learning: rest.indices.filter { inner[$0] != 0 }.map { rest[$0] },
          tuning: rest.indices.filter { inner[$0] == 0 }.map { rest[$0] },
          testing: outer.indices.filter { outer[$0] == number })
      }
    }
  }
}
