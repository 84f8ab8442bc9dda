import Evaluation

extension ImputationPage {
  /// What was measured on hidden cells.
  var good: Section {
    guard let check = result.check else {
      return Section(
        "good", "How good the values are",
        blocks: [.absent("no values were hidden to try methods on")],
        parts: [Section("coverage", "How often intervals hold", blocks: [.absent("nothing was measured")])])
    }
    let how: Markup =
      switch check.hiding {
      case .gaps: "in gaps as long as the data’s own, over channels that miss together"
      case .patterns: "in combinations of columns that miss together in the data"
      case .random: "at random"
      }
    return Section(
      "good", "How good the values are",
      guide: .init(
        shows:
          "\(NumberText.count(check.hidden)) of \(NumberText.count(check.observed)) known values were hidden \(how), filled in by each method, and compared with what they held.",
        good:
          "The method that was taken is well below 1, which is what filling in each column’s median or most frequent level makes.",
        otherwise: isSeries
          ? "Give channels that go along with those that miss, give the method more time, or leave long gaps empty (<code>--max-gap</code>)."
          : "Give columns that go along with those that miss, more rows, or the method more time (<code>--budget</code>)."
      ),
      blocks: [
        .text("Taken: <strong>\(check.chosen)</strong>, because \(check.reason)."),
        .pictures(.two, [errors(check), byLength(check)].compactMap(\.self)),
        methodTable(check),
        .fold("Column by column", [columnTable(check)]),
      ], parts: [coverage(check)])
  }

  private func errors(_ check: SelfCheckResult) -> Picture? {
    let rows = check.methods.compactMap { method in method.relativeError.map { (name: method.id, value: $0) } }
    guard !rows.isEmpty else { return nil }
    let chart = BarChart(
      title: "Error on hidden values",
      summary:
        "Bars for \(rows.count) methods; \(rows[0].name) has the lowest error, \(NumberText.number(rows[0].value)).",
      rows: rows, line: (1, "median"), format: .number)
    return Picture(
      chart,
      note:
        "0 is perfect, 1 is no better than each column’s median or most frequent level. Lower is better.")
  }

  /// The chosen method and the best two others over the length of gaps.
  private func byLength(_ check: SelfCheckResult) -> Picture? {
    guard let chosen = check.chosenScore, chosen.byGapLength.count > 1 else { return nil }
    let others = check.methods.filter { $0.id != chosen.id && $0.byGapLength.count > 1 }.prefix(2)
    // Lengths double from class to class, so that the places of classes are their logarithm.
    func line(_ method: MethodScore, _ series: Series) -> LineChart.Line {
      .init(
        series: series, label: method.id,
        points: method.byGapLength.map { (x: Self.place($0.least), y: $0.mae) }, marked: true)
    }
    let marks: [Series] = [.holdout, .real]
    let lines = zip(others, marks).map { line($0, $1) } + [line(chosen, .synthetic)]
    let classes = chosen.byGapLength
    var chart = LineChart(
      title: "Error by length of the gap",
      summary: """
        For gaps from \(classes[0].least) to \(classes[classes.count - 1].most) time steps; \(chosen.id) goes from \
        \(NumberText.number(classes[0].mae)) to \(NumberText.number(classes[classes.count - 1].mae)).
        """,
      xTitle: "time steps", yTitle: "mean error, standard deviations", lines: lines)
    chart.xTicks = classes.map { (value: Self.place($0.least), label: Self.span($0)) }
    chart.xRange = Self.place(classes[0].least)...Self.place(classes[classes.count - 1].least)
    return Picture(
      chart, note: "The longer a gap, the less there is to go by.",
      table: DataTable(
        chart.title,
        head: ["Time steps", "Values"] + (check.methods.filter { !$0.byGapLength.isEmpty }).map { Markup(text: $0.id) },
        rows: classes.map { entry in
          .init(
            Markup(text: Self.span(entry)),
            [NumberText.count(entry.cells)]
              + check.methods.filter { !$0.byGapLength.isEmpty }.map { method in
                method.byGapLength.first { $0.least == entry.least }.map { NumberText.number($0.mae) } ?? "–"
              })
        }))
  }

  private static func place(_ length: Int) -> Double { Double(Int.bitWidth - 1 - length.leadingZeroBitCount) }

  private static func span(_ gap: MethodScore.GapScore) -> String {
    gap.least == gap.most ? "\(gap.least)" : "\(gap.least)–\(gap.most)"
  }

