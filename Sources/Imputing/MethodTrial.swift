import DiffusionCore
import Evaluation
import Tables

/// A method's score, and the relative error of each hidden cell, in one order for all methods.
struct MeasuredMethod {
  var score: MethodScore
  var errors: [Double]
  /// What was measured, where it may fill the true gaps although it has not seen the hidden cells: it has seen all others.
  var model: (any FittedImputer)?
}

extension MeasuredMethod {
  /// A method without a figure.
  ///
  /// - Parameters:
  ///   - failure: why there is none.
  ///   - isLeftOut: whether there was no time for it, rather than that it failed.
  init(unmeasured method: any Imputer, _ failure: String, seconds: Double? = nil, isLeftOut: Bool = false) {
    score = MethodScore(
      id: method.descriptor.id, isBaseline: method.isBaseline, seconds: seconds, failure: failure)
    if isLeftOut { score.isLeftOut = true }
    errors = []
  }
}

/// Compares what a method filled in with what was hidden.
struct MethodTrial {
  /// The table with all its values.
  let truth: Table
  let hidden: HiddenCells
  /// The scale of each hidden column, by its place.
  let scales: [Int: ColumnScale]
  /// The share of truths that intervals are to hold.
  let level: Double

  /// - Parameter visible: the table without the hidden cells, which is all that scales may be taken from.
  init(truth: Table, visible: Table, hidden: HiddenCells, level: Double) {
    self.truth = truth
    self.hidden = hidden
    self.level = level
    scales = hidden.columns.reduce(into: [:]) { $0[$1.column] = ColumnScale(visible.columns[$1.column]) }
  }

  /// Every hidden cell as it was filled.
  private struct Cells {
    var truth: [Double] = [], point: [Double] = []
    var draws: [[Double]] = []
    var lower: [Double] = [], upper: [Double] = []
    /// Whether every part of it has draws, and intervals.
    var hasDraws = true, hasInterval = true

    mutating func append(_ other: Cells, unit: Double = 1) {
      if truth.isEmpty { draws = other.draws.map { _ in [] } }
      hasDraws = hasDraws && other.hasDraws && draws.count == other.draws.count
      hasInterval = hasInterval && other.hasInterval
      truth += other.truth.map { $0 / unit }
      point += other.point.map { $0 / unit }
      if hasDraws { for draw in draws.indices { draws[draw] += other.draws[draw].map { $0 / unit } } }
      if hasInterval {
        lower += other.lower.map { $0 / unit }
        upper += other.upper.map { $0 / unit }
      }
    }
  }

  /// Scores a method.
  ///
  /// - Parameter imputation: what it made of the table without the hidden cells.
  func measured(_ imputation: Imputation, id: String, isBaseline: Bool, seconds: Double) -> MeasuredMethod {
    var score = MethodScore(id: id, isBaseline: isBaseline, seconds: seconds)
    var numbers = Cells(), categories = Cells()
    var errors: [Double] = []
    var gaps: [(length: Int, error: Double, isHeld: Bool?)] = []
    for column in hidden.columns {
      guard let scale = scales[column.column] else { continue }
      let cells = cells(of: column, imputation, scale)
      let isNumber = if case .numbers = truth.columns[column.column].values { true } else { false }
      var own = MethodScore.ColumnScore(column: truth.columns[column.column].name)
      if isNumber {
        own.numbers = Self.numberScores(cells, level)
        numbers.append(cells, unit: scale.deviation)
        for (cell, (filled, true_)) in zip(cells.point, cells.truth).enumerated() {
          errors.append(Self.distance(filled, true_, in: scale.plainError))
          guard column.gapLengths.indices.contains(cell) else { continue }
          gaps.append(
            (
              column.gapLengths[cell], Self.distance(filled, true_, in: scale.deviation),
              cells.hasInterval ? cells.lower[cell] <= true_ && true_ <= cells.upper[cell] : nil
            ))
        }
      } else {
        own.categories = Self.categoryScores(cells)
        // Levels of several columns lie apart, so that they can be scored together.
        let first = (categories.truth.max() ?? -1) + 1_000_000
        var shifted = cells
        shifted.truth = cells.truth.map { $0 + first }
        shifted.point = cells.point.map { $0 + first }
        shifted.draws = cells.draws.map { $0.map { $0 + first } }
        categories.append(shifted)
        errors += zip(cells.point, cells.truth).map { ($0 == $1 ? 0 : 1) / scale.plainError }
      }
      score.columns.append(own)
    }
    guard !errors.isEmpty else {
      score.failure = "nothing could be compared"
      return MeasuredMethod(score: score, errors: [])
    }
    if !numbers.truth.isEmpty { score.numbers = Self.numberScores(numbers, level) }
    if !categories.truth.isEmpty { score.categories = Self.categoryScores(categories) }
    score.relativeError = errors.average
    score.byGapLength = Self.byLength(gaps)
    return MeasuredMethod(score: score, errors: errors)
  }

