/// Scaled dot-product attention of every token to every token of its sequence, in several heads.
///
/// Source: Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.2. It works along one axis; to attend
/// along another one, exchange axes before and after (``Variable/swappingAxes(outer:first:second:width:)``).
public struct MultiHeadAttention: Sendable {
  private let query: Linear, key: Linear, value: Linear, output: Linear
  private let width: Int, heads: Int

  /// Lays out the four maps.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(_ name: String, width: Int, heads: Int, in layout: inout ParameterLayout) {
    precondition(width % heads == 0, "\(heads) heads do not divide a width of \(width)")
    query = Linear("\(name).query", inputs: width, outputs: width, in: &layout)
    key = Linear("\(name).key", inputs: width, outputs: width, in: &layout)
    value = Linear("\(name).value", inputs: width, outputs: width, in: &layout)
    output = Linear("\(name).output", inputs: width, outputs: width, startsAtZero: true, in: &layout)
    self.width = width
    self.heads = heads
  }

  /// `[batch · tokens, width]` to the same, added to another matrix where one is given.
  public func callAsFunction(_ x: Variable, tokens: Int, addedTo other: Variable? = nil) -> Variable {
    let batch = x.rows / tokens, size = width / heads
    func split(_ map: Linear) -> Variable {  // [batch · heads · tokens, size]
      map(x, feedsProducts: true).swappingAxes(outer: batch, first: tokens, second: heads, width: size)
    }
    let q = split(query), k = split(key), v = split(value)
    let scores = q.batchedProduct(k, batch: batch * heads, transposed: true)  // [batch · heads · tokens, tokens]
    let attended = scores.softmax(scale: 1 / Float(size).squareRoot())
      .batchedProduct(v, batch: batch * heads, feedsProducts: true)
    let merged = attended.swappingAxes(outer: batch, first: heads, second: tokens, width: size)
      .reshaped(rows: x.rows, columns: width)
    return other.map { output(merged, addedTo: $0) } ?? output(merged)
  }
}

/// A pre-norm transformer block: attention, then a two-layer network, each added to its input.
public struct TransformerBlock: Sendable {
  private let norm: LayerNorm
  private let attention: MultiHeadAttention
  private let feedForward: ResidualBlock

  /// Lays out a block; the inner width of the network is `expansion` times the width.
  public init(
    _ name: String, width: Int, heads: Int, expansion: Int = 4, dropout: Float = 0,
    in layout: inout ParameterLayout
  ) {
    norm = LayerNorm("\(name).norm", width: width, in: &layout)
    attention = MultiHeadAttention("\(name).attention", width: width, heads: heads, in: &layout)
    feedForward = ResidualBlock(
      "\(name).network", width: width, hidden: expansion * width, activation: .gelu, dropout: dropout, in: &layout)
  }

  /// `[batch · tokens, width]` to the same.
  public func callAsFunction(_ x: Variable, tokens: Int) -> Variable {
    feedForward(attention(norm(x), tokens: tokens, addedTo: x))
  }
}
