import Tables
import Tensors

/// What goes from one piece of decoded rows to the next, so that pieces give the same rows as the whole.
public struct DecodingState: Sendable {
  /// Where draws come from.
  public var random: RandomStream
  /// What makes new identifiers, by column.
  public var identifiers: [Int: IdentifierGenerator]

  /// Makes a state at its start.
  public init(random: RandomStream, identifiers: [Int: IdentifierGenerator] = [:]) {
    self.random = random
    self.identifiers = identifiers
  }

  /// The next identifiers of a column; missing where it has no generator.
  public mutating func identifiers(of column: Int, count: Int) -> [String?] {
    // Taken out while it works, so that its memory is not copied at every call.
    guard var generator = identifiers.removeValue(forKey: column) else { return Array(repeating: nil, count: count) }
    defer { identifiers[column] = generator }
    return (0..<count).map { _ in generator.next(using: &random) }
  }
}
