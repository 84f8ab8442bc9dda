/// A learned vector for every entry of a vocabulary; bags of entries are summed.
public struct Embedding: Sendable {
  /// `[entries, width]`.
  public let table: Parameter

  /// Lays out the table: normal with the given standard deviation.
  public init(
    _ name: String, entries: Int, width: Int, deviation: Float = 1, in layout: inout ParameterLayout
  ) {
    table = layout.add("\(name).table", rows: entries, columns: width, .normal(deviation: deviation))
  }

  /// The sum of the entries of each bag: `[indices.count / bag, width]`. An index below zero adds nothing.
  public func callAsFunction(_ indices: [Int32], bag: Int, on tape: Tape) -> Variable {
    tape.parameter(table).embedding(indices, bag: bag)
  }
}
