import DiffusionCore
import Tables
import Tensors

/// The encoder of `tabular-masked`: categories and few-valued numbers as codes, other numbers as a density or a histogram of
/// quantiles after codes for heavy values, exact relations and missing.
struct TableEncoder: DataEncoder {
  var settings: CodingSettings

  init(_ settings: CodingSettings = CodingSettings()) { self.settings = settings }

  /// Makes the encoder from values of ``options``.
  init(_ options: OptionValues) {
    var settings = CodingSettings()
    settings.numbers = CodingSettings.Numbers(rawValue: options.text("numbers")) ?? .density
    settings.heavyShare = options.number("heavy-share")
    if !options.flag("relations") { settings.relationShare = .infinity }
    settings.derives = options.flag("derive")
    settings.anchors = options.flag("anchors")
    self.settings = settings
  }

  /// Learns the coding of a table.
  func fitted(to table: Table, schema: Schema, random: RandomStream) -> TableCoding {
    TableCoding(fitting: table, schema: schema, settings: settings, random: random)
  }

  /// Leaves out the search for anchors, and for relations too, where it would take too long for a time that was given, by what
  /// it takes for a few columns; the number of pairs of columns grows with the square.
  ///
  /// - Parameter seconds: what may be spent.
  mutating func hurry(
    _ table: Table, schema: Schema, _ options: OptionValues, seconds: Double, random: RandomStream,
    _ choose: (Choice) -> Void
  ) {
    let few = 16, columns = table.columns.count
    guard columns > 2 * few else { return }
    let part = Array(table.columns.prefix(few))
    let partSchema = Schema(columns: Array(schema.columns.prefix(few)))
    func tooLong(_ settings: CodingSettings) -> Bool {
      let clock = Stopwatch()
      _ = TableEncoder(settings).fitted(to: Table(columns: part), schema: partSchema, random: random)
      let ratio = Double(columns) / Double(few)
      return clock.seconds * ratio * ratio > seconds
    }
    func leave(_ name: String, _ what: String) {
      choose(
        Choice(
          name, "not looked for", because: "\(columns) columns have too many pairs for the time",
          flag: "--set \(what)=yes", repeating: "\(what)=no"))
    }
    if settings.anchors, !options.given.contains("anchors"), tooLong(settings) {
      settings.anchors = false
      leave("columns that stay close", "anchors")
    }
    if settings.relationShare < .infinity, !options.given.contains("relations"), tooLong(settings) {
      settings.relationShare = .infinity
      leave("exact relations", "relations")
    }
  }

  static let options: [OptionDescription] = [
    OptionDescription(
      "numbers", .choice(CodingSettings.Numbers.allCases.map(\.rawValue)), default: .text("density"),
      help: "how a number with many values is made: density (a mixture of Gaussians) or codes (a histogram)"
    ).trying([.text("codes")]),
    OptionDescription(
      "heavy-share", .number(0.00001...1), default: .number(0.001),
      help: "a value that holds this share of the rows is modelled as a value, not as part of a continuum"),
    OptionDescription("relations", .flag, default: .flag(true), help: "look for exact relations between columns"),
    OptionDescription(
      "anchors", .flag, default: .flag(true), help: "place densities relative to columns that they keep close to"),
    OptionDescription("derive", .flag, default: .flag(true), help: "look for columns that are a function of another"),
  ]

  static var registration: Registration<any DataEncoder> {
    Registration(
      ComponentDescriptor(
        id: "quantile-codes", summary: "Codes for values, relations and missing; quantiles for other numbers.",
        citation: "Langevin, docs/decisions.md", options: options,
        capabilities: ["missing-values", "continuous", "discrete"])
    ) { TableEncoder($0) }
  }
}
