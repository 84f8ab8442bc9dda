import DiffusionCore
import Foundation
import Reports
import Tables
import Tensors

/// A table's own columns while they are spoiled, for a page that explains.
struct TableView {
  let table: Table
  let schema: Schema
  /// Places of the columns to show.
  let columns: [Int]
  let seed: UInt64

  /// How much noise the pictures show.
  private static let noise = [0, 1.0 / 3, 2.0 / 3, 1]
  /// Rows and columns of a table of examples.
  private static let exampleRows = 4, mostColumns = 6
  private static let bins = 18

  /// - Parameter names: the columns to show; empty for up to two numbers and two categories.
  init(table: Table, schema: Schema, columns names: [String], seed: UInt64) {
    self.table = table
    self.schema = schema
    self.seed = seed
    let modelled = table.columns.indices.filter {
      schema.columns[$0].isModelled && table.columns[$0].missingCount < table.rowCount
    }
    guard names.isEmpty else {
      columns = modelled.filter { names.contains(table.columns[$0].name) }
      return
    }
    // Those that have something to show: numbers with many values, categories with few levels.
    let numbers = modelled.filter { Self.distinct(table.columns[$0]) > 10 }.prefix(2)
    let levels = modelled.filter { column in
      if case .categories(_, let levels) = table.columns[column].values {
        (2...8).contains(levels.count)
      } else {
        false
      }
    }.prefix(2)
    let found = (numbers + levels).sorted()
    columns = found.isEmpty ? Array(modelled.prefix(2)) : found
  }

  private static func distinct(_ column: Column) -> Int {
    if case .numbers(let numbers) = column.values { Set(numbers.lazy.filter { !$0.isNaN }).count } else { 0 }
  }

  // MARK: Hiding

  /// A few rows, and the order in which their cells are hidden.
  var hiding: Explanation.Hiding? {
    let others = table.columns.indices.filter { schema.columns[$0].isModelled && !columns.contains($0) }
    let shown = (columns + others.prefix(max(0, Self.mostColumns - columns.count))).sorted()
    guard !shown.isEmpty, table.rowCount > 0 else { return nil }
    var random = RandomStream(seed: seed).child(1)
    let rows = random.permutation(table.rowCount).prefix(Self.exampleRows).sorted()
    return Explanation.Hiding(
      columns: shown.map { table.columns[$0].name }, cells: rows.map { row in shown.map { text($0, row) } },
      order: rows.map { _ in random.permutation(shown.count) })
  }

  /// A cell as it is written; nothing for a missing one.
  func text(_ column: Int, _ row: Int) -> String {
    switch table.columns[column].values {
    case .numbers(let numbers):
      if numbers[row].isNaN { return "" }
      switch schema.columns[column].kind {
      case .date(let format), .dateTime(let format): return format.text(of: numbers[row])
      case .decimal(let digits) where !schema.columns[column].notation.isShortest:
        return String(format: "%.*f", digits, numbers[row])
      default:
        return numbers[row].plainText
      }
    case .categories(let indices, let levels):
      return indices[row] < 0 ? "" : levels[Int(indices[row])].shortened(to: 200)
    case .texts(let texts): return texts[row]?.shortened(to: 200) ?? ""
    }
  }

  // MARK: Blurring

  /// The columns with more and more noise.
  var blurring: [Explanation.Blurring] { columns.compactMap(blurring) }

