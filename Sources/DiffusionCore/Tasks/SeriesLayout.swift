/// Which columns of a table make it a set of time series.
public struct SeriesLayout: Sendable, Codable, Equatable {
  /// The column that tells the time: a date, a date-time or a number.
  public var time: String
  /// Columns whose values together name the entity, such as a station; empty for one series.
  public var groups: [String]
  /// Columns that are known and help, and are never filled.
  public var covariates: [String]

  /// Names the columns.
  public init(time: String, groups: [String] = [], covariates: [String] = []) {
    self.time = time
    self.groups = groups
    self.covariates = covariates
  }
}
