import CPluginABI
import DiffusionCore
import Foundation
import Tables

/// What is wrong with a table that a plugin gave.
package struct ArrowFlaw: Error, Equatable, CustomStringConvertible {
  var column: String?
  let problem: String

  package var description: String { column.map { "column '\($0)' \(problem)" } ?? problem }
}

/// An Arrow struct array read as columns of known kinds.
///
/// Nothing of it is believed: lengths, offsets, counts, formats, levels and texts are checked against each other, numbers
/// against what their column can hold, and pointers against the memory of this process (``ForeignMemory``).
package struct ArrowImport {
  let schema: ArrowSchema
  let array: ArrowArray

  /// Reads a table that a plugin gave.
  package init(schema: ArrowSchema, array: ArrowArray) {
    self.schema = schema
    self.array = array
  }

  /// Copies the columns.
  ///
  /// - Parameter count: the number of rows that there must be.
  package func columns(
    as wanted: [TableFrame.LearnedColumn], rows count: Int
  ) throws(ArrowFlaw) -> [Column] {
    guard schema.release != nil, array.release != nil else { throw ArrowFlaw(problem: "there is no table") }
    let format = ForeignMemory.text(schema.format) ?? ""
    guard format == "+s" else { throw ArrowFlaw(problem: "the table is of format '\(format)', not '+s'") }
    guard array.length == count else {
      throw ArrowFlaw(problem: "it has \(array.length) rows where \(count) are wanted")
    }
    for found in [array.n_children, schema.n_children] where found != wanted.count {
      throw ArrowFlaw(problem: "it has \(found) columns where \(wanted.count) are wanted")
    }
    guard array.n_buffers == 1, ForeignMemory.holds(array.buffers, 1, of: UnsafeRawPointer?.self) else {
      throw ArrowFlaw(problem: "it has \(array.n_buffers) buffers where 1 is wanted")
    }
    guard array.null_count <= 0 else { throw ArrowFlaw(problem: "\(array.null_count) of its rows are missing") }
    var result: [Column] = []
    for (index, wanted) in wanted.enumerated() {
      do throws(ArrowFlaw) {
        result.append(try column(at: index, as: wanted, rows: count))
      } catch {
        throw ArrowFlaw(column: wanted.schema.name, problem: error.problem)
      }
    }
    return result
  }

  private func column(
    at index: Int, as wanted: TableFrame.LearnedColumn, rows count: Int
  ) throws(ArrowFlaw) -> Column {
    guard let kind = ForeignMemory.part(schema.children, at: index),
      let cells = ForeignMemory.part(array.children, at: index), kind.release != nil, cells.release != nil
    else { throw ArrowFlaw(problem: "is not there") }
    let name = ForeignMemory.text(kind.name) ?? ""
    guard name == wanted.schema.name else { throw ArrowFlaw(problem: "is called '\(name)'") }
    let reader = try ArrowCells(kind, cells, skipping: array.offset, count: count)
    let dictionary = (ForeignMemory.part(kind.dictionary), ForeignMemory.part(cells.dictionary))
    guard (kind.dictionary == nil) == (dictionary.0 == nil), (cells.dictionary == nil) == (dictionary.1 == nil),
      (dictionary.0 == nil) == (dictionary.1 == nil)
    else { throw ArrowFlaw(problem: "has one half of a dictionary") }
    let values: Column.Values
    if wanted.schema.kind.isNumeric {
      guard dictionary.0 == nil else { throw ArrowFlaw(problem: "has a dictionary, which is not for its kind") }
      values = .numbers(try reader.numbers(of: wanted.schema))
    } else {
      values = .categories(indices: try reader.levels(wanted, dictionary: dictionary), levels: wanted.levels)
    }
    return Column(name: name, values: values)
  }
}
