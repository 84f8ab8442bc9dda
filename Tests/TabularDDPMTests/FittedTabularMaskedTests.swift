import DiffusionCore
import Foundation
import NeuralNetworks
@testable import TabularDDPM
import Tables
import Testing

@Suite("tabular-masked")
struct FittedTabularMaskedTests {
  private func fit(_ texts: [String: String] = [:], steps: Int = 60, rows: Int = 800) throws -> (
    FittedTabularMasked, Table, Schema
  ) {
    let (table, schema) = SmallTables.mixed(rows: rows)
    let model = try TabularMasked().fit(
      table, schema: schema, options: try SmallTables.options(texts), run: SmallTables.run(steps: steps))
    return (model, table, schema)
  }

  @Test("made rows keep columns, levels, range, digits, dependencies and relations; identifiers are new")
  func shape() throws {
    let (model, table, schema) = try fit()
    let made = try SmallTables.sample(model, SampleRequest(rows: 500, seed: 1))
    #expect(made.columnNames == table.columnNames)
    #expect(made.rowCount == 500)
    guard case .categories(let group, let levels) = made["group"]!.values,
      case .numbers(let code) = made["code"]!.values,
      case .numbers(let size) = made["size"]!.values, case .numbers(let due) = made["due"]!.values,
      case .numbers(let paid) = made["paid"]!.values, case .texts(let ids) = made["id"]!.values,
      case .texts(let known) = table["id"]!.values
    else { Issue.record("columns changed their representation"); return }
    let expected = ["a": 0.0, "b": 10, "c, d": 20, "e": 30]
    for row in 0..<500 {
      #expect(code[row] == expected[levels[Int(group[row])]])
      #expect(size[row] == size[row].rounded(toDecimals: 2))
      #expect(due[row] == due[row].rounded() && paid[row] == paid[row].rounded())
    }
    #expect(size.min()! >= schema["size"]!.minimum! && size.max()! <= schema["size"]!.maximum!)
    let equal = zip(due, paid).count { $0 == $1 }
    #expect(equal > 50, "the exact relation holds in 3 training rows of 10")
    #expect(Set(ids).count == 500 && Set(ids).isDisjoint(with: Set(known)))
    #expect(made["note"]!.missingCount > 30 && made["note"]!.missingCount < 250)
    let full = try SmallTables.sample(model, SampleRequest(rows: 300, seed: 1, includesMissing: false))
    #expect(full["note"]!.missingCount == 0)
  }

  @Test(
    "conditions on categories, numbers, ranges, derived columns and gaps hold in every row",
    arguments: [
      "group=b", "group=a|e", "code=20", "size=10.5..20", "size=12.25", "due=100..300", "paid=0", "paid=0..50", "note=",
      "note=yes",
    ])
  func conditions(text: String) throws {
    let (model, _, schema) = try fit()
    let condition = try CellCondition(parsing: text, schema: schema)
    let made = try SmallTables.sample(model, SampleRequest(rows: 200, seed: 2, conditions: [condition]))
    #expect(made.rowCount == 200)
    for row in 0..<200 {
      switch (condition.allowed, made[condition.column]!.values) {
      case (.levels(let wanted), .categories(let indices, let levels)):
        #expect(wanted.contains(levels[Int(indices[row])]))
      case (.range(let range), .numbers(let values)): #expect(range.contains(values[row]))
      case (.missing, _): #expect(made[condition.column]!.isMissing(row))
      default: Issue.record("unexpected representation")
      }
    }
  }

  @Test("several conditions hold together, and contradictory ones are refused")
  func together() throws {
    let (model, _, schema) = try fit()
    let both = try ["size=80..120", "due=50..200", "group=b|c, d"].map {
      try CellCondition(parsing: $0, schema: schema)
    }
    let made = try SmallTables.sample(model, SampleRequest(rows: 150, seed: 2, conditions: both))
    guard case .numbers(let size) = made["size"]!.values, case .numbers(let due) = made["due"]!.values else { return }
    #expect(size.allSatisfy { (80...120).contains($0) } && due.allSatisfy { (50...200).contains($0) })
    let clash = try ["group=a", "code=30"].map { try CellCondition(parsing: $0, schema: schema) }
    #expect(throws: ConditionError.self) { try SmallTables.sample(model, SampleRequest(rows: 5, conditions: clash)) }
    let twice = try ["group=a", "group=b"].map { try CellCondition(parsing: $0, schema: schema) }
    #expect(throws: ConditionError.self) { try SmallTables.sample(model, SampleRequest(rows: 5, conditions: twice)) }
  }

