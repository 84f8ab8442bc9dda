import Tables
import Tensors

/// A way to turn tables into what a model trains on. It knows no data yet: ``fitted(to:schema:random:)`` gives the
/// encoder that can encode, which is another type, so that an unfitted one cannot be used.
public protocol DataEncoder: Sendable {
  /// What it becomes once it has seen a table.
  associatedtype Fitted: FittedEncoder

  /// Learns how to encode a table's columns.
  ///
  /// - Parameters:
  ///   - table: the rows to learn from.
  ///   - schema: what each column is, in the table's order.
  ///   - random: where draws come from; the same stream gives the same encoder.
  /// - Throws: what is wrong with the data.
  func fitted(to table: Table, schema: Schema, random: RandomStream) throws -> Fitted
}

/// An encoder that has learned a table: it declares its slots, encodes rows, and decodes them again. It travels with the
/// model.
///
/// Law: decode(encode(x)) = x up to ``precision(of:)``, missing cells included, but for identifiers, which are made anew,
/// and free text, which may be left empty. `checkDataEncoder` of DiffusionTesting checks it.
public protocol FittedEncoder: Sendable, Codable {
  /// The slots of a row, in the order of its cells' codes. A slot stands after the one that it follows.
  var slots: [CellSlot] { get }

  /// Encodes every cell.
  ///
  /// - Parameters:
  ///   - table: the columns that were learned, in their order.
  ///   - missingIsUnknown: whether an empty cell is to be generated (``Cells/unknown``), rather than a missing value that
  ///     is known.
  ///   - random: where draws come from: encoding is a pure function of the table and the stream.
  /// - Throws: an error that names the column and the row, for a column, a level or an empty cell that the encoder does
  ///   not know.
  func encode(_ table: Table, missingIsUnknown: Bool, random: RandomStream) throws -> Cells

  /// Decodes rows of which every slot is known. Many rows are decoded piece by piece, with one state for all pieces.
  ///
  /// - Returns: a table with all columns that were learned, in their order.
  func decode(_ cells: Cells, _ state: inout DecodingState) throws -> Table

  /// What goes from one piece of rows to the next, at its start.
  func decodingState(random: RandomStream) -> DecodingState

  /// How many numbers a row has among ``Cells/scores``: those of its slots, and after them such as follow from those and
  /// are kept for a network to see. By default there are none of the latter.
  var scoreCount: Int { get }

  /// How far a number of a column may be off after encoding and decoding, in the column's own unit. By default 0.
  func precision(of column: Int) -> Double
}

extension FittedEncoder {
  /// Those of the slots.
  public var scoreCount: Int { slots.reduce(0) { max($0, ($1.score ?? -1) + 1) } }

  /// Encodes every cell; an empty one is a missing value.
  public func encode(_ table: Table, random: RandomStream) throws -> Cells {
    try encode(table, missingIsUnknown: false, random: random)
  }

  /// Random numbers alone.
  public func decodingState(random: RandomStream) -> DecodingState { DecodingState(random: random) }

  /// Exact.
  public func precision(of column: Int) -> Double { 0 }
}
