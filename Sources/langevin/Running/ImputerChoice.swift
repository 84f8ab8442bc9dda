import DiffusionCore
import Tables

/// Which method fills gaps: the named one, or the first that does it for a table or for series.
enum ImputerChoice {
  /// - Parameter series: which columns tell time and entity; nil for a table.
  static func method(_ id: String?, series: SeriesLayout?, in registry: PluginRegistry) throws -> FillingMethod {
    let all = methods(series, in: registry), subject = series == nil ? "table" : "set of series"
    guard let id else {
      guard let first = all.first(where: { !$0.imputer.isBaseline }) ?? all.first else {
        throw Failure(.usage, "no method fills a \(subject)", cure: "see langevin plugins list")
      }
      return first
    }
    guard let imputer = try registry.method(id, for: .impute) as? any Imputer else {
      throw Failure(.usage, "method '\(id)' fills no gaps", cure: "see langevin plugins list")
    }
    guard let method = FillingMethod(imputer, series: series) else {
      let other = series == nil ? "--time COLUMN takes the file for series" : "--table takes the file for a table"
      throw Failure(
        .usage, "method '\(id)' fills \(series == nil ? "series" : "tables"), and this is a \(subject)",
        cure: "\(other); or give one of \(all.map(\.id).joined(separator: ", "))")
    }
    return method
  }

  /// The methods that others are measured against.
  static func baselines(series: SeriesLayout?, in registry: PluginRegistry) -> [FillingMethod] {
    methods(series, in: registry).filter(\.imputer.isBaseline)
  }

  private static func methods(_ series: SeriesLayout?, in registry: PluginRegistry) -> [FillingMethod] {
    registry.methods(as: (any Imputer).self).compactMap { FillingMethod($0, series: series) }
  }
}
