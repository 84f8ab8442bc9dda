import Testing

@testable import TabularDDPM

@Suite struct MaskedPilotTests {
  @Test func fewRowsAreTriedLongerAndMany() throws {
    let few = try #require(MaskedPilot(rows: 300, slots: 11, width: 128, fixedSteps: nil))
    #expect(few.steps == 1000 && few.candidates.count == 4 && few.fallback == few.candidates[0])
    let more = try #require(MaskedPilot(rows: 3000, slots: 11, width: 128, fixedSteps: nil))
    #expect(more.steps == 300 && more.fallback == nil)
    #expect(MaskedPilot(rows: 20_000, slots: 11, width: 512, fixedSteps: nil) == nil)
  }

  @Test func inAShortTimeTrialsAreShortenedThenFewer() throws {
    let pilot = try #require(MaskedPilot(rows: 300, slots: 11, width: 128, fixedSteps: nil))
    // Widths 64, 128, 128 and 256: 1 + 2 · 2^1.2 + 4^1.2 = 10.87 times the time of the first.
    func round(_ seconds: Double) -> MaskedPilot.Round { pilot.affordable(stepOfFirst: 1e-3, seconds: seconds) }
    #expect(round(11) == .init(candidates: pilot.candidates, steps: 1000))
    #expect(round(8) == .init(candidates: pilot.candidates, steps: 735))
    // Three take 5.59 times the time of the first.
    #expect(round(7).candidates.count == 3 && round(7).steps == 1000)
    #expect(round(2.5).candidates.count == 2)
    #expect(round(1).candidates.isEmpty)
    #expect(round(0).candidates.isEmpty)
  }

  @Test func theNetworkThatATableGetsAnywayMustBeBeatenClearly() throws {
    let wide = try #require(MaskedPilot(rows: 8_000, slots: 30, width: 256, fixedSteps: nil))
    #expect(wide.candidates[0] == .init(width: 256, dropout: 0.2) && wide.margin == 0.2)
    #expect(wide.best(of: [20, 19.9, 19.85]) == 0)
    #expect(wide.best(of: [20, 19.7, 19.75]) == 1)
    // Of few rows no network is the usual one.
    let few = try #require(MaskedPilot(rows: 300, slots: 11, width: 128, fixedSteps: nil))
    #expect(few.best(of: [8, 7.9, 7.95, 8.1]) == 1)
    #expect(few.best(of: [8]) == nil && few.best(of: []) == nil && few.best(of: [.infinity, .infinity]) == nil)
  }
}