  private func blurring(_ column: Int) -> Explanation.Blurring? {
    let name = table.columns[column].name, schedule = CosineSchedule()
    switch table.columns[column].values {
    case .numbers(let numbers):
      let clean = numbers.filter(\.isFinite)
      guard clean.count > 1, let low = clean.min(), let high = clean.max(), low < high else { return nil }
      let mean = clean.reduce(0) { $0 + $1 / Double(clean.count) }
      let deviation = clean.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / Double(clean.count) }.squareRoot()
      // Noise on numbers whose squares overflow cannot be drawn.
      guard (3 * deviation).isFinite else { return nil }
      let bins = NumberSteps(
        low: min(low, mean - 3 * deviation), high: max(high, mean + 3 * deviation), count: Self.bins,
        schema.columns[column])
      var random = RandomStream(seed: seed).child(2).child(UInt64(column))
      let epsilon = clean.map { _ in Double(random.normal()) }
      return Explanation.Blurring(
        column: name,
        stages: Self.noise.map { time in
          let level = time == 0 ? .clean : schedule.level(at: time)
          return Explanation.Blurring.Stage(
            noise: time,
            values: bins.distribution(
              zip(clean, epsilon).map { mean + level.signal * ($0 - mean) + level.noise * deviation * $1 }))
        })
    case .categories:
      guard let clean = distribution(column, of: table) else { return nil }
      return Explanation.Blurring(
        column: name,
        stages: Self.noise.map { time in
          // q(c_t) = ᾱ δ + (1 − ᾱ)/K (Hoogeboom et al. 2021).
          let kept = time == 0 ? 1 : schedule.keepProbability(at: time)
          var values = clean
          values.shares = clean.shares.map { kept * $0 + (1 - kept) / Double(clean.shares.count) }
          return Explanation.Blurring.Stage(noise: time, values: values)
        })
    case .texts: return nil
    }
  }

  /// What is left at each time: of cells under linear masking, of numbers under cosine noise.
  static var schedule: [Explanation.ScheduleTime] {
    (0...40).map { step in
      let time = Double(step) / 40
      return Explanation.ScheduleTime(
        time: time, visible: MaskingSchedule(.linear).keepProbability(at: time),
        signal: CosineSchedule().level(at: time).signal)
    }
  }

  // MARK: Distributions

  /// The shares of a column's values in a table with this schema; nil where it has none.
  func distribution(_ column: Int, of other: Table) -> Explanation.Distribution? {
    switch (table.columns[column].values, other.columns[column].values) {
    case (.numbers(let own), .numbers(let numbers)):
      let clean = own.filter(\.isFinite)
      guard let low = clean.min(), let high = clean.max() else { return nil }
      return NumberSteps(low: low, high: high, count: Self.bins, schema.columns[column])
        .distribution(numbers.filter(\.isFinite))
    case (.categories(let own, let levels), .categories(let indices, let found)):
      var counts: [String: Double] = [:], total = 0.0
      for index in indices where index >= 0 {
        counts[found[Int(index)], default: 0] += 1
        total += 1
      }
      var frequency = [Int](repeating: 0, count: levels.count)
      for index in own where index >= 0 { frequency[Int(index)] += 1 }
      let order = levels.indices.filter { frequency[$0] > 0 }.sorted { (frequency[$1], $0) < (frequency[$0], $1) }
      guard total > 0, !order.isEmpty else { return nil }
      return Explanation.Distribution(
        labels: order.map { levels[$0].shortened(to: 200) },
        shares: order.map { counts[levels[$0], default: 0] / total })
    default: return nil
    }
  }
}

/// Bins of equal width for the numbers or dates of a column.
private struct NumberSteps {
  let edges: [Double]
  /// A text for each bin of a date.
  let labels: [String]

  init(low: Double, high: Double, count: Int, _ schema: ColumnSchema) {
    // One and the same number gets bins as wide as tell it from its neighbours.
    let high = high > low ? high : low + max(1, abs(low) * 0x1p-40)
    // Few whole numbers have a bin each.
    let first = low.rounded(.down), last = high.rounded(.up)
    if case .integer = schema.kind, last - first < Double(count) {
      edges = (0...Int(last - first) + 1).map { (bin: Int) -> Double in first - 0.5 + Double(bin) }
    } else {
      let width = (high - low) / Double(count)
      edges = (0...count).map { (bin: Int) -> Double in
        let share = Double(bin) / Double(count)
        return width.isFinite ? low + width * Double(bin) : (1 - share) * low + share * high
      }
    }
    switch schema.kind {
    case .date(let format), .dateTime(let format): labels = edges.dropLast().map { format.text(of: $0) }
    default: labels = []
    }
  }

  /// The share of each bin; what lies beyond belongs to the last one.
  func distribution(_ numbers: [Double]) -> Explanation.Distribution {
    var counts = [Double](repeating: 0, count: edges.count - 1)
    let width = edges[1] - edges[0]
    for number in numbers {
      let place = (number - edges[0]) / width
      // Halves where numbers lie too far apart to be subtracted.
      let bin = place.isFinite ? place : (number / 2 - edges[0] / 2) / (width / 2)
      counts[min(max(Int(clamping: bin), 0), counts.count - 1)] += 1
    }
    return Explanation.Distribution(
      edges: edges, labels: labels, shares: counts.map { $0 / Double(max(numbers.count, 1)) })
  }
}
