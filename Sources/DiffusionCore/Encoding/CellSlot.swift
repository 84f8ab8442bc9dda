/// One thing of a row that a model generates in one go: a code, or a number.
///
/// A column is carried by no slot (it is constant, derived or made anew), one, or several of which each waits for the one
/// before: first whether a cell is there and in which bin, then its place in the bin.
public struct CellSlot: Sendable, Equatable {
  /// What a slot holds.
  public enum Kind: Sendable, Equatable {
    /// One of so many codes, from 0.
    case category(Int)
    /// A number on the encoder's own scale, about standard normal.
    case number
  }

  /// What the slot holds.
  public var kind: Kind
  /// The index of the table's column that it belongs to.
  public var column: Int
  /// The slot before it, without which it means nothing.
  public var follows: Int?
  /// The place of its number in a row of ``Cells/scores``: always for a number; for a code where the encoder gives
  /// ordered codes a number for a network to see.
  public var score: Int?

  /// Describes a slot.
  public init(_ kind: Kind, column: Int, follows: Int? = nil, score: Int? = nil) {
    self.kind = kind
    self.column = column
    self.follows = follows
    self.score = score
  }
}
