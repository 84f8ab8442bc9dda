import DiffusionCore
import Evaluation
import Foundation
import Tables

/// What is told of each column that had gaps.
public enum ColumnResults {
  /// The results, in the order of the table.
  ///
  /// - Parameters:
  ///   - filled: the filled table.
  ///   - before: the rows before they were filled.
  ///   - schema: what each column is.
  ///   - index: the series; nil for a table.
  ///   - pictures: whether distributions and series are wanted, to be drawn.
  public static func columns(
    of filled: FilledTable, before: Table, schema: Schema, index: SeriesIndex?, pictures: Bool
  ) -> [FilledColumnResult] {
    filled.columns.compactMap { entry in
      guard let old = before[entry.name], let new = filled.table[entry.name], let column = schema[entry.name] else {
        return nil
      }
      var result = FilledColumnResult(
        name: entry.name, cells: old.count, filled: entry.rows.count, inLongGaps: entry.inLongGaps,
        longGaps: entry.longGaps, unanswered: entry.unanswered,
        distribution: pictures ? distribution(old, new, entry.rows, column) : nil, panel: nil)
      if pictures, let index, column.kind.isNumeric {
        result.panel = PanelBuilder(index: index, before: old, table: filled, column: entry).panel()
      }
      return result
    }
  }

  /// Filled values beside those that were there.
  private static func distribution(
    _ old: Column, _ new: Column, _ rows: [Int], _ schema: ColumnSchema
  ) -> ColumnComparison.Distribution? {
    switch (old.values, new.values) {
    case (.numbers(let before), .numbers(let after)):
      let digits: Int? =
        switch schema.kind {
        case .integer, .date: 0
        case .decimal(let digits): schema.notation.isShortest ? nil : digits
        default: nil
        }
      return .init(observed: before.filter { !$0.isNaN }, filled: rows.map { after[$0] }, digits: digits) { value in
        switch schema.kind {
        case .date(let format), .dateTime(let format): format.text(of: value)
        default: String(format: "%.5g", value)
        }
      }
    case (.categories(let before, _), .categories(let after, let levels)):
      var observed = [Int](repeating: 0, count: levels.count), filled = observed
      for index in before where index >= 0 { observed[Int(index)] += 1 }
      for row in rows where after[row] >= 0 { filled[Int(after[row])] += 1 }
      return .init(observed: observed, filled: filled, levels: levels)
    default: return nil
    }
  }
}
