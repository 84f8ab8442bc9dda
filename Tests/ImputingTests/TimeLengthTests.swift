import Testing

@testable import Imputing

@Suite struct TimeLengthTests {
  @Test(arguments: [
    ("12", TimeLength.steps(12)), ("6h", .seconds(21_600)), ("1d12h", .seconds(129_600)), ("30m", .seconds(1800)),
    ("2w", .seconds(1_209_600)), ("1.5h", .seconds(5400)),
  ]) func `Steps and spans are read`(text: String, length: TimeLength) {
    #expect(TimeLength(text) == length)
  }

  @Test(arguments: ["", "0", "-3", "h", "6 h", "1h1h", "1m2h", "soon", "0h", "1y"])
  func `Anything else is refused`(text: String) { #expect(TimeLength(text) == nil) }

  @Test func `Spans are written short`() {
    #expect(
      [3600, 5400, 86_400, 604_800, 90, 0.5].map { TimeLength.text(seconds: $0) }
        == ["1h", "1h30m", "1d", "7d", "1m30s", "0.5s"])
  }
}
