import Foundation

/// JSON as it stands: members in order, numbers as they are written, so that a forger can write what no encoder would.
indirect enum JSONTree: Equatable {
  /// A number, `true`, `false` or `null`, as written.
  case literal(String)
  case text(String)
  case list([JSONTree])
  case object([(String, JSONTree)])

  static func == (a: JSONTree, b: JSONTree) -> Bool { a.json == b.json }

  /// Reads JSON; nil where it is none.
  init?(_ data: Data) {
    guard let value = try? JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed]) else { return nil }
    self.init(value)
  }

  private init(_ value: Any) {
    switch value {
    case let text as String: self = .text(text)
    case let list as [Any]: self = .list(list.map { JSONTree($0) })
    case let object as [String: Any]:
      self = .object(object.sorted { $0.key < $1.key }.map { ($0.key, JSONTree($0.value)) })
    case let number as NSNumber:
      // Flags are the only numbers of one byte.
      let isFlag = String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
      self = .literal(isFlag ? (number.boolValue ? "true" : "false") : "\(number)")
    default: self = .literal("null")
    }
  }

  /// The JSON.
  var json: String {
    switch self {
    case .literal(let text): text
    case .text(let text): Self.quoted(text)
    case .list(let parts): "[" + parts.map(\.json).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { Self.quoted($0.0) + ":" + $0.1.json }.joined(separator: ",") + "}"
    }
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 32: result += String(format: "\\u%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// The parts, in order.
  var children: [JSONTree] {
    switch self {
    case .literal, .text: []
    case .list(let parts): parts
    case .object(let members): members.map(\.1)
    }
  }

  /// The tree with one part replaced.
  func replacing(child index: Int, with tree: JSONTree) -> JSONTree {
    switch self {
    case .literal, .text: return self
    case .list(var parts):
      parts[index] = tree
      return .list(parts)
    case .object(var members):
      members[index].1 = tree
      return .object(members)
    }
  }
}
