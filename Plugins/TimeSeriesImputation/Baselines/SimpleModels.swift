import DiffusionCore

/// Fills with the mean of the entity's channel.
struct MeanModel: EntityModel {
  static var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: "series-mean", tasks: [.impute],
      summary: "Fills each gap of a series with the mean of its entity's channel.",
      rationale:
        "What every other method must beat. A channel that an entity never observed gets the mean of all entities.",
      citation: "Little & Rubin, Statistical Analysis with Missing Data, 3rd ed., 2019, section 4.2.1",
      examples: ["langevin impute readings.csv -o filled.csv --time timestamp --method series-mean"])
  }

  init(_ data: SeriesTraining, options: OptionValues) {}

  func filled(_ series: EntitySeries, channels: Int) -> [Float] {
    var filled = series.values
    for channel in 0..<channels {
      let mean = series.mean(of: channel, channels: channels) ?? 0
      for step in 0..<series.steps where filled[step * channels + channel].isNaN {
        filled[step * channels + channel] = mean
      }
    }
    return filled
  }
}

/// Fills with the last value that was seen.
struct LastObservationModel: EntityModel {
  static var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: "last-observation", aliases: ["locf"], tasks: [.impute],
      summary: "Fills each gap of a series with the last observation before it, at the start with the first after it.",
      rationale:
        "For states that hold until they are changed, such as switches and prices. For what moves, a line is better.",
      citation: "Little & Rubin, Statistical Analysis with Missing Data, 3rd ed., 2019, section 4.3",
      examples: ["langevin impute readings.csv -o filled.csv --time timestamp --method last-observation"])
  }

  init(_ data: SeriesTraining, options: OptionValues) {}

  func filled(_ series: EntitySeries, channels: Int) -> [Float] {
    let geometry = GapGeometry(series, channels: channels)
    var filled = series.values
    for cell in filled.indices where filled[cell].isNaN {
      let step = geometry.previous[cell] >= 0 ? geometry.previous[cell] : geometry.next[cell]
      filled[cell] = step < 0 ? 0 : series.values[Int(step) * channels + cell % channels]
    }
    return filled
  }
}

/// Fills with a line over time between the neighbouring observations.
struct LinearInterpolationModel: EntityModel {
  static var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: "linear-interpolation", aliases: ["linear"], tasks: [.impute],
      summary: "Fills each gap of a series with a line over time between the observations around it.",
      rationale:
        "Hard to beat where gaps are short: on several published benchmarks it beats most networks. Before the first and after "
        + "the last observation that one is repeated.",
      citation: "Lepot, Aubin & Clemens, Interpolation in time series, Water 9(10), 2017, section 3.1",
      examples: ["langevin impute readings.csv -o filled.csv --time timestamp --method linear-interpolation"])
  }

  init(_ data: SeriesTraining, options: OptionValues) {}

  func filled(_ series: EntitySeries, channels: Int) -> [Float] {
    GapGeometry(series, channels: channels).interpolated(series)
  }
}
