import Foundation
import LangevinCommand
import Tensors

/// Tables made at random and then damaged, through every command in tiny form.
struct TablesArea: FuzzArea {
  var name: String { "csv" }

  func prepare(in folder: URL) throws {}

  func run(_ random: RandomStream, _ run: FuzzRun) throws -> FuzzOutcome {
    var random = random
    func file(_ name: String) -> String { run.scratch.appending(path: name).path }
    func write(_ table: NastyTable, _ name: String, damaged: Bool) throws {
      let text = table.csv(&random)
      let bytes = damaged ? DamagedText.damage(text, &random) : Array(text.utf8)
      try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    }
    let job = random.pick(Job.allCases), isDamaged = random.happens(job == .inspect ? 0.7 : 0.1)
    var table = job == .series ? NastyTable.series(&random) : NastyTable(&random)
    if job == .balance { table.add("class", Self.classes(table.rowCount, &random)) }
    try write(table, "table.csv", damaged: isDamaged)
    try write(table.resampled(random.pick([1, 5, 50]), &random), "other.csv", damaged: false)
    let given = try ["table.csv", "other.csv"].map {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: file($0))), as: UTF8.self)
    }.joined()
    var refusal: FuzzOutcome?
    for words in commands(of: job, table, file, &random) {
      run.begin(words.joined(separator: " ").replacingOccurrences(of: run.scratch.path, with: "."))
      do {
        try LangevinProgram.run(arguments: words)
      } catch {
        let (status, message) = LangevinProgram.outcome(of: error)
        guard status != 70 else { return .fault(message) }
        guard message.utf8.count <= 20_000 else { return .garbage("a message of \(message.utf8.count) bytes") }
        refusal = .refused(FuzzOutcome.kind(of: error))
        // What follows needs the model that was not made.
        if words[0] == "fit" { break }
      }
      if let flaw = OutputCheck.flaw(in: run.scratch, never: [], given: given) { return .garbage(flaw) }
    }
    return refusal ?? .accepted
  }

  private enum Job: CaseIterable { case inspect, masked, ddpm, forest, evaluate, impute, series, balance }

  private static func classes(_ count: Int, _ random: inout RandomStream) -> [String] {
    let labels = random.pick([
      ["a", "b"], ["1e19", "2e19"], ["0", "1"], ["1", "9223372036854775807"], ["-1e19", "1e308", "5"], ["-0.0", "1"],
    ])
    return (0..<count).map { _ in random.happens(0.7) ? labels[0] : random.pick(labels) }
  }

  private func commands(
    of job: Job, _ table: NastyTable, _ file: (String) -> String, _ random: inout RandomStream
  ) -> [[String]] {
    let data = file("table.csv"), run = ["--seed", "1", "--threads", "1", "-q"], steps = ["--steps", "2"]
    func generate(_ method: String, scores: Bool) -> [[String]] {
      let model = file("m.langevin")
      var small = ["--set", "width=16"]
      if method == "forest-flow" { small = ["--set", "times=2", "--set", "trees=2", "--set", "duplicates=2"] }
      var commands = [
        ["fit", data, "-o", model, "--method", method] + small + (method == "forest-flow" ? [] : steps) + run,
        ["sample", model, "-o", file("rows.csv"), "--rows", "20"] + run,
        ["explain", model, "--html", file("page.html")] + run,
      ]
      if scores { commands.append(["score", data, "--model", model, "-o", file("scores.csv")] + run) }
      if random.happens(0.3), method != "forest-flow" {
        commands.append(["sample", model, "-o", file("rows.csv"), "--complete", file("other.csv")] + run)
      }
      return commands
    }
    switch job {
    case .inspect: return [["inspect", data, "--schema", file("schema.json")]]
    case .masked: return generate("tabular-masked", scores: true)
    case .ddpm: return generate("tabular-ddpm", scores: false)
    case .forest: return generate("forest-flow", scores: false)
    case .evaluate:
      let hold = random.happens(0.5) ? ["--holdout", file("other.csv")] : []
      return [
        ["evaluate", data, file("other.csv"), "--json", file("report.json"), "--html", file("page.html")] + hold + run
      ]
    case .impute:
      let method = random.pick(["mean-mode", "knn", "chained-ridge", "chained-forests", "tabular-masked"])
      return [
        ["impute", data, "-o", file("filled.csv"), "--table", "--method", method, "--no-check"]
          + (method == "tabular-masked" ? steps : []) + run
      ]
    case .series:
      let method = random.pick([
        "linear-interpolation", "series-mean", "last-observation", "seasonal", "series-ridge", "series-diffusion",
      ])
      return [
        ["impute", data, "-o", file("filled.csv"), "--time", "time", "--method", method, "--no-check"]
          + (table.names.contains("who") ? ["--group", "who"] : []) + (method == "series-diffusion" ? steps : []) + run
      ]
    case .balance:
      let method = random.pick([
        "smote", "smote-nc", "smote-n", "borderline-smote-1", "borderline-smote-2", "adasyn", "random",
        "random-smoothed", "diffusion",
      ])
      let extra = random.pick([[], ["--set", "neighbours=1"], ["--set", "scale=standard"], ["--compatible"]])
      let isSmote = method.contains("smote") || method == "adasyn"
      return [
        ["balance", data, "--target", "class", "-o", file("rows.csv"), "--method", method]
          + (isSmote ? extra : []) + (method == "diffusion" ? steps : []) + run
      ]
    }
  }
}
