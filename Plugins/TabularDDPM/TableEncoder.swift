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
