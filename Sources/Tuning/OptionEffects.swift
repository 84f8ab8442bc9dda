/// How much each option mattered among the trials of a search's first rung.
///
/// Of the variance of scores the share that an option's values tell: ω², which is ε² of an analysis of variance with one
/// factor and near 0 where the option does nothing. Source: W. Hays, "Statistics for psychologists", 1963, section 12.18.
/// Options are looked at one by one; of few trials it says little.
public struct OptionEffects: Sendable, Equatable {
  /// One option.
  public struct Effect: Sendable, Equatable {
    /// Its name.
    public var option: String
    /// The share of the variance, 0 to 1.
    public var share: Double
    /// Each value that was tried, the best first.
    public var values: [Value]

    /// One value of the option.
    public struct Value: Sendable, Equatable {
      /// As a user would write it; nil for the default.
      public var value: String?
      /// The mean score, and the number of trials.
      public var mean: Double, count: Int
    }
  }

  /// The options, those that mattered most first.
  public let effects: [Effect]

  /// Looks at the trials of the first rung.
  public init(_ search: TuningSearch) {
    let trials = search.ranked(0).compactMap { trial in trial.score.map { (trial.configuration, $0.total) } }
    let mean = trials.reduce(0) { $0 + $1.1 } / Double(max(trials.count, 1))
    let all = trials.reduce(0) { $0 + ($1.1 - mean) * ($1.1 - mean) }
    effects = search.options.map { option in
      let groups = Dictionary(grouping: trials) { search.configurations[$0.0][option] }
      let values = groups.map { value, own in
        Effect.Value(value: value, mean: own.reduce(0) { $0 + $1.1 } / Double(own.count), count: own.count)
      }.sorted { a, b in (a.mean, a.value ?? "") < (b.mean, b.value ?? "") }
      let between = values.reduce(0) { $0 + Double($1.count) * ($1.mean - mean) * ($1.mean - mean) }
      let freedom = Double(trials.count - values.count)
      guard freedom > 0, all > 0 else { return Effect(option: option, share: 0, values: values) }
      let within = (all - between) / freedom
      let share = (between - Double(values.count - 1) * within) / (all + within)
      return Effect(option: option, share: min(max(share, 0), 1), values: values)
    }.sorted { a, b in (b.share, a.option) < (a.share, b.option) }
  }
}
