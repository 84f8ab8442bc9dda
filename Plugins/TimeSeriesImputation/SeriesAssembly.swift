import DiffusionCore
import Tables

/// A missing cell of a column.
struct Hole: Sendable, Equatable {
  /// Its entity and step in a frame.
  let entity: Int32, step: Int32
}

/// What a method says of the missing cells of one column; every array runs over `holes`.
///
/// Numbers are standardised; of a category they are indices into the column's learned levels. NaN leaves a cell missing.
struct ColumnPredictions: Sendable {
  /// The missing cells, by entity and then by step.
  var holes: [Hole]
  /// The value to write.
  var point: [Float]
  /// The ends of the intervals; empty for categories, and where none was asked for.
  var lower: [Float] = [], upper: [Float] = []
  /// Values by draw, then by hole.
  var draws: [[Float]] = []
}

extension SeriesCoding {
  /// The missing cells of each column, by entity and then by step.
  func holes(of table: Table, in frame: SeriesFrame) -> [[Hole]] {
    columns.map { learned in
      let column = table[learned.name]!
      var holes: [Hole] = []
      guard column.missingCount > 0 else { return holes }
      for (entity, series) in frame.entities.enumerated() {
        for (step, row) in series.rows.enumerated() where column.isMissing(row) {
          holes.append(Hole(entity: Int32(entity), step: Int32(step)))
        }
      }
      return holes
    }
  }

  /// Writes predictions, one for each column of the coding, into the table's gaps.
  func imputation(of table: Table, frame: SeriesFrame, _ predictions: [ColumnPredictions]) -> Imputation {
    var filled = table
    var imputed: [ImputedColumn] = []
    for (learned, made) in zip(columns, predictions) where !made.holes.isEmpty {
      let place = table.columns.firstIndex { $0.name == learned.name }!
      // Rows ascend in the result, whatever the order of time.
      let cells = made.holes.indices.filter { !made.point[$0].isNaN }.map { (row: frame.row(of: made.holes[$0]), $0) }
        .sorted { $0.row < $1.row }
      guard !cells.isEmpty else { continue }
      var column = ImputedColumn(column: place, rows: cells.map(\.row))
      switch filled.columns[place].values {
      case .numbers(var numbers):
        filled.columns[place].values = .numbers([Double](repeating: 0, count: numbers.count))
        for (row, cell) in cells { numbers[row] = learned.number(made.point[cell]) }
        filled.columns[place].values = .numbers(numbers)
        if !made.lower.isEmpty {
          column.lower = cells.map { learned.number(made.lower[$0.1]) }
          column.upper = cells.map { learned.number(made.upper[$0.1]) }
        }
        column.draws = made.draws.map { draw in cells.map { learned.number(draw[$0.1]) } }
      case .categories(var indices, var levels):
        guard case .category(let learnedLevels) = learned.content else { continue }
        // The table may list its levels in another order, or lack one that is filled in.
        var mapped: [Int: Int32] = [:]
        func index(_ value: Float) -> Int32 {
          let level = Int(value)
          if let known = mapped[level] { return known }
          let name = learnedLevels[level]
          let known = levels.firstIndex { $0.utf8.elementsEqual(name.utf8) }
          if known == nil { levels.append(name) }
          let index = Int32(known ?? levels.count - 1)
          mapped[level] = index
          return index
        }
        for (row, cell) in cells { indices[row] = index(made.point[cell]) }
        column.draws = made.draws.map { draw in cells.map { Double(index(draw[$0.1])) } }
        filled.columns[place].values = .categories(indices: indices, levels: levels)
      case .texts: continue
      }
      imputed.append(column)
    }
    return Imputation(filled: filled, columns: imputed)
  }
}

extension SeriesFrame {
  /// The table's row of a hole.
  func row(of hole: Hole) -> Int { entities[Int(hole.entity)].rows[Int(hole.step)] }
}