  /// How far apart two numbers are, in a unit; finite whatever they are.
  static func distance(_ a: Double, _ b: Double, in unit: Double) -> Double {
    let distance = abs(a - b) / unit
    return distance.isFinite ? distance : min(abs(a / unit - b / unit), .greatestFiniteMagnitude)
  }

  /// The hidden cells of a column. Where a method left one empty, the column's plain value stands in, as bad as it is.
  private func cells(of hidden: HiddenCells.InColumn, _ imputation: Imputation, _ scale: ColumnScale) -> Cells {
    let filled = imputation.columns.first { $0.column == hidden.column }
    var places: [Int: Int] = [:]
    for (place, row) in (filled?.rows ?? []).enumerated() { places[row] = place }
    var cells = Cells()
    let hasDraws = filled.map { !$0.draws.isEmpty } ?? false, hasInterval = filled.map { !$0.lower.isEmpty } ?? false
    cells.hasDraws = hasDraws
    cells.hasInterval = hasInterval
    cells.draws = (filled?.draws ?? []).map { _ in [] }
    for row in hidden.rows {
      let value = imputation.filled.columns[hidden.column].number(row) ?? scale.plainValue
      cells.truth.append(truth.columns[hidden.column].number(row) ?? .nan)
      cells.point.append(value)
      let place = places[row]
      if hasDraws {
        for draw in cells.draws.indices { cells.draws[draw].append(place.map { filled!.draws[draw][$0] } ?? value) }
      }
      if hasInterval {
        cells.lower.append(place.map { filled!.lower[$0] } ?? value)
        cells.upper.append(place.map { filled!.upper[$0] } ?? value)
      }
    }
    return cells
  }

  private static func numberScores(_ cells: Cells, _ level: Double) -> NumberScores {
    NumberScores(
      truth: cells.truth, point: cells.point, draws: cells.hasDraws ? cells.draws : [],
      interval: cells.hasInterval && !cells.lower.isEmpty ? (cells.lower, cells.upper, level) : nil)
  }

  private static func categoryScores(_ cells: Cells) -> CategoryScores {
    CategoryScores(
      truth: cells.truth.map { Int($0) }, point: cells.point.map { Int($0) },
      draws: cells.hasDraws ? cells.draws.map { $0.map { Int($0) } } : [])
  }

  /// Gaps of 1, 2–3, 4–7, 8–15, … steps: each class is twice as wide as the one before.
  private static func byLength(_ gaps: [(length: Int, error: Double, isHeld: Bool?)]) -> [MethodScore.GapScore] {
    let classes = Dictionary(grouping: gaps) { Int.bitWidth - 1 - $0.length.leadingZeroBitCount }
    return classes.sorted { $0.key < $1.key }.map { key, cells in
      let held = cells.compactMap(\.isHeld)
      return MethodScore.GapScore(
        least: 1 << key, most: (2 << key) - 1, cells: cells.count,
        mae: cells.map(\.error).average,
        coverage: held.count == cells.count ? Double(held.count { $0 }) / Double(held.count) : nil)
    }
  }
}

extension Column {
  /// A number, or the index of a level; nil where it is missing, and for texts.
  func number(_ row: Int) -> Double? {
    switch values {
    case .numbers(let numbers): numbers[row].isNaN ? nil : numbers[row]
    case .categories(let indices, _): indices[row] < 0 ? nil : Double(indices[row])
    case .texts: nil
    }
  }
}