  @Test("completing keeps every given cell and fills the others")
  func complete() throws {
    let (model, table, _) = try fit()
    var partial = table.rows(0..<100)
    guard case .numbers(let size) = partial.columns[2].values,
      case .categories(let group, let levels) = partial.columns[0].values
    else { return }
    partial.columns[2].values = .numbers(size.enumerated().map { $0.offset % 2 == 0 ? .nan : $0.element })
    partial.columns[0].values = .categories(
      indices: group.enumerated().map { $0.offset % 3 == 0 ? -1 : $0.element }, levels: levels)
    var parts: [Table] = []
    try model.complete(partial, SampleRequest(rows: 0, seed: 3)) { parts.append($0) }
    let whole = try Table.concatenated(parts)
    #expect(partial["note"]!.missingCount > 0 && whole.columns.allSatisfy { $0.missingCount == 0 })
    guard case .numbers(let filled) = whole.columns[2].values,
      case .categories(let groups, let newLevels) = whole.columns[0].values,
      case .numbers(let code) = whole.columns[1].values
    else { return }
    for row in 0..<100 {
      if row % 2 == 1 { #expect(filled[row] == size[row]) }
      if row % 3 != 0 { #expect(newLevels[Int(groups[row])] == levels[Int(group[row])]) }
      // The code was given, and each group has one.
      #expect(code[row] == ["a": 0.0, "b": 10, "c, d": 20, "e": 30][newLevels[Int(groups[row])]])
    }
  }

  @Test("conditions fill what is empty and leave what was given")
  func completeWithin() throws {
    let (model, table, schema) = try fit()
    var partial = table.rows(0..<40)
    guard case .numbers(let due) = partial["due"]!.values,
      let column = partial.columns.firstIndex(where: { $0.name == "due" })
    else { return }
    partial.columns[column].values = .numbers(due.enumerated().map { $0.offset % 2 == 0 ? .nan : 1 + $0.element })
    let condition = try CellCondition(parsing: "due=100..120", schema: schema)
    var parts: [Table] = []
    try model.complete(partial, SampleRequest(rows: 0, seed: 3, conditions: [condition])) { parts.append($0) }
    guard case .numbers(let filled) = try Table.concatenated(parts)["due"]!.values else { return }
    for row in 0..<40 {
      if row % 2 == 0 { #expect((100...120).contains(filled[row])) } else { #expect(filled[row] == due[row] + 1) }
    }
  }

  @Test("every row has a score or a gap of its own")
  func scores() throws {
    let (model, table, _) = try fit(steps: 10)
    var strange = table.rows(0..<5)
    strange.columns[0].values = .categories(indices: [0, 0, 0, 0, 0], levels: ["never seen"])
    #expect(try model.score(strange, SampleRequest(rows: 5)) == [nil, nil, nil, nil, nil])
    strange.columns[0].values = .categories(indices: [0, 0, 1, 0, 0], levels: ["never seen", "a"])
    #expect(try model.score(strange, SampleRequest(rows: 5)).map { $0 == nil } == [true, true, false, true, true])
    // A number far outside of what was seen is more unusual than the largest one.
    guard case .numbers(let sizes) = table["size"]!.values, let most = sizes.filter({ !$0.isNaN }).max(),
      let place = table.columns.firstIndex(where: { $0.name == "size" })
    else { return }
    var far = table.rows([0, 0, 0])
    far.columns[place].values = .numbers([most, 10 * most, 100 * most])
    let scores = try model.score(far, SampleRequest(rows: 3)).compactMap { $0 }
    #expect(scores.count == 3 && scores[0] + 1 < scores[1] && scores[1] + 1 < scores[2])
  }

  @Test("a saved model makes the same rows", arguments: ["residual-mlp", "mlp", "column-transformer"])
  func saved(denoiser: String) throws {
    let (model, _, _) = try fit(["denoiser": denoiser], steps: 20, rows: 400)
    let copy = try TabularMasked().load(try ModelArchive(data: try model.archive().data()))
    let request = SampleRequest(rows: 100, seed: 9)
    let before = try SmallTables.sample(model, request), after = try SmallTables.sample(copy, request)
    #expect(after == before)
    #expect(copy.schema == model.schema && copy.report == model.report)
  }

  @Test("a run that was stopped goes on to the same model")
  func resume() throws {
    let (table, schema) = SmallTables.mixed(rows: 400)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).checkpoint").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let options = try SmallTables.options()
    let whole = try TabularMasked().fit(table, schema: schema, options: options, run: SmallTables.run(steps: 120))
    for stop in [1, 37, 64, 90] {
      var run = SmallTables.run(steps: 120)
      run.checkpoint = CheckpointPolicy(path: path, resumes: stop > 1)
      run.shouldContinue = { $0.step < stop }
      #expect(throws: CancellationError.self) {
        try TabularMasked().fit(table, schema: schema, options: options, run: run)
      }
    }
    var run = SmallTables.run(steps: 120)
    run.checkpoint = CheckpointPolicy(path: path, resumes: true)
    let resumed = try TabularMasked().fit(table, schema: schema, options: options, run: run)
    let request = SampleRequest(rows: 50, seed: 1)
    let straight = try SmallTables.sample(whole, request), interrupted = try SmallTables.sample(resumed, request)
    #expect(interrupted == straight)
    run.seed = 2
    #expect(throws: CheckpointError.self) { try TabularMasked().fit(table, schema: schema, options: options, run: run) }
  }

  @Test("fewer evaluations than slots still make whole rows")
  func evaluations() throws {
    let (model, _, _) = try fit()
    let options = try SmallTables.options(["evaluations": "2"])
    let made = try SmallTables.sample(model, SampleRequest(rows: 100, seed: 1, options: options))
    #expect(made.rowCount == 100 && made["size"]!.missingCount == 0)
  }
}
