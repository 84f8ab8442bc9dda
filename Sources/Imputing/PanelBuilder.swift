import Evaluation
import Tables

/// Makes the pictures of a channel: the whole of a series, and its most uncertain gaps.
struct PanelBuilder {
  let index: SeriesIndex
  /// The column before it was filled, and after.
  let before: Column, after: Column
  let filled: FilledTable.FilledColumn
  /// The ends of the intervals of filled rows, by row; empty where there are none.
  let ends: [Int: (lower: Double, upper: Double)]

  /// The most gaps that are drawn, and the most points of each, and bins of the whole.
  static let mostGaps = 3, mostPoints = 160, mostBins = 220

  init(index: SeriesIndex, before: Column, table: FilledTable, column: FilledTable.FilledColumn) {
    self.index = index
    self.before = before
    after = table.table[column.name] ?? before
    filled = column
    var ends: [Int: (lower: Double, upper: Double)] = [:]
    if let answer = table.answer(column.name), !answer.lower.isEmpty {
      for (row, place) in zip(column.rows, column.places) { ends[row] = (answer.lower[place], answer.upper[place]) }
    }
    self.ends = ends
  }

  /// The panel; nil where no gap was filled whole.
  func panel() -> SeriesPanel? {
    let rows = Set(filled.rows)
    let gaps = index.gaps(of: before).filter { gap in
      index.entities[gap.entity].rows[gap.steps].allSatisfy(rows.contains)
    }
    guard !gaps.isEmpty else { return nil }
    let ranked = gaps.map { ($0, uncertainty($0)) }.sorted { $0.1 > $1.1 }.prefix(Self.mostGaps).map { picture($0.0) }
    var counts = [Int](repeating: 0, count: index.entities.count)
    for gap in gaps { counts[gap.entity] += gap.length }
    let most = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    return SeriesPanel(gapCount: gaps.count, overview: overview(index.entities[most]), gaps: Array(ranked))
  }

  /// The width of the widest interval in a gap; without intervals its length.
  private func uncertainty(_ gap: SeriesGap) -> Double {
    guard !ends.isEmpty else { return Double(gap.length) }
    return index.entities[gap.entity].rows[gap.steps].map { ends[$0].map { $0.upper - $0.lower } ?? 0 }.max() ?? 0
  }

  private func overview(_ entity: SeriesIndex.Entity) -> SeriesPanel.Overview {
    let count = entity.rows.count
    let size = max(1, (count + Self.mostBins - 1) / Self.mostBins)
    let isFilled = Set(filled.rows)
    let bins = stride(from: 0, to: count, by: size).map { start -> SeriesPanel.Overview.Bin in
      let steps = start..<min(start + size, count)
      var observed: [Double] = [], new: [Double] = []
      for step in steps {
        let row = entity.rows[step]
        if let value = before.number(row) {
          observed.append(value)
        } else if isFilled.contains(row), let value = after.number(row) {
          new.append(value)
        }
      }
      func range(_ values: [Double]) -> [Double]? { values.isEmpty ? nil : [values.min()!, values.max()!] }
      let time = [entity.times[steps.lowerBound], entity.times[steps.upperBound - 1]].average
      return .init(time: time, observed: range(observed), filled: range(new))
    }
    return .init(
      entity: entity.name, stepsPerBin: size, bins: bins,
      ticks: TimeTicks.ticks(from: entity.times[0], to: entity.times[count - 1], unit: index.unit))
  }

  private func picture(_ gap: SeriesGap) -> SeriesPanel.Gap {
    let entity = index.entities[gap.entity]
    let context = max(6, min(gap.length, 24))
    let window = max(0, gap.steps.lowerBound - context)..<min(entity.rows.count, gap.steps.upperBound + context)
    let size = max(1, (window.count + Self.mostPoints - 1) / Self.mostPoints)
    let points = stride(from: window.lowerBound, to: window.upperBound, by: size).map {
      start -> SeriesPanel.Gap.Point in
      let steps = start..<min(start + size, window.upperBound)
      func mean(_ value: (Int) -> Double?) -> Double? {
        let values = steps.compactMap { value(entity.rows[$0]) }
        return values.isEmpty ? nil : values.average
      }
      return .init(
        time: steps.map { entity.times[$0] }.average,
        observed: mean { before.number($0) }, filled: mean { before.isMissing($0) ? after.number($0) : nil },
        lower: mean { ends[$0]?.lower }, upper: mean { ends[$0]?.upper })
    }
    return .init(
      entity: entity.name, length: gap.length, stepsPerPoint: size, points: points,
      ticks: TimeTicks.ticks(
        from: entity.times[window.lowerBound], to: entity.times[window.upperBound - 1], unit: index.unit))
  }
}

/// Where to write times on an axis.
enum TimeTicks {
  private static let day = 86_400.0
  private static let steps: [Double] =
    [1, 5, 15, 30, 60, 300, 900, 1800].map { $0 } + [1, 3, 6, 12].map { $0 * 3600 }
    + [1, 2, 7, 14, 30, 61, 91, 182, 365.25, 730.5, 1826.25, 3652.5, 36525].map { $0 * 86_400 }

  /// At most five round times.
  static func ticks(from low: Double, to high: Double, unit: SeriesIndex.Unit) -> [SeriesPanel.Tick] {
    guard high > low else { return [.init(time: low, label: text(low, step: 1, unit))] }
    let rough = (high - low) / 4
    let step: Double
    switch unit {
    case .seconds: step = steps.first { $0 >= rough } ?? steps[steps.count - 1]
    case .own:
      var power = 1.0
      while power > rough { power /= 10 }
      while power > 0, power * 10 <= rough { power *= 10 }
      step = ([1, 2, 5, 10].first { $0 * power >= rough } ?? 10) * power
    }
    guard step > 0, step.isFinite else { return [.init(time: low, label: text(low, step: 1, unit))] }
    var ticks: [SeriesPanel.Tick] = []
    var time = (low / step).rounded(.up) * step
    while time <= high, ticks.count < 8 {
      ticks.append(.init(time: time, label: text(time, step: step, unit)))
      time += step
    }
    return ticks
  }

  private static func text(_ time: Double, step: Double, _ unit: SeriesIndex.Unit) -> String {
    guard unit == .seconds else { return time.plainText }
    let pattern = step < 60 ? "HH:mm:ss" : step < day ? "MM-dd HH:mm" : step < 360 * day ? "yyyy-MM-dd" : "yyyy"
    let full = (try? DateFormat(pattern: "yyyy-MM-dd HH:mm:ss"))?.text(of: time) ?? ""
    switch pattern {
    case "HH:mm:ss": return String(full.suffix(8))
    case "MM-dd HH:mm": return String(full.dropFirst(5).prefix(11))
    case "yyyy-MM-dd": return String(full.prefix(10))
    default: return String(full.prefix(4))
    }
  }
}
