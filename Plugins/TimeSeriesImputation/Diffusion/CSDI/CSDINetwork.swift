import Foundation
import NeuralNetworks

/// The extents of a ``CSDINetwork``; the defaults are the paper's.
struct CSDIShape: Codable, Sendable, Equatable {
  /// Steps of a window, and channels.
  var length: Int, channels: Int
  /// Width C, residual blocks, heads, and steps of noise T.
  var width = 64, blocks = 4, heads = 8, steps = 50
}

/// The network of CSDI.
///
/// Source: Tashiro et al. 2021, section 4.3 and appendix E.1. It differs in nothing but the start of the 1 × 1
/// convolutions, which is uniform instead of Kaiming normal. The projections of side information are made once for every
/// step and channel, not for every cell.
struct CSDINetwork: Sendable {
  let shape: CSDIShape
  private let input: Linear
  private let level: MLP
  private let features: Parameter
  private let blocks: [Block]
  private let skip: Linear, output: Linear

  /// Numbers of the embeddings of noise level and time, and of a channel.
  static let levelWidth = 128, timeWidth = 128, featureWidth = 16
  private static let hidden = 64, dropout: Float = 0.1

  /// A post-norm encoder layer, as PyTorch's `TransformerEncoderLayer`.
  private struct EncoderLayer: Sendable {
    let projection: Linear, merge: Linear, first: Linear, second: Linear
    let attentionNorm: LayerNorm, networkNorm: LayerNorm
    let heads: Int

    init(_ name: String, width: Int, heads: Int, in layout: inout ParameterLayout) {
      projection = Linear("\(name).projection", inputs: width, outputs: 3 * width, in: &layout)
      merge = Linear("\(name).merge", inputs: width, outputs: width, in: &layout)
      first = Linear("\(name).first", inputs: width, outputs: CSDINetwork.hidden, in: &layout)
      second = Linear("\(name).second", inputs: CSDINetwork.hidden, outputs: width, in: &layout)
      attentionNorm = LayerNorm("\(name).attention-norm", width: width, in: &layout)
      networkNorm = LayerNorm("\(name).network-norm", width: width, in: &layout)
      self.heads = heads
    }

    func callAsFunction(_ x: Variable, along axis: SequenceAxis) -> Variable {
      let attended = merge(projection(x, feedsProducts: true).attention(along: axis, heads: heads))
      let y = attentionNorm(x + attended.dropout(CSDINetwork.dropout))
      let made = second(first(y, .gelu, dropout: CSDINetwork.dropout))
      return networkNorm(y + made.dropout(CSDINetwork.dropout))
    }
  }

  private struct Block: Sendable {
    let level: Linear, time: EncoderLayer, feature: EncoderLayer?
    let middle: Linear, sideTime: Linear, sideFeature: Linear, sideMask: Linear
    let output: Linear

    init(_ name: String, _ shape: CSDIShape, in layout: inout ParameterLayout) {
      let width = shape.width
      level = Linear("\(name).level", inputs: CSDINetwork.levelWidth, outputs: width, in: &layout)
      time = EncoderLayer("\(name).time", width: width, heads: shape.heads, in: &layout)
      feature =
        shape.channels > 1 ? EncoderLayer("\(name).feature", width: width, heads: shape.heads, in: &layout) : nil
      middle = Linear("\(name).middle", inputs: width, outputs: 2 * width, in: &layout)
      sideTime = Linear(
        "\(name).side-time", inputs: CSDINetwork.timeWidth, outputs: 2 * width, bias: false, in: &layout)
      sideFeature = Linear(
        "\(name).side-feature", inputs: CSDINetwork.featureWidth, outputs: 2 * width, bias: false, in: &layout)
      sideMask = Linear("\(name).side-mask", inputs: 1, outputs: 2 * width, in: &layout)
      output = Linear("\(name).output", inputs: width, outputs: 2 * width, in: &layout)
    }
  }

  /// Lays out the parameters.
  init(_ shape: CSDIShape, in layout: inout ParameterLayout) {
    self.shape = shape
    let width = shape.width
    input = Linear("input", inputs: 2, outputs: width, in: &layout)
    level = MLP("level", widths: [Self.levelWidth, Self.levelWidth, Self.levelWidth], in: &layout)
    features = layout.add("features", rows: shape.channels, columns: Self.featureWidth, .normal(deviation: 1))
    blocks = (0..<shape.blocks).map { Block("block\($0)", shape, in: &layout) }
    skip = Linear("skip", inputs: width, outputs: width, in: &layout)
    output = Linear("output", inputs: width, outputs: 1, startsAtZero: true, in: &layout)
  }

  /// The predicted noise, `[windows · length · channels, 1]`.
  ///
  /// - Parameters:
  ///   - values: known values (0 in unknown cells), then noisy ones (0 in known cells), `[rows, 2]`.
  ///   - known: 1 in known cells, `[rows, 1]`.
  ///   - steps: t, from 0 on, of each window.
  func callAsFunction(values: Variable, known: Variable, steps: [Int]) -> Variable {
    let tape = values.tape, rows = values.rows, windows = steps.count
    let length = shape.length, channels = shape.channels, width = shape.width
    let embedded = level(tape.constant(Self.levelEmbedding(steps))).activated(.silu)
    let times = tape.constant(Self.timeEmbedding(length))
    let featureTable = tape.parameter(features)
    let stepOf = (0..<rows).map { Int32($0 / channels % length) }, channelOf = (0..<rows).map { Int32($0 % channels) }
    var h = input(values, .relu)
    var skips: Variable?
    for block in blocks {
      var y = h + block.level(embedded).repeatingRows(rows / windows)
      y = block.time(y, along: SequenceAxis(outer: windows, tokens: length, inner: channels))
      if let feature = block.feature { y = feature(y, along: SequenceAxis(outer: windows * length, tokens: channels)) }
      let side =
        block.sideTime(times).embedding(stepOf, bag: 1) + block.sideFeature(featureTable).embedding(channelOf, bag: 1)
      let gated = block.middle(y, addedTo: block.sideMask(known, addedTo: side))
      let passed =
        gated.columns(0..<width).activated(.sigmoid) * gated.columns(width..<2 * width).activated(.tanh)
      let made = block.output(passed)
      h = (h + made.columns(0..<width)).scaled(by: Float(0.5).squareRoot())
      let own = made.columns(width..<2 * width)
      skips = skips.map { $0 + own } ?? own
    }
    return output(skip(skips!.scaled(by: 1 / Float(blocks.count).squareRoot()), .relu))
  }

  /// sin and cos of t · 10^(4 i / 63), i = 0 … 63, all sines first, `[steps, 128]`.
  static func levelEmbedding(_ steps: [Int]) -> Tensor {
    let half = levelWidth / 2
    return Tensor(
      steps.flatMap { step in
        let angles = (0..<half).map { Float(Double(step) * pow(10, 4 * Double($0) / Double(half - 1))) }
        return angles.map { sin($0) } + angles.map { cos($0) }
      }, shape: [steps.count, levelWidth])
  }

  /// sin in even and cos in odd places of p / 10000^(2 i / 128), `[length, 128]`.
  static func timeEmbedding(_ length: Int) -> Tensor {
    Tensor(
      (0..<length).flatMap { position in
        (0..<timeWidth).map { place in
          let angle = Double(position) / pow(10000, Double(place / 2 * 2) / Double(timeWidth))
          return Float(place % 2 == 0 ? sin(angle) : cos(angle))
        }
      }, shape: [length, timeWidth])
  }
}
