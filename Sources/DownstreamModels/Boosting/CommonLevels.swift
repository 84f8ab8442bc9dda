/// The levels of long categories that trees tell apart: the most frequent ones; all others are one.
///
/// Every level is a bin of its own, in every node of every tree: with 20,000 of them, most of which a few rows have, trees
/// would take minutes and learn those rows by heart.
struct CommonLevels: Sendable {
  /// By column, the code that each level gets; nil where all are told apart.
  private let codes: [[Int32]?]
  /// The most levels that are told apart.
  static let most = 500

  /// Chooses by the rows that are learned from; of levels as frequent the first.
  init(_ features: Features) {
    codes = features.columns.map { column in
      guard case .categories(let codes, let levels) = column, levels > Self.most else { return nil }
      var counts = [Int](repeating: 0, count: levels)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      var own = [Int32](repeating: Int32(Self.most), count: levels)
      let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
      for (place, level) in order.prefix(Self.most).enumerated() { own[level] = Int32(place) }
      return own
    }
  }

  /// The features with the codes of these levels.
  func applied(to features: Features) -> Features {
    guard codes.contains(where: { $0 != nil }) else { return features }
    var features = features
    for (index, own) in codes.enumerated() {
      guard let own, case .categories(let codes, _) = features.columns[index] else { continue }
      features.columns[index] = .categories(
        codes: codes.map { $0 < 0 ? $0 : Int($0) < own.count ? own[Int($0)] : Int32(Self.most) },
        levels: Self.most + 1)
    }
    return features
  }
}
