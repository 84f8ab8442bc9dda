import Foundation
import LangevinCommand
import PluginLoading
import Tensors

/// Forged model files, used as the command uses them: sampled, explained, scored, filled with.
struct ModelsArea: FuzzArea {
  var name: String { "models" }

  func prepare(in folder: URL) throws {
    try ExampleModels.make(in: folder)
    // Models that nobody changed are read and used.
    for (example, _) in ExampleModels.all {
      let run = FuzzRun(shared: folder, scratch: folder.appending(path: "whole")) { _ in }
      try FileManager.default.createDirectory(at: run.scratch, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: run.scratch) }
      var random = RandomStream(seed: 0)
      let model = folder.appending(path: example.file).path
      for words in commands(example, model: model, run, &random).prefix(1) {
        do {
          try use(example, words, run)
        } catch {
          throw ExampleError(text: "the model '\(example.name)' cannot be used: \(error)")
        }
        if let flaw = OutputCheck.flaw(in: run.scratch, task: example.task) {
          throw ExampleError(text: "\(example.name): \(flaw)")
        }
      }
    }
  }

  private func use(_ example: ExampleModels.Example, _ words: [String], _ run: FuzzRun) throws {
    let plugin = example.isOfPlugin ? ["--plugin", ExampleModels.plugin(in: run.shared)] : []
    try LangevinProgram.run(arguments: words + plugin + ["--seed", "1", "--threads", "1", "-q"])
    for (option, file) in zip(words, words.dropFirst()) where ["-o", "--html", "--draws-output"].contains(option) {
      guard FileManager.default.fileExists(atPath: file) else { throw ExampleError(text: "\(file) was not written") }
    }
  }

  func run(_ random: RandomStream, _ run: FuzzRun) throws -> FuzzOutcome {
    var random = random
    let example = random.pick(ExampleModels.all).example
    var forger = Forger(
      try ForgedFile(contentsOf: run.shared.appending(path: example.file)), random: random.child(1))
    let model = run.scratch.appending(path: "model.langevin").path
    try forger.forged().write(to: URL(fileURLWithPath: model))
    for words in commands(example, model: model, run, &random) {
      run.begin("\(example.name), \(words[0])")
      do {
        try use(example, words, run)
      } catch {
        let (status, message) = LangevinProgram.outcome(of: error)
        // What a plugin does wrong with a forged model is its own fault.
        guard status != 70 || error is PluginCallError else { return .fault(message) }
        return .refused(FuzzOutcome.kind(of: error))
      }
      if let flaw = OutputCheck.flaw(in: run.scratch, task: example.task) { return .garbage(flaw) }
    }
    return .accepted
  }

  /// What is done with a model: one thing always, others now and then.
  private func commands(
    _ example: ExampleModels.Example, model: String, _ run: FuzzRun, _ random: inout RandomStream
  ) -> [[String]] {
    func made(_ name: String) -> String { run.scratch.appending(path: name).path }
    func given(_ name: String) -> String { run.shared.appending(path: name).path }
    switch example.task {
    case .rows:
      var commands = [["sample", model, "-o", made("rows.csv"), "--rows", "5"]]
      switch random.integer(below: 6) {
      case 0: commands.append(["explain", model, "--html", made("page.html")])
      case 1: commands.append(["score", given("table.csv"), "--model", model, "-o", made("scores.csv")])
      case 2:
        commands.append(["sample", model, "-o", made("rows.csv"), "--complete", given("gaps.csv")])
      case 3: commands.append(["sample", model, "-o", made("rows.csv"), "--rows", "5", "--where", "city=Oslo"])
      case 4: commands.append(["sample", model, "-o", made("rows.csv"), "--rows", "5", "--where", "amount=0..5"])
      default: break
      }
      return commands
    case .gaps, .series:
      var words = [
        "impute", given(example.task == .gaps ? "gaps.csv" : "series.csv"), "--model", model, "-o", made("filled.csv"),
      ]
      if random.happens(0.3), example.name.contains("diffusion") || example.name == "csdi" {
        words += ["--interval", "90", "--draws", "2", "--draws-output", made("draws.csv")]
      }
      return [words]
    }
  }
}
