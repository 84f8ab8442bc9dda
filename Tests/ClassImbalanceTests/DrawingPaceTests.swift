import Testing

@testable import ClassImbalance

@Suite struct DrawingPaceTests {
  /// A millisecond to draw a row, a tenth to judge it, one to compare it; half of the rows are kept.
  private let pace = DrawingPace(drawing: 1e-3, comparing: 1e-3, judging: 1e-4, round: 0.01, kept: 0.5)

  private func plan(_ seconds: Double) -> DrawingPace.Plan { pace.plan(rows: 1000, own: 200, seconds: seconds) }

  @Test func withTimeNothingIsGivenUp() {
    // 2,200 rows of 2.1 ms, 200 of 1 ms, four rounds.
    #expect(plan(4.9) == .init())
  }

  @Test func furtherRoundsAreGivenUpFirst() {
    // 1,320 rows of 2.1 ms, 200 of 1 ms, a round: 2.982 s.
    #expect(plan(4.8) == .init(rounds: 1))
    #expect(plan(2.99) == .init(rounds: 1))
  }

  @Test func thenTheLookForCloseRows() {
    // 1,320 rows of 1.1 ms and a round: 1.462 s.
    #expect(plan(2.97) == .init(rounds: 1, comparesRows: false))
    #expect(plan(1.47) == .init(rounds: 1, comparesRows: false))
  }

  @Test func thenEvaluations() {
    let half = plan(0.01 + 0.132 + 0.66)
    #expect(half.rounds == 1 && !half.comparesRows && abs(half.evaluations - 0.5) < 1e-9)
    #expect(plan(0.1).evaluations == 0)
  }
}
