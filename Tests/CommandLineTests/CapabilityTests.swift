import Foundation
import Testing

/// What a method cannot do is said before anything is trained, with the methods that can.
@Suite struct CapabilityTests {
  @Test func `A method that fills no given rows is refused before training`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run(
      "synth", "people.csv", "-o", "out.csv", "--complete", "people.csv", "--method", "forest-flow", in: scratch)
    #expect(outcome.status == 2 && outcome.errors.contains("method 'forest-flow' cannot fill given rows"))
    #expect(outcome.errors.contains("help: use one that can: tabular-masked, tabular-ddpm"))
    #expect(!outcome.errors.contains("training") && scratch.names == ["people.csv"])
  }

  @Test func `A model that scores no rows is refused with the methods whose models do`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let fit = try Command.run(
      "fit", "people.csv", "-o", "m.langevin", "--method", "tabular-ddpm", "--steps", "5", "--set", "width=16",
      in: scratch)
    #expect(fit.status == 0)
    let outcome = try Command.run("score", "people.csv", "--model", "m.langevin", "-o", "s.csv", in: scratch)
    #expect(outcome.status == 65 && outcome.errors.contains("method 'tabular-ddpm' cannot score rows"))
    #expect(outcome.errors.contains("help: use one that can: tabular-masked") && !scratch.has("s.csv"))
  }

  @Test func `A method of the other kind is refused, with those of this kind`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run(
      "impute", "people.csv", "-o", "out.csv", "--method", "linear-interpolation", "--table", in: scratch)
    #expect(outcome.status == 2 && outcome.errors.contains("fills series, and this is a table"))
    #expect(outcome.errors.contains("chained-forests") && !scratch.has("out.csv"))
  }
}
