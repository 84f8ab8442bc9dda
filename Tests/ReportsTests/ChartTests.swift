import Testing

@testable import Reports

@Suite struct ChartTests {
  @Test(arguments: [
    (0.0, 1.0, Axis.Style.percent, ["0%", "20%", "40%", "60%", "80%", "100%"]),
    (0, 0.06, .percent, ["0%", "1%", "2%", "3%", "4%", "5%", "6%"]),
    (0, 99_999, .number, ["0", "20k", "40k", "60k", "80k"]), (0, 12, .count, ["0", "2", "4", "6", "8", "10", "12"]),
    (0, 3, .count, ["0", "1", "2", "3"]),
    (1990, 2024, .number, ["1990", "2000", "2010", "2020"]),
    (-0.5, 0.5, .number, ["−0.4", "−0.2", "0", "0.2", "0.4"]),
  ])
  func ticksAreRound(_ low: Double, _ high: Double, _ style: Axis.Style, _ labels: [String]) {
    #expect(
      Axis(low, high, from: 0, to: 100, ticks: style == .percent && high < 0.1 ? 6 : 5, style).ticks.map(\.label)
        == labels)
  }

  @Test(arguments: [
    (0.0, 0.0), (5, 5), (.nan, 1), (0, .infinity), (-1e300, 1e300), (-1.5e308, 1e308), (1.5e308, 1.6e308),
    (1e-300, 2e-300), (7, 3),
  ])
  func axesBearAnyRange(_ low: Double, _ high: Double) {
    let axis = Axis(low, high, from: 10, to: 90)
    for value in [low, high, .nan, 0, 1e308, -1e308] {
      let place = axis.at(value)
      #expect(place >= 10 && place <= 90)
    }
    #expect(axis.ticks.count <= 101)
  }

  @Test func numbersReadWell() {
    #expect(
      [0, 0.0000123, 0.0055, 0.0146, 0.02, 0.5, 0.9999, 1, -0.03].map(NumberText.percent) == [
        "0%", "< 0.01%", "0.55%", "1.5%", "2%", "50%", "100.0%", "100%", "−3%",
      ])
    #expect(
      [0, 0.912, 1.234, 12.34, 1234, 65_536, 0.0021, -0.5, 3.2e-7].map(NumberText.number) == [
        "0", "0.912", "1.23", "12.3", "1234", "65,536", "0.0021", "−0.500", "3.2×10⁻⁷",
      ])
    #expect(NumberText.number(.nan) == "–")
    #expect(NumberText.interval(0.0106, 0.0114, .percent) == "1.06–1.14%")
    #expect(NumberText.interval(0.484, 0.507, .number) == "0.484–0.507")
    #expect(NumberText.interval(-0.1, 0.2, .number) == "−0.1 to 0.2")
    #expect(NumberText.duration(214.6) == "3\u{202F}min 35\u{202F}s")
    #expect(NumberText.coordinate(-0.04) == "0")
    #expect(NumberText.coordinate(-12.25) == "-12.3")
  }

  @Test func namesAreCutInTheMiddle() {
    #expect(TextWidth.fit("age", 100) == "age")
    let cut = TextWidth.fit("a quite long column name number 14", 100, keepsEnd: true)
    #expect(cut.hasPrefix("a quite") && cut.hasSuffix("14") && cut.contains("…"))
    #expect(TextWidth.of(cut) <= 100)
    #expect(TextWidth.fit("anything", 0) == "…")
  }

  @Test func unevenBinsShowDensity() {
    let even = HistogramChart(title: "", edges: [0, 1, 2], shares: [(.real, [0.5, 0.5])]).drawing().body
    let uneven = HistogramChart(title: "", edges: [0, 1, 10], shares: [(.real, [0.5, 0.5])]).drawing().body
    // Of two bins with the same share, the wide one is low.
    #expect(even != uneven)
    #expect(HistogramChart(title: "", edges: [3, 3], shares: [(.real, [1])]).drawing().body.html.contains("marks"))
  }

  @Test func textIsEscapedByScalar() {
    let name = "quote\"\u{301} <\u{338}b> \u{0}"
    let markup: Markup = "<i title=\"\(name)\">\(Markup(name: "a\u{202E}b\nc"))</i>"
    #expect(markup.html == "<i title=\"quote&quot;\u{301} &lt;\u{338}b&gt; \u{FFFD}\"><bdi>ab c</bdi></i>")
  }
}
