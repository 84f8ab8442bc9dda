/// Where the classes of several categorical variables lie in one row of log-probabilities: side by side, each
/// variable with its own number of classes.
public struct CategoryLayout: Sendable, Equatable, Codable {
  /// The number of classes of each variable, each at least 1.
  public let sizes: [Int]

  /// Lays variables side by side.
  ///
  /// - Precondition: every size is at least 1.
  public init(sizes: [Int]) {
    precondition(sizes.allSatisfy { $0 >= 1 }, "every categorical variable needs at least one class: \(sizes)")
    self.sizes = sizes
  }

  /// The number of variables.
  public var variables: Int { sizes.count }

  /// The number of classes of all variables: the length of a row of log-probabilities.
  public var width: Int { sizes.reduce(0, +) }

  /// Where each variable's classes lie in a row.
  public var ranges: [Range<Int>] {
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return start..<(start + size)
    }
  }
}
