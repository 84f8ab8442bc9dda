import Foundation

/// Where a JSON value departs from a JSON Schema, for the keywords that `docs/evaluation.schema.json` uses; any other
/// keyword is a departure too, so that none is passed over.
struct JSONSchemaCheck {
  private let root: [String: Any]
  private static let annotations: Set = ["$schema", "$defs", "title", "description"]

  init(_ data: Data) throws {
    root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  func departures(of value: Any) -> [String] { check(value, root, at: "$") }

  private func check(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
    var found: [String] = []
    let properties = schema["properties"] as? [String: Any] ?? [:]
    for (keyword, argument) in schema where !Self.annotations.contains(keyword) {
      switch keyword {
      case "$ref":
        guard let name = (argument as? String)?.split(separator: "/").last,
          let target = (root["$defs"] as? [String: Any])?[String(name)] as? [String: Any]
        else {
          found.append("\(path): the schema refers to nothing by \(argument)")
          continue
        }
        found += check(value, target, at: path)
      case "type":
        let names = argument as? [String] ?? [argument as? String ?? ""]
        if !names.contains(where: { Self.isOf($0, value) }) { found.append("\(path) is no \(names)") }
      case "const": if !Self.equal(argument, value) { found.append("\(path) is not \(argument)") }
      case "enum":
        let allowed = argument as? [Any] ?? []
        if !allowed.contains(where: { Self.equal($0, value) }) {
          found.append("\(path): \(value) is not listed")
        }
      case "required":
        for name in argument as? [String] ?? [] where (value as? [String: Any])?[name] == nil {
          found.append("\(path) lacks \(name)")
        }
      case "properties":
        for (name, part) in value as? [String: Any] ?? [:] {
          if let known = properties[name] as? [String: Any] { found += check(part, known, at: "\(path).\(name)") }
        }
      case "additionalProperties":
        for (name, part) in value as? [String: Any] ?? [:] where properties[name] == nil {
          if let other = argument as? [String: Any] {
            found += check(part, other, at: "\(path).\(name)")
          } else if argument as? Bool == false {
            found.append("\(path).\(name) is not in the schema")
          }
        }
      case "items":
        for (place, part) in (value as? [Any] ?? []).enumerated() {
          found += check(part, argument as? [String: Any] ?? [:], at: "\(path)[\(place)]")
        }
      default: found.append("\(path): the check does not know the keyword \(keyword)")
      }
    }
    return found
  }

  private static func isOf(_ type: String, _ value: Any) -> Bool {
    switch type {
    case "object": return value is [String: Any]
    case "array": return value is [Any]
    case "string": return value is String
    case "null": return value is NSNull
    case "boolean": return value is Bool
    case "number": return value is NSNumber
    case "integer":
      guard let number = value as? NSNumber else { return false }
      return number.doubleValue == number.doubleValue.rounded()
    default: return false
    }
  }

  private static func equal(_ a: Any, _ b: Any) -> Bool {
    if let a = a as? String, let b = b as? String { return a == b }
    if let a = a as? NSNumber, let b = b as? NSNumber { return a == b }
    return false
  }
}
