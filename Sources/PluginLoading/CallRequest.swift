import DiffusionCore
import Foundation
import Tables

/// All that is asked of a plugin's function, as the JSON that langevin_plugin.h describes.
struct CallRequest: Encodable {
  var method: String
  var options: [String: OptionJSON] = [:]
  var columns: [ColumnDescription] = []
  var seed: UInt64 = 0
  var rows = 0
  var threads = 1
  var steps: Int?
  var budget: Double?
  var conditions: [ConditionDescription]?

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

/// The value of an option as plain JSON.
struct OptionJSON: Encodable {
  let value: OptionValue

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch value {
    case .integer(let number): try container.encode(number)
    case .number(let number), .duration(let number): try container.encode(number)
    case .flag(let isOn): try container.encode(isOn)
    case .text(let text): try container.encode(text)
    case .automatic: try container.encodeNil()
    }
  }
}

extension OptionValue {
  /// The value as text, durations in plain seconds.
  var plainText: String {
    if case .duration(let seconds) = self { return OptionValue.number(seconds).description }
    return description
  }
}

/// A column as a plugin is told of it.
struct ColumnDescription: Encodable {
  let name: String
  let kind: ColumnKind.Name
  let missingCount: Int
  var digits: Int?
  var minimum: Double?, maximum: Double?
  var levels: [String]?

  init(_ column: TableFrame.LearnedColumn) {
    let schema = column.schema
    name = schema.name
    kind = schema.kind.name
    missingCount = schema.missingCount
    if case .decimal(let count) = schema.kind, !schema.notation.isShortest { digits = count }
    minimum = schema.minimum
    maximum = schema.maximum
    if schema.kind.isCategorical { levels = column.levels }
  }
}

/// A condition as a plugin is told of it.
struct ConditionDescription: Encodable {
  let column: String
  var levels: [String]?
  var minimum: Double?, maximum: Double?
  var missing: Bool?

  init(_ condition: CellCondition) {
    column = condition.column
    switch condition.allowed {
    case .levels(let texts): levels = texts
    case .range(let range):
      minimum = range.lowerBound.isFinite ? range.lowerBound : nil
      maximum = range.upperBound.isFinite ? range.upperBound : nil
    case .missing: missing = true
    }
  }
}
