/// Rows as a model trains on them and makes them: for each slot a code, and beside it the numbers; row-major.
///
/// Which slots are observed stands in the codes themselves, so that no mask has to be kept in step: a code from 0 up is
/// known (for a number it is 0), and there are two marks below.
public struct Cells: Sendable, Equatable {
  /// A slot that the row does not have: the slot that it follows says all.
  public static let notApplicable: Int32 = -1
  /// A slot that is to be generated.
  public static let unknown: Int32 = -2

  /// The number of rows.
  public var rows: Int
  /// `[rows, slots]`: a code; 0 for a number that is known; or one of the two marks.
  public var codes: [Int32]
  /// `[rows, scores]`: numbers on the encoder's own scale, finite; 0 where there is none or it is unknown.
  public var scores: [Float]

  /// Rows as they are.
  ///
  /// - Precondition: both arrays hold whole rows.
  public init(rows: Int, codes: [Int32], scores: [Float]) {
    precondition(
      rows == 0 ? codes.isEmpty && scores.isEmpty : codes.count % rows == 0 && scores.count % rows == 0,
      "\(codes.count) codes and \(scores.count) scores are not \(rows) whole rows")
    self.rows = rows
    self.codes = codes
    self.scores = scores
  }

  /// Rows of which nothing is known.
  public init(unknownRows rows: Int, slots: Int, scores: Int) {
    self.init(
      rows: rows, codes: Array(repeating: Self.unknown, count: rows * slots),
      scores: Array(repeating: 0, count: rows * scores))
  }
}
