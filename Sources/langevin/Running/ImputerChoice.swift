import DiffusionCore

/// Which method fills gaps: the named one, or the first that does it for a table or for series.
enum ImputerChoice {
  static func imputer(_ id: String?, for subject: ImputationSubject, in registry: PluginRegistry) throws -> any Imputer
  {
    let all = imputers(for: subject, in: registry)
    guard let id else {
      guard let first = all.first(where: { !$0.isBaseline }) ?? all.first else {
        throw Failure(.usage, "no method fills a \(subject.rawValue)", cure: "see langevin plugins list")
      }
      return first
    }
    guard let imputer = try registry.method(id, for: .impute) as? any Imputer else {
      throw Failure(.usage, "method '\(id)' fills no gaps", cure: "see langevin plugins list")
    }
    guard imputer.fills == subject else {
      let names = all.map(\.descriptor.id).joined(separator: ", ")
      let other = subject == .table ? "--time COLUMN takes the file for series" : "--table takes the file for a table"
      throw Failure(
        .usage,
        "method '\(id)' fills \(imputer.fills == .table ? "tables" : "series"), and this is a \(subject == .table ? "table" : "set of series")",
        cure: "\(other); or give one of \(names)")
    }
    return imputer
  }

  /// The methods that others are measured against.
  static func baselines(for subject: ImputationSubject, in registry: PluginRegistry) -> [any Imputer] {
    imputers(for: subject, in: registry).filter(\.isBaseline)
  }

  private static func imputers(for subject: ImputationSubject, in registry: PluginRegistry) -> [any Imputer] {
    registry.methods(for: .impute).compactMap { $0 as? any Imputer }.filter { $0.fills == subject }
  }
}
