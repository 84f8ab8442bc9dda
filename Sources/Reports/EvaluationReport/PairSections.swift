import Evaluation

extension EvaluationPage {
  var pairs: Section {
    let pairs = result.pairs
    let guide = Section.Guide(
      shows:
        "How strongly any two columns are bound: 0 not at all, 1 fully, negative where one falls as the other rises.",
      good: "The two maps look the same, and the map of differences is nearly blank.",
      otherwise:
        "Strong colours in the differences name the pairs to distrust: do not draw conclusions on these from the synthetic table. Longer training helps."
    )
    guard pairs.names.count > 1 else {
      return Section(
        "pairs", "Bonds between columns", guide: guide, blocks: [.absent("it takes two columns to make a pair")])
    }
    return Section(
      "pairs", "Bonds between columns", guide: guide,
      blocks: heatMaps + [.fold("The pairs that are off most", [.table(worstPairs)])])
  }

  private var heatMaps: [Block?] {
    let pairs = result.pairs
    let many = pairs.names.count > 20
    let difference = difference
    let largest = difference.lazy.flatMap(\.self).compactMap { $0.map(abs) }.max() ?? 0
    var maps = [("Real rows", pairs.real), ("Synthetic rows", pairs.synthetic)].map { title, values in
      Picture(
        HeatMap(
          title: title, summary: "Associations of \(pairs.names.count) columns. \(strongest(values))",
          names: pairs.names,
          values: values))
    }
    let change = Picture(
      HeatMap(
        title: "Synthetic minus real",
        summary: "Differences of the associations; the largest is \(NumberText.number(largest)).", names: pairs.names,
        values: difference, limit: limit(largest), size: many ? .full : .half, up: "higher in synthetic", down: "lower"),
      table: pairTable("The largest differences", by: { $0.difference.map(abs) }, most: 40))
    if many { return [.pictures(.two, maps), .pictures(.one, [change])] }
    maps.append(change)
    let worst = pairs.error.lazy.flatMap(\.self).compactMap(\.self).max() ?? 0
    maps.append(
      Picture(
        HeatMap(
          title: "Error of each pair", summary: "Errors of the pairs; the largest is \(NumberText.percent(worst)).",
          names: pairs.names, values: pairs.error.map { $0.map { $0.map { -$0 } } }, limit: limit(worst), down: "error",
          isOneSided: true),
        note: nil, table: pairTable("The pairs that are off most", by: \.error, most: 40)))
    return [.pictures(.two, maps)]
  }

  /// The value with the full colour: small differences must not look large.
  private func limit(_ largest: Double) -> Double { largest <= 0.3 ? 0.3 : largest <= 0.5 ? 0.5 : 1 }

  private var difference: [[Double?]] {
    zip(result.pairs.real, result.pairs.synthetic).map { real, synthetic in
      zip(real, synthetic).map { real, synthetic in
        guard let real, let synthetic, (synthetic - real).isFinite else { return nil }
        return synthetic - real
      }
    }
  }

  private func strongest(_ values: [[Double?]]) -> String {
    var best: (row: Int, column: Int, value: Double)?
    for (row, line) in values.enumerated() {
      for (column, value) in line.prefix(row).enumerated() {
        if let value, abs(value) > abs(best?.value ?? 0) { best = (row, column, value) }
      }
    }
    guard let best else { return "No pair is bound." }
    let names = result.pairs.names
    return """
      The strongest bond, \(NumberText.number(best.value)), is between \(names[best.column].onOneLine) \
      and \(names[best.row].onOneLine).
      """
  }

  // MARK: Tables

  private struct Pair {
    var names: (String, String)
    var real: Double?, synthetic: Double?, error: Double?
    var difference: Double? { real.flatMap { real in synthetic.map { $0 - real } } }
  }

