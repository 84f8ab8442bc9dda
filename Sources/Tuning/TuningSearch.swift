import DiffusionCore
import Tensors

/// A search for the best options, as a value: what is planned, what was tried, what comes next. Written to a file after every
/// trial it goes on where it was interrupted.
public struct TuningSearch: Sendable, Codable, Equatable {
  /// The version of this structure; it changes when a reader would have to.
  public private(set) var schemaVersion = 1
  /// The file, its rows, the method, the options that the user fixed, and the seed.
  public let subject: Subject
  /// The time that the rungs are given.
  public let plan: HalvingPlan
  /// What may be chosen, by option in order.
  public let options: [String]
  /// All configurations, the defaults first.
  public let configurations: [TuningConfiguration]
  /// What was tried, in order.
  public private(set) var trials: [TuningTrial] = []

  /// What a search is about.
  public struct Subject: Sendable, Codable, Equatable {
    /// The file and its rows.
    public var file: String, rows: Int
    /// The method, and the options that the user fixed.
    public var method: String, fixed: TuningConfiguration
    /// The seconds of the whole, and the seed.
    public var budget: Double, seed: UInt64

    /// Names it.
    public init(file: String, rows: Int, method: String, fixed: TuningConfiguration, budget: Double, seed: UInt64) {
      self.file = file
      self.rows = rows
      self.method = method
      self.fixed = fixed
      self.budget = budget
      self.seed = seed
    }
  }

  /// Begins a search.
  ///
  /// - Parameter shortest: the seconds below which a trial says nothing.
  public init(_ subject: Subject, space: TuningSpace, shortest: Double) {
    self.subject = subject
    plan = HalvingPlan(budget: subject.budget, shortest: shortest, configurations: space.size)
    options = space.dimensions.map(\.option)
    configurations = space.configurations(plan.rungs[0].count, random: RandomStream(seed: subject.seed))
  }

  /// The next trial: a configuration and its rung; nil at the end.
  public var next: TuningTrial? {
    for (rung, wanted) in plan.rungs.enumerated() {
      let tried = Set(trials.filter { $0.rung == rung }.map(\.configuration))
      if let next = candidates(rung).first(where: { !tried.contains($0) }) {
        return TuningTrial(configuration: next, rung: rung, seconds: wanted.seconds)
      }
    }
    return nil
  }

  /// Adds what came of ``next``.
  public mutating func record(_ trial: TuningTrial) { trials.append(trial) }

  /// The configurations of a rung: the best of the one before, and always the defaults, so that what is found is compared
  /// with them after equal time.
  func candidates(_ rung: Int) -> [Int] {
    guard rung > 0 else { return Array(configurations.indices) }
    let before = ranked(rung - 1)
    guard before.count == candidates(rung - 1).count else { return [] }
    let others = before.map(\.configuration).filter { $0 != 0 }.prefix(plan.rungs[rung].count - 1)
    return [0] + others
  }

  /// The trials of a rung, the best first; those that failed last.
  public func ranked(_ rung: Int) -> [TuningTrial] {
    trials.filter { $0.rung == rung }.sorted { a, b in
      (a.score?.total ?? .infinity, a.configuration) < (b.score?.total ?? .infinity, b.configuration)
    }
  }

  /// The best trial of the longest rung that is complete; nil before there is one.
  public var best: TuningTrial? {
    plan.rungs.indices.reversed().lazy.map { rung in
      let found = ranked(rung)
      return found.count == candidates(rung).count ? found.first : nil
    }.compactMap(\.self).first { $0.score != nil }
  }

  /// The trial of the defaults that had the same time as ``best``.
  public var defaults: TuningTrial? {
    best.flatMap { best in trials.first { $0.rung == best.rung && $0.configuration == 0 } }
  }

  /// A configuration in words, as a user would write it.
  public func text(_ configuration: Int) -> String {
    let own = Self.settings(configurations[configuration])
    return own.isEmpty ? "defaults" : own.joined(separator: " ")
  }

  /// Options as `name=value`, by name.
  public static func settings(_ configuration: TuningConfiguration) -> [String] {
    configuration.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  /// A configuration with what the user fixed.
  public func arguments(_ configuration: Int) -> TuningConfiguration {
    subject.fixed.merging(configurations[configuration]) { $1 }
  }
}
