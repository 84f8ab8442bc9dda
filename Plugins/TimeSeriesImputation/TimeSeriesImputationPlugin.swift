import DiffusionCore

/// Methods that fill the gaps of time series.
public struct TimeSeriesImputationPlugin: Plugin {
  /// Makes the plugin.
  public init() {}

  /// Who the plugin is.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(
      id: "time-series-imputation", version: "1.0.0",
      summary: "Fills the gaps of multivariate, irregular series of one entity or many, with calibrated intervals.",
      citation: "Tashiro, Song, Song & Ermon, CSDI, NeurIPS 2021; Du et al., TSI-Bench, 2024")
  }

  /// Adds the methods.
  public func register(into registry: inout PluginRegistry.Builder) throws {
    try registry.add(SeriesDiffusion())
    try registry.add(CSDIMethod())
    try registry.add(SeriesBaseline<RidgeModel>())
    try registry.add(SeriesBaseline<SeasonalModel>())
    try registry.add(SeriesBaseline<LinearInterpolationModel>())
    try registry.add(SeriesBaseline<LastObservationModel>())
    try registry.add(SeriesBaseline<MeanModel>())
  }
}
