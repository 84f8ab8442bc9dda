import ArgumentParser
import DiffusionCore
import Tables

/// Which rows are added to a table, and how they are marked.
struct BalanceOptions: ParsableArguments {
  @Option(
    help: .init(
      "How many rows the classes are to have: auto (all as many as the greatest), minority, not-minority, all, a share of the greater of two classes such as 0.5, or CLASS=ROWS,CLASS=ROWS.",
      valueName: "ratio"))
  var ratio = "auto"

  @Option(
    help: .init(
      "The method; `langevin plugins list` shows all. Diffusion by default.",
      valueName: "id"))
  var method: String?

  @Option(
    parsing: .unconditional,
    help: .init("The number of nearest rows that a new row can go towards. 5 by default.", valueName: "number"))
  var neighbours: Int?

  @Option(
    parsing: .unconditional,
    help: .init(
      "Diffusion: how far new rows go towards what is typical of their class; 0 draws them as they are. 1 by default.",
      valueName: "weight"))
  var guidance: Double?

  @Flag(help: "Does all as imbalanced-learn does for the same seed; numbers are not rounded to their column's digits.")
  var compatible = false

  @Flag(help: "Writes the new rows alone.")
  var onlyNew = false

  @Option(
    defaultAsFlag: "synthetic",
    help: .init("Adds a column that is 1 in new rows and 0 in others, by that name.", valueName: "name"))
  var flag: String?

  @Option(
    defaultAsFlag: "weight",
    help: .init("Adds a column of class weights, by that name, in the place of rows.", valueName: "name"))
  var weights: String?

  func validate() throws {
    guard weights != nil else { return }
    if onlyNew || flag != nil || method != nil || neighbours != nil || guidance != nil || compatible {
      throw ValidationError("--weights adds no rows: of the other options only --ratio goes with it")
    }
  }

  /// The first option given that says how one table is written.
  var writingFlag: String? {
    let given = [
      ("--method", method != nil), ("--weights", weights != nil), ("--flag", flag != nil), ("--only-new", onlyNew),
      ("--compatible", compatible),
    ]
    return given.first { $0.1 }?.0
  }

  /// The options of the method that have flags of their own.
  var flags: [String: String] {
    [
      "neighbours": neighbours.map(String.init), "guidance": guidance.map { "\($0)" },
      "compatible": compatible ? "yes" : nil,
    ].compactMapValues { $0 }
  }

  /// The name of the column to add, where one is.
  func addedColumn(beside schema: Schema) throws(Failure) -> String? {
    guard let name = weights ?? flag else { return nil }
    guard schema[name] == nil else {
      throw Failure(
        .usage, "there is a column '\(name)' already",
        cure: "give the new one another name: \(weights == nil ? "--flag" : "--weights") NAME")
    }
    return name
  }

  /// The method, by default diffusion.
  func chosenMethod(
    in registry: PluginRegistry, schema: Schema, target: String, console: Console
  ) throws -> any Balancer {
    let id: String
    if let method {
      id = method
    } else {
      let canLearn = schema.columns.contains { $0.name != target && $0.isModelled }
      id = canLearn ? "diffusion" : "random"
      let reason = canLearn ? "it takes any columns and makes no copies" : "no other column can be modelled"
      console.announce(Choice("method", id, because: reason, flag: "--method"))
    }
    guard let balancer = try registry.method(id, for: .balance) as? any Balancer else {
      throw Failure(.usage, "method '\(id)' cannot balance classes", cure: "see langevin plugins list")
    }
    return balancer
  }
}
