import Tables

/// An imputer together with what it is to fill, a table or series: it cannot be given the other kind.
public struct FillingMethod: Sendable {
  /// The imputer.
  public let imputer: any Imputer
  /// Which columns tell time and entity; nil for a table.
  public let series: SeriesLayout?
  private let fitting: @Sendable (Table, Schema, OptionValues, TrainingRun) throws -> any FittedImputer

  /// A method that fills tables.
  public init(_ imputer: any TableImputer) {
    self.imputer = imputer
    series = nil
    fitting = { try imputer.fitImputer($0, schema: $1, options: $2, run: $3) }
  }

  /// A method that fills series.
  public init(_ imputer: any SeriesImputer, series: SeriesLayout) {
    self.imputer = imputer
    self.series = series
    fitting = { try imputer.fitImputer($0, schema: $1, series: series, options: $2, run: $3) }
  }

  /// Any imputer; nil where it fills the other kind.
  ///
  /// - Parameter series: which columns tell time and entity; nil for a table.
  public init?(_ imputer: any Imputer, series: SeriesLayout?) {
    switch (imputer, series) {
    case (let imputer as any TableImputer, nil): self.init(imputer)
    case (let imputer as any SeriesImputer, let series?): self.init(imputer, series: series)
    default: return nil
    }
  }

  /// The imputer's id.
  public var id: String { imputer.descriptor.id }

  /// Learns from the cells that are there. Throws what the imputer throws.
  public func fit(
    _ table: Table, schema: Schema, options: OptionValues, run: TrainingRun
  ) throws -> any FittedImputer {
    try fitting(table, schema, options, run)
  }
}
