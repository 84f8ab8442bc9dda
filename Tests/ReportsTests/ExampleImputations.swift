import Evaluation

@testable import Reports

/// Fillings to draw: numbers are made up, shapes are those of real ones.
enum ExampleImputations {
  /// Three stations with many gaps and intervals.
  static let series = ImputationResult(
    subject: subject(time: "time", groups: ["station"], series: 3, method: "series-diffusion"),
    columns: ["no2", "ozone", "a rather long name of a channel, in µg/m³"].enumerated().map { column($1, number: $0) }
      + [
        FilledColumnResult(
          name: "sky", cells: 1000, filled: 30, inLongGaps: 0, longGaps: 0, unanswered: 0,
          distribution: .init(observed: [400, 300, 270], filled: [15, 10, 5], levels: ["clear", "cloud", "fog"]),
          panel: nil)
      ],
    emptyColumns: ["spare"], check: check(hiding: .gaps, hasLengths: true),
    training: TrainingDetails(
      method: "series-diffusion",
      curve: (1...20).map { TrainingDetails.Point(step: $0 * 50, training: 1 / Double($0), heldOut: 1.1 / Double($0)) },
      byNoise: [], verdict: "right", explanation: "Held-out loss had nearly stopped falling."))

  /// A table with numbers and categories.
  static let table = ImputationResult(
    subject: subject(time: nil, groups: [], series: nil, method: "tabular-masked"),
    columns: (0..<6).map { tableColumn($0) }, emptyColumns: [], check: check(hiding: .patterns, hasLengths: false),
    training: nil)

  private static func tableColumn(_ number: Int) -> FilledColumnResult {
    let distribution: ColumnComparison.Distribution?
    if number.isMultiple(of: 2) {
      let observed: [Double] = (0..<500).map { Double($0 * 31 % 97) }
      let filled: [Double] = (0..<60).map { Double(30 + $0 * 7 % 40) }
      distribution = .init(observed: observed, filled: filled, digits: 0) { "\($0)" }
    } else {
      distribution = .init(observed: [900, 600, 300], filled: [40, 20, 5], levels: ["yes", "no", "perhaps"])
    }
    return FilledColumnResult(
      name: "column \(number)", cells: 2000, filled: 40 * (number + 1), inLongGaps: 0, longGaps: 0, unanswered: 0,
      distribution: distribution, panel: nil)
  }

  /// Nothing measured, nothing missing.
  static let bare = ImputationResult(
    subject: subject(time: nil, groups: [], series: nil, method: "none"), columns: [], emptyColumns: [], check: nil,
    training: nil)

  /// Names that try to break out of the page, and numbers that are none.
  static let hostile: ImputationResult = {
    var result = series
    result.subject.file = "a/b/<script>alert(1).csv"
    result.subject.groups = ["</style><b>bold</b>", "\u{202E}right to left"]
    for place in result.columns.indices {
      result.columns[place].name = ["<img onerror=x>", "\"quoted\" & 'so'", "{{mustache}} {{{title}}}", "עברית"][place]
      result.columns[place].panel?.gaps[0].entity = ["<b>entity</b>"]
    }
    result.check?.methods[1].relativeError = nil
    result.check?.methods[1].failure = "<i>it failed</i>"
    return result
  }()

  private static func subject(time: String?, groups: [String], series: Int?, method: String) -> ImputationResult.Subject
  {
    .init(
      file: "data/readings.csv", rows: 1000, addedRows: time == nil ? 0 : 12, time: time, groups: groups,
      series: series,
      method: method, methodSummary: "Fills gaps from what is around them.", point: "median", level: 0.9, seed: 7,
      seconds: 12.5, version: "0.1.0")
  }

  private static func column(_ name: String, number: Int) -> FilledColumnResult {
    let start = 1_709_510_400.0
    func value(_ hour: Int) -> Double { Double((hour * (7 + number)) % 24) * 2.5 + Double(number * 10) }
    let bins = (0..<200).map { bin in
      SeriesPanel.Overview.Bin(
        time: start + Double(bin) * 7200, observed: bin % 23 == 5 ? nil : [value(bin), value(bin) + 4],
        filled: bin % 23 == 5 || bin % 23 == 6 ? [value(bin) + 1, value(bin) + 2] : nil)
    }
    func ticks(_ hours: [Int]) -> [SeriesPanel.Tick] {
      hours.map {
        .init(time: start + Double($0) * 3600, label: "03-\(10 + $0 / 24) \($0 % 24 < 10 ? "0" : "")\($0 % 24):00")
      }
    }
    let gaps = [1, 6, 48].map { length -> SeriesPanel.Gap in
      let context = max(6, min(length, 24))
      let points = (0..<length + 2 * context).map { step -> SeriesPanel.Gap.Point in
        let isGap = (context..<context + length).contains(step)
        let middle = value(step)
        return .init(
          time: start + Double(step) * 3600, observed: isGap ? nil : middle, filled: isGap ? middle : nil,
          lower: isGap ? middle - 6 : nil, upper: isGap ? middle + 7 : nil)
      }
      let width = length + 2 * context
      return .init(
        entity: ["market"], length: length, stepsPerPoint: 1, points: points,
        ticks: ticks([0, width / 4, width / 2, width * 3 / 4]))
    }
    return FilledColumnResult(
      name: name, cells: 1000, filled: 60 - number, inLongGaps: number == 0 ? 48 : 0, longGaps: number == 0 ? 1 : 0,
      unanswered: 0,
      distribution: .init(
        observed: (0..<900).map { value($0) }, filled: (0..<60).map { value($0 * 5) }, digits: 1,
        text: { "\($0)" }),
      panel: SeriesPanel(
        gapCount: 14,
        overview: .init(entity: ["market"], stepsPerBin: 2, bins: bins, ticks: ticks([0, 96, 192, 288])), gaps: gaps))
  }

  private static func check(hiding: SelfCheckResult.Hiding, hasLengths: Bool) -> SelfCheckResult {
    let truth: [Double] = (0..<40).map { Double($0 % 7) }
    func method(_ id: String, _ error: Double, isBaseline: Bool) -> MethodScore {
      let point: [Double] = truth.enumerated().map { place, value in
        value + (place.isMultiple(of: 2) ? error : -error)
      }
      let numbers = NumberScores(
        truth: truth, point: point, draws: [point, truth],
        interval: (point.map { $0 - 0.6 }, point.map { $0 + 0.6 }, 0.9))
      return MethodScore(
        id: id, isBaseline: isBaseline, seconds: error * 10, relativeError: error, numbers: numbers,
        categories: CategoryScores(truth: [0, 1, 1, 2], point: [0, 1, 2, 2]),
        columns: [
          .init(column: "no2", numbers: numbers),
          .init(column: "sky", categories: .init(truth: [0, 1], point: [0, 0])),
        ],
        byGapLength: hasLengths
          ? [1, 2, 4, 8, 32].map { length in
            MethodScore.GapScore(
              least: length, most: 2 * length - 1, cells: 40, mae: error * Double(length + 4) / 8,
              coverage: 0.93 - Double(length) / 300)
          } : [])
    }
    return SelfCheckResult(
      hiding: hiding, hidden: 293, observed: 4713,
      methods: [
        method("series-diffusion", 0.21, isBaseline: false), method("ridge", 0.29, isBaseline: true),
        method("linear-interpolation", 0.45, isBaseline: true), method("mean", 0.98, isBaseline: true),
      ], chosen: "series-diffusion", reason: "it has the lowest error on hidden cells")
  }
}
