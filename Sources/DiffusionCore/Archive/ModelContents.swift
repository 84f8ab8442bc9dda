import NeuralNetworks
import Tables

/// What the file of a fitted model says besides its parameters.
public struct ModelContents<Coding: Codable & Sendable, Settings: Codable & Sendable>: Codable, Sendable {
  /// What each column is.
  public let schema: Schema
  /// The fitted encoder.
  public let coding: Coding
  /// What the network and the sampling are made from.
  public let settings: Settings
  /// The format of products.
  public let precision: Precision
  /// How training went.
  public let report: FitReport

  /// Puts a model's contents together.
  public init(schema: Schema, coding: Coding, settings: Settings, precision: Precision, report: FitReport) {
    self.schema = schema
    self.coding = coding
    self.settings = settings
    self.precision = precision
    self.report = report
  }

  /// Reads what ``archive(method:parameters:)`` wrote. A fast format that this machine lacks gives way to a slower one.
  ///
  /// - Parameter check: checks the coding and the settings, against the schema that it gets and each other.
  /// - Throws: ``ArchiveError`` where the file holds something else.
  public init(
    _ archive: ModelArchive, check: (ModelContents, StoredField) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    let stored: ModelContents = try archive.value(for: "model")
    let field = StoredField("model", file: archive.file)
    try stored.schema.check(field("schema"))
    try stored.report.check(field("report"))
    try check(stored, field)
    self.init(
      schema: stored.schema, coding: stored.coding, settings: stored.settings,
      precision: stored.precision == .bfloat16 ? Precision.fastest : stored.precision, report: stored.report)
  }

  /// The model's file, which names its method.
  public func archive(method: String, parameters: ParameterStore) throws(ArchiveError) -> ModelArchive {
    var archive = ModelArchive(metadata: ["method": method])
    try archive.set(self, for: "model")
    archive.add(parametersOf: parameters)
    return archive
  }
}
