import Evaluation

extension EvaluationPage {
  /// Missing values, impossible values and broken rules.
  var validity: Section {
    Section(
      "validity", "Gaps, limits and rules",
      guide: .init(
        shows:
          "Whether cells are missing as often, values stay possible, and columns that follow from others still do.",
        good: "The same gaps as in the real table, no impossible values, and rules that hold as often as in real rows.",
        otherwise: "Repair broken rules after generating, or leave out the column that follows and compute it anew."),
      blocks: missingRates + [violations] + dependencies)
  }

  private var missingRates: [Block?] {
    let gaps = result.columns.filter {
      $0.missing.real > 0 || $0.missing.synthetic > 0 || ($0.missing.holdout ?? 0) > 0
    }
    guard !gaps.isEmpty else { return [.text("No cell is missing in any of the tables.")] }
    let off = { (column: ColumnComparison) in abs(column.missing.real - column.missing.synthetic) }
    let worst = gaps.sorted { off($0) > off($1) }
    let shown = worst.prefix(20)
    let chart = PairedDotChart(
      title: "Missing cells by column",
      summary: "Shares of missing cells in \(shown.count) columns; \(shown[0].name.onOneLine) differs most.",
      rows: shown.map { column in
        .init(
          name: column.name,
          values: [(.real, column.missing.real), (.synthetic, column.missing.synthetic)]
            + (column.missing.holdout.map { [(.holdout, $0)] } ?? []))
      }, format: .percent,
      range:
        0...Axis.roundUp(
          (shown.flatMap { [$0.missing.real, $0.missing.synthetic, $0.missing.holdout ?? 0] }.max() ?? 1) * 1.02))
    let note: Markup =
      shown.count < gaps.count
      ? "The \(shown.count) that differ most, of \(gaps.count)." : "Columns without gaps are left out."
    return [
      .pictures(
        .two,
        [
          Picture(
            chart, note: note,
            table: DataTable(
              chart.title, head: ["Column", "Real", "Synthetic", "Held-out real"],
              rows: worst.map { column in
                .init(
                  Markup(name: column.name),
                  [cell(column.missing.real), cell(column.missing.synthetic), cell(column.missing.holdout)])
              }))
        ])
    ]
  }

  private var violations: Block? {
    let bad = result.columns.filter { ($0.rangeViolations.value ?? 0) > 0 || ($0.typeViolations.value ?? 0) > 0 }
    guard !bad.isEmpty else { return .text("Every synthetic value is of the right type and lies in the real range.") }
    return .table(
      DataTable(
        "Impossible values", head: ["Column with impossible values", "Out of range", "Held-out real", "Another type"],
        rows: bad.sorted { ($0.rangeViolations.value ?? 0) > ($1.rangeViolations.value ?? 0) }.prefix(30).map {
          column in
          .init(
            Markup(name: column.name),
            [cell(column.rangeViolations.value), cell(column.rangeViolations.floor), cell(column.typeViolations.value)])
        }))
  }

  private var dependencies: [Block?] {
    guard !result.dependencies.isEmpty else {
      return [.text("No column of the real table follows from one or two others, so there are no rules to keep.")]
    }
    // The most broken first, those that nothing can be said of last.
    let sorted = result.dependencies.sorted { $0.real - ($0.synthetic ?? 1) > $1.real - ($1.synthetic ?? 1) }
    let table = { (rows: ArraySlice<DependencyComparison>) -> Block? in
      .table(
        DataTable(
          "Rules between columns", head: ["Rule between columns", "Kept in real rows", "Kept in synthetic rows"],
          rows: rows.map { rule in
            .init(
              "\(rule.determinants.map { Markup(name: $0) }.joined(" and ")) → \(Markup(name: rule.dependent))",
              [cell(rule.real), cell(rule.synthetic)])
          }))
    }
    return [
      table(sorted.prefix(10)),
      sorted.count > 10 ? .fold("The other \(sorted.count - 10) rules", [table(sorted.dropFirst(10))]) : nil,
    ]
  }
}
