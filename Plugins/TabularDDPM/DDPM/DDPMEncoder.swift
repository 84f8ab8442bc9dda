import DiffusionCore
import Foundation
import Tables
import Tensors

/// The encoder of `tabular-ddpm`: every number is one score, whatever its values.
struct DDPMEncoder: DataEncoder {
  /// Numbers with at most so many distinct values are written as one of them, as the paper's code does.
  private static let mostSnapped = 32

  /// Numbers with at most so many distinct values are categories.
  var fewValues = 0
  /// Whether columns that are a function of another are left out of the model.
  var derives = true

  /// Learns the coding of a table.
  func fitted(to table: Table, schema: Schema, random: RandomStream) throws -> DDPMCoding {
    var settings = CodingSettings()
    settings.numbers = .density
    settings.heavyShare = .infinity
    settings.relationShare = .infinity
    settings.anchors = false
    settings.derives = derives
    settings.fewValues = max(settings.fewValues, fewValues)
    let shared = TableCoding(fitting: table, schema: schema, settings: settings, random: random.child(0))
    let sources = Set(
      shared.columns.compactMap { column -> Int? in
        if case .derived(let derived) = column.content { derived.source } else { nil }
      })
    var seen = [[Double]](repeating: [], count: shared.columns.count)
    let columns = shared.columns.enumerated().map { index, column -> ColumnCoding in
      guard case .numbers(let cells) = table.columns[index].values else { return column }
      switch column.content {
      case .values(let values, _) where values.count > fewValues && !sources.contains(index):
        if values.count <= Self.mostSnapped { seen[index] = values }
        let map = QuantileMap(sorted: cells.filter { !$0.isNaN }.sorted())
        return ColumnCoding(
          name: column.name,
          content: .continuous(.init(map: map, bins: 1, cells: 0, heavy: [], relations: [])),
          hasMissing: column.hasMissing)
      default: return column
      }
    }
    let coding = TableCoding(columns: columns, roundings: shared.roundings)
    let data = try coding.encode(table, random: random.child(1))
    return DDPMCoding(table: coding, seen: seen, shares: Self.shares(coding.layout, data))
  }

  private static func shares(_ layout: SlotLayout, _ data: Cells) -> [[Float]] {
    layout.slots.enumerated().map { index, slot in
      guard case .category(let codes) = slot.kind else { return [] }
      var counts = [Float](repeating: 0, count: codes)
      for row in 0..<data.rows {
        let code = data.codes[row * layout.slots.count + index]
        if code >= 0 { counts[Int(code)] += 1 }
      }
      return counts.map { $0 / Float(max(data.rows, 1)) }
    }
  }

  static let options: [OptionDescription] = [
    OptionDescription(
      "few-values", .integer(0...1000), default: .integer(0),
      help: "numbers with at most so many distinct values are categories; the paper has every number continuous"),
    OptionDescription("derive", .flag, default: .flag(true), help: "look for columns that are a function of another"),
  ]

  static var registration: Registration<any DataEncoder> {
    Registration(
      ComponentDescriptor(
        id: "quantile-scores", summary: "Every number as the normal score of its quantile; categories as codes.",
        citation: "Kotelnikov et al., TabDDPM, ICML 2023", options: options,
        capabilities: ["missing-values", "continuous", "discrete"])
    ) { DDPMEncoder($0) }
  }
}

extension DDPMEncoder {
  /// Makes the encoder from values of ``options``.
  init(_ options: OptionValues) {
    self.init(fewValues: options.integer("few-values"), derives: options.flag("derive"))
  }
}
