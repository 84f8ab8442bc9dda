/// What the errors of all channels at a step have in common: of the normal score of channel c's error the part a_c F, where F
/// is one standard normal number a step and a_c the channel's loading; the rest is the channel's own.
///
/// A factor analysis with one factor (C. Spearman, "General intelligence, objectively determined and measured", 1904), by
/// alternating least squares on the correlations off the diagonal (H. Harman & W. Jones, "Factor analysis by minimizing
/// residuals (minres)", Psychometrika 31, 1966, equation 10).
enum CommonFactor {
  /// Pairs of errors that weigh as much as the guess that there is nothing in common.
  private static let pairsToBelieve = 50.0
  private static let rounds = 50
  /// Something of a channel's errors is always its own.
  private static let most = 0.98

  /// The loadings of the channels, 0 for those without hidden cells beside those of others.
  ///
  /// - Parameter scores: normal scores of errors, each with its entity, step and channel.
  static func loadings(
    _ scores: [(entity: Int, step: Int, channel: Int, score: Double)], channels: Int
  ) -> [Double] {
    struct Place: Hashable { let entity: Int, step: Int }
    var products = [Double](repeating: 0, count: channels * channels), counts = products
    for own in Dictionary(grouping: scores, by: { Place(entity: $0.entity, step: $0.step) }).values {
      for (index, a) in own.enumerated() {
        for b in own[(index + 1)...] where a.channel != b.channel {
          for place in [a.channel * channels + b.channel, b.channel * channels + a.channel] {
            products[place] += a.score * b.score
            counts[place] += 1
          }
        }
      }
    }
    // [channels, channels], 0 on the diagonal
    let correlations = zip(products, counts).map { $0 / ($1 + pairsToBelieve) }
    var loadings = [Double](repeating: 0, count: channels)
    // From the channel that goes with the others most.
    let sums = (0..<channels).map { c in (0..<channels).reduce(0) { $0 + abs(correlations[c * channels + $1]) } }
    guard let start = sums.indices.max(by: { sums[$0] < sums[$1] }), sums[start] > 0 else { return loadings }
    for c in 0..<channels { loadings[c] = c == start ? 0.7 : correlations[start * channels + c] }
    for _ in 0..<rounds {
      for c in 0..<channels {
        var product = 0.0, squares = 0.0
        for d in 0..<channels where d != c && counts[c * channels + d] > 0 {
          product += correlations[c * channels + d] * loadings[d]
          squares += loadings[d] * loadings[d]
        }
        loadings[c] = squares > 1e-9 ? min(max(product / squares, -most), most) : 0
      }
    }
    return loadings
  }
}
