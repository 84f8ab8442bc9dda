import Foundation
import Testing

@Suite struct HelpTests {
  @Test(arguments: [
    ["synth"], ["fit"], ["sample"], ["score"], ["impute"], ["balance"], ["tune"], ["inspect"], ["explain"], ["plugins"],
    ["plugins", "list"], ["plugins", "info"], ["plugins", "check"], ["plugins", "install"], ["plugins", "remove"],
    ["plugins", "new"],
  ]) func `Every subcommand has help with an example`(path: [String]) throws {
    let scratch = Scratch()
    let run = try Command.start(path + ["--help"], in: scratch)
    run.process.waitUntilExit()
    let outcome = run.outcome()
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("Example"))
    #expect(outcome.output.contains("  langevin \(path[0])"))
    #expect(outcome.errors.isEmpty)
    // An example that is broken over two lines cannot be copied.
    for line in outcome.output.split(separator: "\n") where line.hasPrefix("  langevin") { #expect(line.count <= 80) }
  }

  @Test func `The root's help names every subcommand`() throws {
    let outcome = try Command.run("--help")
    for name in ["synth", "fit", "sample", "score", "impute", "balance", "tune", "inspect", "explain", "plugins"] {
      #expect(outcome.output.contains("\n  \(name) "))
    }
  }

  @Test func `Help comes at once`() throws {
    // The best of several: other tests run at the same time.
    let best = try (0..<8).map { _ in
      let start = Date()
      try Command.run("--help")
      return Date().timeIntervalSince(start)
    }.min()
    #expect(try #require(best) < 0.2)
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func `Completions are made for shells`(shell: String) throws {
    let outcome = try Command.run("--generate-completion-script", shell)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("inspect"))
  }

  @Test func `Methods and their options are listed`() throws {
    let list = try Command.run("plugins", "list")
    #expect(list.status == 0)
    #expect(list.output.contains("tabular-masked"))
    let info = try Command.run("plugins", "info", "tabular-masked")
    #expect(info.output.contains("Options"))
    #expect(info.output.contains("evaluations"))
    let json = try Command.run("plugins", "info", "tabular-masked", "--json").json()
    #expect(json["id"] as? String == "tabular-masked")
    let all = try Command.run("plugins", "list", "--json").json()
    #expect((all["methods"] as? [Any])?.isEmpty == false)
  }
}
