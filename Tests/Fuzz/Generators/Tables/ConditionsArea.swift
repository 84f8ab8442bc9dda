import Foundation
import LangevinCommand
import Tables
import Tensors

/// Conditions on rows, given to small models: what is made must meet them.
struct ConditionsArea: FuzzArea {
  var name: String { "conditions" }

  private static let methods = ["tabular-masked", "tabular-ddpm", "forest-flow"]

  /// Invented shops: the country follows from the state, the state from the post code, and one amount is a sum.
  private static var table: String {
    var random = RandomStream(seed: 9), text = "Country,State,Post code,Amount,Tax,Total,Day,Open,Id\n"
    for row in 0..<240 {
      let place = random.integer(below: 40), state = place % 8
      let amount = random.integer(below: 5000), tax = random.integer(below: 900)
      text += "\(state < 5 ? "North" : "South"),S\(state),P\(10_000 + place),"
      text += random.happens(0.1) ? "," : "\(Double(amount) / 100),"
      text += "\(Double(tax) / 100),\(Double(amount + tax) / 100),"
      text += String(format: "2024-%02d-%02d,", 1 + random.integer(below: 12), 1 + random.integer(below: 28))
      text += "\(random.happens(0.3) ? "yes" : "no"),N\(1000 + row)\n"
    }
    return text
  }

  func prepare(in folder: URL) throws {
    let data = folder.appending(path: "table.csv")
    try Self.table.write(to: data, atomically: true, encoding: .utf8)
    for method in Self.methods {
      let small =
        method == "forest-flow"
        ? ["--set", "times=2", "--set", "trees=2", "--set", "duplicates=2"] : ["--steps", "3", "--set", "width=16"]
      try LangevinProgram.run(
        arguments: ["fit", data.path, "-o", folder.appending(path: method).path, "--method", method] + small
          + ["--seed", "1", "--threads", "1", "-q"])
    }
  }

  func run(_ random: RandomStream, _ run: FuzzRun) throws -> FuzzOutcome {
    var random = random
    let method = random.pick(Self.methods), made = run.scratch.appending(path: "rows.csv").path
    let conditions = (0..<(1 + random.integer(below: 3))).map { _ in Self.condition(&random) }
    var words = ["sample", run.shared.appending(path: method).path, "-o", made, "--rows", "5"]
    for condition in conditions { words += ["--where", condition] }
    run.begin(words.dropFirst(6).joined(separator: " ") + " " + method)
    do {
      try LangevinProgram.run(arguments: words + ["--seed", "1", "--threads", "1", "-q"])
    } catch {
      let (status, message) = LangevinProgram.outcome(of: error)
      return status == 70 ? .fault(message) : .refused(FuzzOutcome.kind(of: error))
    }
    if let flaw = OutputCheck.flaw(in: run.scratch, never: []) { return .garbage(flaw) }
    return try check(made, conditions, follows: method != "forest-flow", run)
  }

  private func check(
    _ file: String, _ conditions: [String], follows: Bool, _ run: FuzzRun
  ) throws -> FuzzOutcome {
    let schema = try CSVReader(path: run.shared.appending(path: "table.csv").path).read().schema
    let table = try CSVReader(path: file).read(schema: schema).table
    for condition in conditions {
      guard let wanted = try? ParsedCondition(condition, schema: schema) else { continue }
      for row in 0..<table.rowCount where !wanted.holds(table, row) {
        return .garbage("row \(row + 1) does not meet \(condition)")
      }
    }
    // A state has one country, and a post code one state.
    for row in 0..<table.rowCount where follows {
      let cells = ["Country", "State", "Post code"].map { wordOrNumber(table, $0, row) }
      if let post = Int(cells[2].dropFirst()) {
        let state = (post - 10_000) % 8
        if cells[1] != "S\(state)" || cells[0] != (state < 5 ? "North" : "South") {
          return .garbage("row \(row + 1) says \(cells.joined(separator: ", "))")
        }
      }
    }
    return .accepted
  }

  private func wordOrNumber(_ table: Table, _ name: String, _ row: Int) -> String {
    switch table[name]?.values {
    case .numbers(let numbers)?: numbers[row].plainText
    case .categories(let indices, let levels)?: indices[row] < 0 ? "" : levels[Int(indices[row])]
    default: ""
    }
  }

  private static func condition(_ random: inout RandomStream) -> String {
    let values = [
      "North", "South", "S3", "S5|S6", "P10003", "P10003|P10011", "10000..10020", "", "..", "1..", "..5", "0..0",
      "5..1",
      "1e308", "-1e308..1e308", "nan", "inf", "..inf", "12.5", "49.99..", "2024-02-30", "2024-03-01..2024-04-01",
      "0001-01-01..9999-12-31", "yes", "no|yes", "|", "=", "N1000", "x", "1e19..2e19", "9223372036854775808",
    ]
    // Mostly what the column may hold.
    let fitting = [
      "Country=North", "Country=South", "State=S3", "State=S5|S6", "Post code=P10003", "Post code=P10003|P10011",
      "Amount=", "Amount=49.99..", "Amount=12.5", "Tax=..5", "Total=10..60", "Day=2024-03-01..2024-04-01", "Open=yes",
    ]
    if random.happens(0.6) { return random.pick(fitting) }
    let columns = ["Country", "State", "Post code", "Amount", "Tax", "Total", "Day", "Open", "Id", "none", ""]
    if random.happens(0.05) { return random.pick(values) }
    return random.pick(columns) + "=" + random.pick(values)
  }
}

/// A condition as the check understands it.
private struct ParsedCondition {
  let column: String
  let texts: Set<String>
  let range: ClosedRange<Double>?

  init?(_ text: String, schema: Schema) throws {
    guard let sign = text.firstIndex(of: "=") else { return nil }
    column = String(text[..<sign])
    let value = String(text[text.index(after: sign)...])
    guard let kind = schema[column]?.kind, !value.isEmpty else { return nil }
    texts = Set(value.split(separator: "|").map(String.init))
    guard kind.isNumeric else {
      range = nil
      return
    }
    func number(_ part: String) -> Double? {
      switch kind {
      case .date(let format), .dateTime(let format): format.value(of: part)
      default: Double(part)
      }
    }
    if let dots = value.range(of: "..") {
      let low = value[..<dots.lowerBound], high = value[dots.upperBound...]
      guard let from = low.isEmpty ? -.infinity : number(String(low)),
        let to = high.isEmpty ? .infinity : number(String(high)), from <= to
      else { return nil }
      range = from...to
    } else {
      guard let number = number(value) else { return nil }
      range = number...number
    }
  }

  func holds(_ table: Table, _ row: Int) -> Bool {
    switch table[column]?.values {
    case .numbers(let numbers)?: range?.contains(numbers[row]) ?? true
    case .categories(let indices, let levels)?: indices[row] >= 0 && texts.contains(levels[Int(indices[row])])
    default: true
    }
  }
}