  private func methodTable(_ check: SelfCheckResult) -> Block? {
    let hasNumbers = check.methods.contains { $0.numbers != nil }
    let hasCategories = check.methods.contains { $0.categories != nil }
    var head: [Markup] = ["Method", "Error"]
    if hasNumbers { head += ["Mean error, sd", "Root mean square, sd", "CRPS, sd"] }
    if hasCategories { head.append("Right category") }
    head += ["Time", ""]
    return .table(
      DataTable(
        "Methods on hidden values", head: head,
        rows: check.methods.map { method in
          var cells = [method.relativeError.map { NumberText.number($0) } ?? "–"]
          if hasNumbers {
            cells += [method.numbers?.mae, method.numbers?.rmse, method.numbers?.draws?.crps]
              .map { $0.map { NumberText.number($0) } ?? "–" }
          }
          if hasCategories { cells.append(method.categories.map { NumberText.percent($0.accuracy) } ?? "–") }
          cells.append(method.seconds.map { NumberText.duration($0) } ?? "–")
          cells.append(
            method.id == check.chosen
              ? "taken" : method.failure == nil ? "" : method.isLeftOut == true ? "no time" : "failed")
          return .init(Markup(text: method.id), cells)
        }))
  }

  private func columnTable(_ check: SelfCheckResult) -> Block? {
    guard let chosen = check.chosenScore else { return nil }
    let others = check.methods.filter { $0.id != chosen.id && $0.failure == nil }
    return .table(
      DataTable(
        "Column by column", head: ["Column", "Values", Markup(text: chosen.id)] + others.map { Markup(text: $0.id) },
        rows: chosen.columns.map { column in
          let count = column.numbers?.count ?? column.categories?.count ?? 0
          return .init(
            Markup(name: column.column),
            [NumberText.count(count)]
              + ([chosen] + others).map { method in
                guard let own = method.columns.first(where: { $0.column == column.column }) else { return "–" }
                if let numbers = own.numbers { return NumberText.number(numbers.mae) }
                return own.categories.map { "\(NumberText.percent($0.accuracy)) right" } ?? "–"
              })
        }))
  }

  // MARK: Intervals

  private func coverage(_ check: SelfCheckResult) -> Section {
    let measured = check.methods.filter { $0.numbers?.interval != nil }
    guard let level = measured.first?.numbers?.interval?.level else {
      return Section(
        "coverage", "How often intervals hold",
        blocks: [
          .absent(
            check.methods.contains { $0.numbers != nil }
              ? "no method gave intervals" : "categories have no intervals")
        ])
    }
    return Section(
      "coverage", "How often intervals hold",
      guide: .init(
        shows: "The share of hidden numbers that lie between the ends of their interval, and how wide intervals are.",
        good: "About \(NumberText.percent(level)) of them do\(isSeries ? ", in short gaps and in long ones" : "").",
        otherwise: "Take the ends with a grain of salt; where too few hold, ask for a higher <code>--interval</code>."),
      blocks: [
        .pictures(.two, [coverageByLength(check, level)].compactMap(\.self)),
        .table(
          DataTable(
            "Intervals on hidden values", head: ["Method", "Held", "Mean width, sd", "Winkler score, sd"],
            rows: measured.compactMap { method in
              method.numbers?.interval.map { interval in
                .init(
                  Markup(text: method.id),
                  [
                    NumberText.percent(interval.coverage), NumberText.number(interval.width),
                    NumberText.number(interval.winkler),
                  ])
              }
            })),
      ])
  }

  private func coverageByLength(_ check: SelfCheckResult, _ level: Double) -> Picture? {
    guard let chosen = check.chosenScore else { return nil }
    let classes = chosen.byGapLength.filter { $0.coverage != nil }
    guard classes.count > 1 else { return nil }
    let ends = [Self.place(classes[0].least), Self.place(classes[classes.count - 1].least)]
    var chart = LineChart(
      title: "Held by length of the gap",
      summary: """
        The share of hidden numbers within their interval, by the length of the gap; the aim is \
        \(NumberText.percent(level)).
        """,
      xTitle: "time steps", yTitle: "share held",
      lines: [
        .init(series: .holdout, label: "aim", points: ends.map { (x: $0, y: level) }),
        .init(
          series: .synthetic, label: chosen.id,
          points: classes.map { (x: Self.place($0.least), y: $0.coverage ?? 0) }, marked: true),
      ], yStyle: .percent, yRange: 0...1)
    chart.xTicks = classes.map { (value: Self.place($0.least), label: Self.span($0)) }
    chart.xRange = ends[0]...ends[1]
    return Picture(
      chart,
      table: DataTable(
        chart.title, head: ["Time steps", "Values", "Held"],
        rows: classes.map {
          .init(
            Markup(text: Self.span($0)), [NumberText.count($0.cells), NumberText.percent($0.coverage ?? 0)])
        }))
  }
}
