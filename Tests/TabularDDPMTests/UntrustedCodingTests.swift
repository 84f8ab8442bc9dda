import DiffusionCore
import Foundation
import Tables
import Tensors
import Testing

@testable import TabularDDPM

/// Codings that are forged: each change is refused with the field that it was made in.
@Suite struct UntrustedCodingTests {
  /// The coding of a small table as JSON, changed.
  private func problem(_ path: [String], _ value: String) throws -> String? {
    let (table, plain) = SmallTables.mixed(rows: 2000), schema = plain.counting(missingIn: table)
    let coding = TableEncoder(CodingSettings()).fitted(to: table, schema: schema, random: RandomStream(seed: 5))
    try coding.check(StoredField("coding"), schema: schema)
    var object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(coding))
    let new = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    object = Self.set(object, path[...], to: new)
    let forged = try JSONDecoder().decode(TableCoding.self, from: JSONSerialization.data(withJSONObject: object))
    do {
      try forged.check(StoredField("coding"), schema: schema)
      return nil
    } catch {
      guard case .field(let name, _, _) = error.problem else { return "\(error)" }
      return name
    }
  }

  private static func set(_ object: Any, _ path: ArraySlice<String>, to value: Any) -> Any {
    guard let key = path.first else { return value }
    if var list = object as? [Any], let place = Int(key) {
      list[place] = set(list[place], path.dropFirst(), to: value)
      return list
    }
    var members = object as? [String: Any] ?? [:]
    members[key] = set(members[key] ?? NSNull(), path.dropFirst(), to: value)
    return members
  }

  private static let paid = ["columns", "4", "content", "continuous", "_0"]

  @Test(
    arguments: [
      (["columns", "0", "name"], "\"other\"", "columns[0].name"),
      (["columns", "0", "hasMissing"], "true", "columns[0].hasMissing"),
      (["columns", "0", "content", "levels", "_0"], "[]", "columns[0].content.levels"),
      (["columns", "0", "content", "levels", "_0"], "[\"a\",\"a\"]", "columns[0].content.levels"),
      (["columns", "0", "content"], "{\"text\":{}}", "columns[0].content"),
      (
        ["columns", "0", "content"], "{\"groupedLevels\":{\"_0\":[\"a\",\"b\"],\"groupSize\":1000000000000}}",
        "columns[0].content.groupSize"
      ),
      (["columns", "1", "content", "derived", "_0", "source"], "6", "columns[1].content.source"),
      (["columns", "1", "content", "derived", "_0", "source"], "-1", "columns[1].content.source"),
      (["columns", "1", "content", "derived", "_0", "cellOfCode"], "[0,1]", "columns[1].content.cellOfCode"),
      (["columns", "1", "content", "derived", "_0", "cellOfCode"], "[0,1,2,9]", "columns[1].content.cellOfCode"),
      (
        ["columns", "1", "content", "derived", "_0", "cells"], "{\"numbers\":{\"_0\":[null,1,2,3]}}",
        "columns[1].content.cells"
      ),
      (["columns", "2", "content"], "{\"empty\":{}}", "columns[2].content"),
      (
        ["columns", "6", "content", "identifier", "_0", "pattern"], "{\"sequence\":{\"last\":1,\"step\":0}}",
        "columns[6].content.pattern"
      ),
      (["columns", "7", "content", "constant", "_0"], "{\"number\":{\"_0\":1}}", "columns[7].content"),
      (paid + ["bins"], "0", "columns[4].content.bins"),
      (paid + ["bins"], "9223372036854775807", "columns[4].content.bins"),
      (paid + ["cells"], "-1", "columns[4].content.cells"), (paid + ["heavy"], "[1,0]", "columns[4].content.heavy"),
      (paid + ["map", "knots"], "[]", "columns[4].content.map.knots"),
      (paid + ["map", "knots"], "[2,1]", "columns[4].content.map.knots"),
      (paid + ["map", "count"], "0", "columns[4].content.map.count"),
      (paid + ["relations", "0", "parents"], "[99]", "columns[4].content.relations[0].parents"),
      (paid + ["relations", "0", "parents"], "[5]", "columns[4].content.relations[0].parents"),
      (paid + ["relations", "0", "parents"], "[]", "columns[4].content.relations[0].parents"),
      (paid + ["relations", "0", "factor"], "0", "columns[4].content.relations[0].factor"),
      (["roundings", "2", "step"], "0", "roundings[2].step"),
      (["roundings", "2", "decimals"], "-5", "roundings[2].decimals"),
      (["roundings"], "[]", "roundings"), (["columns"], "[]", "columns"),
    ] as [([String], String, String)])
  func `A field that cannot be is named`(path: [String], value: String, field: String) throws {
    #expect(try problem(path, value) == "coding." + field)
  }
}
