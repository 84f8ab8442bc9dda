import Foundation
import LangevinCommand
import Tables
import Tensors

/// Schemas as people and attackers edit them, read, and used on the table that they describe.
struct SchemasArea: FuzzArea {
  var name: String { "schemas" }

  private static let table = """
    id,age,price,city,when,day,ok,code,fixed,note
    1,30,1.50,Oslo,2024-01-02 03:04:05,2024-01-02,yes,A-001,K,first words of a note
    2,41,2.25,Bergen,2024-01-03 03:04:05,2024-01-03,no,A-002,K,other words of a note
    3,,,,,,,A-003,K,
    4,52,3.00,Oslo,2024-02-03 13:04:05,2024-02-03,yes,A-004,K,more words

    """

  func prepare(in folder: URL) throws {
    try Self.table.write(to: folder.appending(path: "table.csv"), atomically: true, encoding: .utf8)
    let schema = try CSVReader(path: folder.appending(path: "table.csv").path).read().schema
    try schema.json().write(to: folder.appending(path: "schema.json"), atomically: true, encoding: .utf8)
  }

  func run(_ random: RandomStream, _ run: FuzzRun) throws -> FuzzOutcome {
    var random = random
    let sound = try Data(contentsOf: run.shared.appending(path: "schema.json"))
    var json = try JSONSerialization.jsonObject(with: sound)
    for _ in 0..<(1 + random.integer(below: 4)) { json = Self.changed(json, &random) }
    let data = try JSONSerialization.data(withJSONObject: json, options: [.fragmentsAllowed, .sortedKeys])
    var text = String(decoding: data, as: UTF8.self)
    if random.happens(0.1) { text = String(text.prefix(random.integer(below: text.count + 1))) }
    let file = run.scratch.appending(path: "schema.json")
    try text.write(to: file, atomically: true, encoding: .utf8)

    run.begin("reading")
    do {
      let table = try CSVReader(path: run.shared.appending(path: "table.csv").path).read(schema: Schema(json: text))
      run.begin("writing")
      let written = run.scratch.appending(path: "rows.csv").path
      try table.table.write(to: written, schema: table.schema)
      run.begin("identifiers")
      for case .identifier(let pattern) in table.schema.columns.map(\.kind) {
        var generator = IdentifierGenerator(pattern: pattern, avoiding: [])
        for _ in 0..<3 { _ = generator.next(using: &random) }
      }
    } catch {
      return .refused(FuzzOutcome.kind(of: error))
    }
    if let flaw = OutputCheck.flaw(in: run.scratch, never: []) { return .garbage(flaw) }
    return .accepted
  }

  private static var values: [Any] {
    [
      -1, 0, 1, 3, 16, 400, 401, 1 << 53, Int.max, Int.min, 1e308, -1e308, 1e-320, 0.5, true, "", "a", "integer",
      "decimal", "category", "identifier", "date", "yyyy-MM-dd", "dd", "yyyyyyyy", "😀", [Any](), [String: Any](),
      NSNull(), ["a", "a"], ["", "NA"], String(repeating: "x", count: 10_000),
      ["template": ["_0": [["random": ["alphabet": "", "count": 3]]]]],
      ["template": ["_0": [["random": ["alphabet": "ab", "count": 1 << 40]]]]],
      ["sequence": ["last": Int.max, "step": 1]], ["sequence": ["last": 1, "step": Int.max]],
      ["counter": ["prefix": "A", "width": 1 << 50, "suffix": "", "last": Int.max]],
    ]
  }

  /// The value with one thing in it changed.
  private static func changed(_ json: Any, _ random: inout RandomStream) -> Any {
    if random.happens(0.15) { return random.pick(values) }
    if var object = json as? [String: Any], !object.isEmpty {
      let key = random.pick(object.keys.sorted())
      switch random.integer(below: 10) {
      case 0: object[key] = nil
      case 1: object[random.pick(["digits", "levels", "pattern", "format", "minimum", "kind"])] = random.pick(values)
      default: object[key] = changed(object[key] ?? 0, &random)
      }
      return object
    }
    if var array = json as? [Any], !array.isEmpty {
      let place = random.integer(below: array.count)
      switch random.integer(below: 10) {
      case 0: array.remove(at: place)
      case 1: array.append(array[place])
      default: array[place] = changed(array[place], &random)
      }
      return array
    }
    return random.pick(values)
  }
}
