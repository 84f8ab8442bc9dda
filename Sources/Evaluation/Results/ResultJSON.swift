import Foundation

/// Results as JSON: indented, keys in order. A number that is not finite becomes a text: after minutes of work a result with
/// one odd detail is better than none.
enum ResultJSON {
  static func text(_ result: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(result), as: UTF8.self) + "\n"
  }
}
