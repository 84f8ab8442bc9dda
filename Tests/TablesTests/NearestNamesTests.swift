import Tables
import Testing

@Suite struct NearestNamesTests {
  @Test(arguments: [
    ("stpes", "steps"), ("step", "steps"), ("Steps", "steps"), ("learning-rte", "learning-rate"),
    ("bacth", "batch"), ("tabular", "tabular-ddpm"),
  ])
  func aTypingErrorFindsItsWord(typed: String, meant: String) {
    #expect(nearest(to: typed, in: ["batch", "learning-rate", "steps", "tabular-ddpm"]).first == meant)
  }

  @Test func whatIsFarIsNotSuggested() {
    #expect(nearest(to: "zebra", in: ["batch", "steps"]).isEmpty)
    #expect(nearest(to: "xy", in: ["ab"]).isEmpty)
    #expect(nearest(to: "", in: ["steps"]).isEmpty)
  }

  @Test func theNearestComesFirstAndTiesAreAlphabetical() {
    #expect(nearest(to: "cate", in: ["dates", "rate", "date", "cater"]) == ["cater", "date", "rate"])
    #expect(nearest(to: "cate", in: ["rate", "date", "cater"], limit: 1) == ["cater"])
  }
}
