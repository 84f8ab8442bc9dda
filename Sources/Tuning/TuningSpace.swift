import DiffusionCore
import Tensors

/// Options of a method by name, as texts: what a trial is run with. Options that are not named have their defaults.
public typealias TuningConfiguration = [String: String]

/// What a search may choose: the options of a method that name values worth trying.
public struct TuningSpace: Sendable, Equatable {
  /// One option with its values; the first is the default, unless the user gave the option.
  public struct Dimension: Sendable, Equatable {
    /// The option's name.
    public let option: String
    /// Texts as a user would write them; nil: the default.
    public let values: [String?]
  }

  /// The options, in the order in which the method declares them.
  public let dimensions: [Dimension]

  /// Takes the options that name values to try, but for those that the user gave.
  public init(_ options: [OptionDescription], fixed: Set<String> = []) {
    dimensions = options.compactMap { option in
      guard let trials = option.trials, !trials.isEmpty, !fixed.contains(option.name) else { return nil }
      let others = trials.filter { $0 != option.defaultValue }.map(\.description)
      return Dimension(option: option.name, values: [nil] + others)
    }
  }

  /// The number of different configurations.
  public var size: Int {
    dimensions.reduce(1) { $0.multipliedReportingOverflow(by: $1.values.count).overflow ? .max : $0 * $1.values.count }
  }

  /// Different configurations, the defaults first, the others drawn at random, each value of an option as likely as any.
  ///
  /// - Parameter count: at most so many; fewer where there are not as many.
  public func configurations(_ count: Int, random: RandomStream) -> [TuningConfiguration] {
    var random = random
    var found: [TuningConfiguration] = [[:]], known: Set<TuningConfiguration> = [[:]]
    while found.count < min(count, size) {
      var configuration: TuningConfiguration = [:]
      for dimension in dimensions {
        configuration[dimension.option] = dimension.values[random.integer(below: dimension.values.count)]
      }
      if known.insert(configuration).inserted { found.append(configuration) }
    }
    return found
  }
}
