import DiffusionCore
import Testing

@Suite("Time of a command")
struct DeadlineTests {
  @Test("what was spent before is part of the time, and no time is left after the end")
  func remaining() {
    let fresh = Deadline(seconds: 1000)
    #expect(fresh.remaining > 990 && fresh.remaining <= 1000 && fresh.seconds == 1000)
    let late = Deadline(seconds: 1000, spent: 900)
    #expect(late.remaining > 90 && late.remaining <= 100 && late.seconds == 1000)
    #expect(late.isShort(of: 0.2) && !late.isShort(of: 0.05))
    #expect(Deadline(seconds: 10, spent: 20).remaining == 0)
  }

  @Test("evaluations are as many as time allows, and never fewer than asked for at least")
  func evaluations() {
    let deadline = Deadline(seconds: 100)
    #expect(deadline.evaluations(64, taking: 50, least: 2) == 64)
    let half = deadline.evaluations(64, taking: 180, least: 2)
    #expect(half >= 30 && half <= 32)
    #expect(Deadline(seconds: 1, spent: 1).evaluations(64, taking: 10, least: 2) == 2)
    #expect(Deadline(seconds: 1, spent: 1).evaluations(1, taking: 10, least: 2) == 1)
    #expect(Choice.fewerEvaluations(8, of: 20).repeating == "evaluations=8")
  }
}
