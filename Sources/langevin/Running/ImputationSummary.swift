import DiffusionCore
import Evaluation
import Imputing

/// What was filled, for a program.
struct ImputationSummary: Encodable, Sendable {
  /// One column that had gaps.
  struct InColumn: Encodable, Sendable {
    let column: String
    /// Cells that were filled; that stay empty in gaps beyond `--max-gap`; that the method had no value for.
    let filled: Int, inLongGaps: Int, unanswered: Int
  }

  /// `table` or `series`.
  let subject: ImputationSubject
  /// The columns of time, groups and covariates.
  let series: SeriesLayout?
  /// Rows that were added for missing time steps.
  let addedRows: Int
  /// Cells that were filled, in all.
  let filled: Int
  let columns: [InColumn]
  /// Columns without a single value.
  let emptyColumns: [String]
  let selfCheck: SelfCheckResult?

  init(_ filled: FilledTable, input: ImputationInput, check: SelfCheckResult?) {
    subject = input.layout == nil ? .table : .series
    series = input.layout
    addedRows = input.rows.addedCount
    self.filled = filled.filledCount
    columns = filled.columns.map {
      InColumn(column: $0.name, filled: $0.rows.count, inLongGaps: $0.inLongGaps, unanswered: $0.unanswered)
    }
    emptyColumns = input.empty
    selfCheck = check
  }
}
