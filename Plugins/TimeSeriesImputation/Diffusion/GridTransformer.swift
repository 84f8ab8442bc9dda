import NeuralNetworks

/// Blocks of attention over time, attention over channels, and a two-layer network, on the cells of windows.
struct GridTransformer: Sendable {
  private struct Block: Sendable {
    let time: AxialAttention, channel: AxialAttention?
    let network: ResidualBlock
  }
  private let blocks: [Block]

  /// Numbers in a head.
  static let headSize = 16

  /// Lays out the blocks. A single channel has no attention over channels.
  ///
  /// - Precondition: `width` is a multiple of ``headSize``.
  init(_ name: String, width: Int, blocks: Int, channels: Int, dropout: Float, in layout: inout ParameterLayout) {
    let heads = width / Self.headSize
    self.blocks = (0..<blocks).map { block in
      let prefix = "\(name).\(block)"
      return Block(
        time: AxialAttention("\(prefix).time", width: width, heads: heads, in: &layout),
        channel: channels > 1
          ? AxialAttention("\(prefix).channel", width: width, heads: heads, in: &layout) : nil,
        network: ResidualBlock(
          "\(prefix).network", width: width, hidden: 2 * width, activation: .gelu, dropout: dropout, in: &layout))
    }
  }

  /// `[windows · length · channels, width]` to the same.
  func callAsFunction(_ x: Variable, windows: Int, length: Int, channels: Int) -> Variable {
    blocks.reduce(x) { x, block in
      let timed = block.time(x, along: SequenceAxis(outer: windows, tokens: length, inner: channels))
      let mixed =
        block.channel.map { $0(timed, along: SequenceAxis(outer: windows * length, tokens: channels)) } ?? timed
      return block.network(mixed)
    }
  }
}