  private var allPairs: [Pair] {
    let pairs = result.pairs
    return pairs.names.indices.flatMap { row in
      (0..<row).map { column in
        let at = { (values: [[Double?]]) -> Double? in
          values.indices.contains(row) && values[row].indices.contains(column) ? values[row][column] : nil
        }
        return Pair(
          names: (pairs.names[column], pairs.names[row]), real: at(pairs.real), synthetic: at(pairs.synthetic),
          error: at(pairs.error))
      }
    }
  }

  private var worstPairs: DataTable { pairTable("The pairs that are off most", by: \.error, most: 25) }

  private func pairTable(_ caption: String, by size: (Pair) -> Double?, most: Int) -> DataTable {
    let chosen = allPairs.filter { size($0) != nil }.sorted { size($0)! > size($1)! }.prefix(most)
    let cell = { (value: Double?) in value.map { NumberText.number($0) } ?? "–" }
    return DataTable(
      caption, head: ["Columns", "Real", "Synthetic", "Difference", "Error"],
      rows: chosen.map { pair in
        .init(
          "\(Markup(name: pair.names.0)) and \(Markup(name: pair.names.1))",
          [
            cell(pair.real), cell(pair.synthetic), cell(pair.difference),
            pair.error.map { NumberText.percent($0) } ?? "–",
          ])
      })
  }

  // MARK: The map

  var map: Section {
    let guide = Section.Guide(
      shows:
        "Every row as a dot on the two axes along which real rows differ most (principal components). Rows that are alike lie together.",
      good: "The colours mix everywhere, as they do in the map of held-out rows beside it.",
      otherwise:
        "Blue without orange: kinds of rows that are not made. Orange without blue: rows that no real person could be. Look at the columns that are off most."
    )
    guard let projection = result.projection, !projection.real.isEmpty else {
      return Section("map", "A map of the rows", guide: guide, blocks: [.absent("nothing varies between the rows")])
    }
    let clouds = [(Series.real, projection.real), (.synthetic, projection.synthetic)]
    let everything = clouds.flatMap(\.1) + (projection.holdout ?? [])
    let valid = everything.filter { $0.count == 2 }
    let x = ScatterChart.range(valid.map { $0[0] }), y = ScatterChart.range(valid.map { $0[1] })
    let axis = { (index: Int) -> String in
      let share = projection.explained.indices.contains(index) ? projection.explained[index] : 0
      return "component \(index + 1) (\(NumberText.percent(share)) of the variance)"
    }
    let chart = { (title: String, clouds: [(series: Series, points: [[Double]])]) in
      ScatterChart(
        title: title,
        summary: "\(clouds.map { "\($0.points.count) \($0.series.label)" }.joined(separator: " and ")) rows.",
        xTitle: axis(0), yTitle: axis(1), xRange: x, yRange: y, clouds: clouds)
    }
    let second =
      projection.holdout.map { chart("Real and held-out real rows", [(.real, projection.real), (.holdout, $0)]) }
      ?? chart("Real rows alone", [(.real, projection.real)])
    return Section(
      "map", "A map of the rows", guide: guide,
      blocks: [
        .pictures(
          .two,
          [
            Picture(
              chart("Real and synthetic rows", clouds.map { (series: $0, points: $1) }), table: spreads(projection)),
            Picture(second),
          ])
      ])
  }

  /// Where the middle of each cloud lies, and how far it reaches.
  private func spreads(_ projection: ProjectionDetails) -> DataTable {
    let clouds = [
      ("real", projection.real), ("synthetic", projection.synthetic), ("held-out real", projection.holdout ?? []),
    ]
    return DataTable(
      "Middle and spread of each cloud", head: ["Rows", "Mean 1", "Mean 2", "Deviation 1", "Deviation 2"],
      rows: clouds.filter { !$1.isEmpty }.map { name, points in
        let axes = (0..<2).map { axis in points.compactMap { $0.count == 2 ? $0[axis] : nil } }
        let means = axes.map { $0.reduce(0, +) / Double(max($0.count, 1)) }
        let deviations = zip(axes, means).map { values, mean in
          (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count, 1))).squareRoot()
        }
        return .init(Markup(text: name), (means + deviations).map { NumberText.fixed($0, 2) })
      })
  }
}
