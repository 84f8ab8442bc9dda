/// How a search spends its time: many configurations for a short time, the best of them for longer, and so on.
///
/// Successive halving: K. Jamieson, A. Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization",
/// AISTATS 2016, algorithm 1, with thirds in the place of halves, as in L. Li et al., "Hyperband", JMLR 18, 2018.
public struct HalvingPlan: Sendable, Codable, Equatable {
  /// Trials that are given the same time.
  public struct Rung: Sendable, Codable, Equatable {
    /// The number of configurations, and the seconds of each.
    public var count: Int, seconds: Double
  }

  /// From many short trials to few long ones.
  public let rungs: [Rung]

  /// From one rung to the next, one configuration in so many is kept.
  static let factor = 3
  /// Configurations of the last rung: the best one and the defaults, or another.
  static let finalists = 2
  static let mostRungs = 4

  /// Plans a search.
  ///
  /// - Parameters:
  ///   - budget: the seconds of the whole; each rung gets the same share.
  ///   - shortest: the seconds below which a trial says nothing.
  ///   - configurations: how many different ones there are.
  public init(budget: Double, shortest: Double, configurations: Int) {
    func rungs(_ count: Int) -> [Rung] {
      var size = Self.finalists
      var sizes: [Int] = []
      for _ in 0..<count {
        sizes.insert(min(size, configurations), at: 0)
        size *= Self.factor
      }
      return sizes.map { Rung(count: $0, seconds: budget / Double(count) / Double($0)) }
    }
    // More rungs look at more configurations, as long as the first trials say something, and there are as many.
    var chosen = rungs(1)
    for count in 2...Self.mostRungs {
      let plan = rungs(count)
      if plan[0].seconds >= shortest, plan[0].count > plan[1].count { chosen = plan }
    }
    self.rungs = chosen
  }
}
