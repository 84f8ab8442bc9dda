import DiffusionCore
import Errors
import Tables
import Tensors

/// A plugin with one encoder.
public struct TemplateEncoderPlugin: Plugin {
  /// Makes the plugin.
  public init() {}

  /// The plugin as data.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(id: "template-encoder", version: "0.1.0", summary: "Levels by index, numbers by their deviation.")
  }

  /// Adds the encoder.
  public func register(into registry: inout PluginRegistry.Builder) throws {
    try registry.add(
      Registration<any DataEncoder>(
        ComponentDescriptor(
          id: "template-encoder", summary: "Levels by index, numbers in units of their deviation.", citation: "")
      ) { _ in TemplateEncoder() })
  }
}

/// Code 0 is a missing cell. Else levels are their index and 1; numbers are 1 and, in a slot of their own, their distance
/// from the mean. Other columns have no slots. A beginning: put your encoder in its place.
struct TemplateEncoder: DataEncoder {
  func fitted(to table: Table, schema: Schema, random: RandomStream) throws -> FittedTemplateEncoder {
    FittedTemplateEncoder(
      columns: table.columns.map { column in
        switch column.values {
        case .numbers(let values):
          let known = values.filter { !$0.isNaN }
          let mean = known.reduce(0, +) / Double(max(known.count, 1))
          let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(known.count, 1))
          let deviation = variance > 0 ? variance.squareRoot() : 1
          return .init(name: column.name, kind: .number(mean: mean, deviation: deviation))
        case .categories(_, let levels): return .init(name: column.name, kind: .levels(levels))
        case .texts: return .init(name: column.name, kind: .text)
        }
      })
  }
}

/// What cannot be encoded.
struct TemplateEncoderError: DiagnosedError {
  let column: String
  var diagnosis: Diagnosis {
    Diagnosis("column '\(column)' is not as it was learned", cure: "give a table like the one that was learned")
  }
}

/// An encoder that has learned a table.
struct FittedTemplateEncoder: FittedEncoder {
  struct LearnedColumn: Codable {
    enum Kind: Codable { case number(mean: Double, deviation: Double), levels([String]), text }
    let name: String
    let kind: Kind
  }
  let columns: [LearnedColumn]

  var slots: [CellSlot] {
    var slots: [CellSlot] = [], scores = 0
    for (index, column) in columns.enumerated() {
      switch column.kind {
      case .levels(let levels): slots.append(CellSlot(.category(levels.count + 1), column: index))
      case .number:
        slots.append(CellSlot(.category(2), column: index))
        slots.append(CellSlot(.number, column: index, follows: slots.count - 1, score: scores))
        scores += 1
      case .text: break
      }
    }
    return slots
  }

  /// Scores have the precision of `Float`.
  func precision(of column: Int) -> Double {
    guard case .number(let mean, let deviation) = columns[column].kind else { return 0 }
    return 1e-5 * deviation + 1e-12 * abs(mean)
  }

  func encode(_ table: Table, missingIsUnknown: Bool, random: RandomStream) throws -> Cells {
    let slots = slots, scoreCount = scoreCount
    var cells = Cells(unknownRows: table.rowCount, slots: slots.count, scores: scoreCount)
    for (index, slot) in slots.enumerated() where slot.follows == nil {
      let learned = columns[slot.column]
      guard let column = table[learned.name] else { throw TemplateEncoderError(column: learned.name) }
      for row in 0..<table.rowCount where !(missingIsUnknown && column.isMissing(row)) {
        let place = row * slots.count + index
        switch (learned.kind, column.values) {
        case (.levels(let levels), .categories(let indices, let found)):
          guard indices[row] >= 0 else { cells.codes[place] = 0; continue }
          guard let code = levels.firstIndex(of: found[Int(indices[row])]) else {
            throw TemplateEncoderError(column: learned.name)
          }
          cells.codes[place] = Int32(code + 1)
        case (.number(let mean, let deviation), .numbers(let values)):
          cells.codes[place] = values[row].isNaN ? 0 : 1
          cells.codes[place + 1] = values[row].isNaN ? Cells.notApplicable : 0
          guard !values[row].isNaN, let score = slots[index + 1].score else { continue }
          cells.scores[row * scoreCount + score] = Float((values[row] - mean) / deviation)
        default: throw TemplateEncoderError(column: learned.name)
        }
      }
    }
    return cells
  }

  func decode(_ cells: Cells, _ state: inout DecodingState) -> Table {
    let slots = slots, scoreCount = scoreCount
    return Table(
      columns: columns.enumerated().map { index, learned in
        let own = slots.firstIndex { $0.column == index } ?? 0
        let codes = (0..<cells.rows).map { slots.isEmpty ? 0 : cells.codes[$0 * slots.count + own] }
        let values: Column.Values
        switch learned.kind {
        case .levels(let levels): values = .categories(indices: codes.map { $0 - 1 }, levels: levels)
        case .number(let mean, let deviation):
          let score = slots[own + 1].score ?? 0
          values = .numbers(
            codes.enumerated().map { row, code in
              code == 0 ? .nan : mean + deviation * Double(cells.scores[row * scoreCount + score])
            })
        case .text: values = .texts(Array(repeating: nil, count: cells.rows))
        }
        return Column(name: learned.name, values: values)
      })
  }
}
