import Foundation
import NeuralNetworks

/// The shape of the network that predicts masked slots from visible ones.
struct MaskedNetworkSettings: Sendable, Codable, Equatable {
  /// What lies between the input and the heads.
  enum Trunk: String, Sendable, Codable, CaseIterable {
    /// Pre-norm residual blocks.
    case residualMLP = "residual-mlp"
    /// Plain layers.
    case mlp
    /// Attention between the slots of a row.
    case columnTransformer = "column-transformer"
  }
  var trunk = Trunk.residualMLP
  var width = 512
  var blocks = 2
  var dropout: Float = 0.1

  /// The settings in words.
  var text: String { "\(trunk.rawValue), width \(width), \(blocks) blocks, dropout \(dropout)" }
}

/// Predicts every slot of a row from those that are visible.
///
/// Codes enter as learned vectors, numbers as smooth features of their quantile. In the perceptrons all are summed, and
/// one linear map gives the parameters of every slot's distribution; in the transformer each slot is a token with a head
/// of its own. Either way it starts at the marginals.
struct MaskedNetwork: Sendable {
  let layout: SlotLayout
  private let codes: Embedding
  private let numbers: Linear?
  private let trunk: Trunk
  private let norm: LayerNorm
  private let heads: [Linear]

  private enum Trunk: Sendable {
    case residual([ResidualBlock])
    case plain([Linear], dropout: Float)
    case attention([TransformerBlock], names: Embedding, numberNames: Embedding?)
  }

  init(
    _ layout: SlotLayout, settings: MaskedNetworkSettings, prior: [Float], in parameters: inout ParameterLayout
  ) {
    self.layout = layout
    let width = settings.width, slots = layout.slots.count
    let isAttention = settings.trunk == .columnTransformer
    codes = Embedding(
      "codes", entries: layout.embeddings, width: width,
      deviation: isAttention ? 0.1 : 1 / Float(max(slots, 1)).squareRoot(), in: &parameters)
    let features = isAttention ? QuantileFeatures.width : layout.numericCount * QuantileFeatures.width
    numbers =
      layout.numericCount == 0
      ? nil : Linear("numbers", inputs: features, outputs: width, bias: false, in: &parameters)
    switch settings.trunk {
    case .residualMLP:
      trunk = .residual(
        (0..<settings.blocks).map {
          ResidualBlock("block\($0)", width: width, hidden: width, dropout: settings.dropout, in: &parameters)
        })
    case .mlp:
      trunk = .plain(
        (0..<settings.blocks).map { Linear("layer\($0)", inputs: width, outputs: width, in: &parameters) },
        dropout: settings.dropout)
    case .columnTransformer:
      trunk = .attention(
        (0..<settings.blocks).map {
          TransformerBlock(
            "block\($0)", width: width, heads: width % 16 == 0 ? width / 16 : 1, dropout: settings.dropout,
            in: &parameters)
        },
        names: Embedding("names", entries: slots, width: width, deviation: 0.1, in: &parameters),
        numberNames: layout.numericCount == 0
          ? nil
          : Embedding("number-names", entries: layout.numericCount, width: width, deviation: 0.1, in: &parameters))
    }
    norm = LayerNorm("norm", width: width, in: &parameters)
    heads =
      isAttention
      ? layout.slots.enumerated().map { index, slot in
        Linear("head\(index)", inputs: width, prior: Array(prior[slot.output]), in: &parameters)
      } : [Linear("head", inputs: width, prior: prior, in: &parameters)]
  }

  /// The last hidden layer: `[rows, width]`, or with attention `[rows, slots · width]`.
  func hidden(_ input: MaskedInput, on tape: Tape) -> Variable {
    switch trunk {
    case .residual(let blocks): return norm(blocks.reduce(sum(input, on: tape)) { $1($0) })
    case .plain(let layers, let dropout):
      return norm(layers.reduce(sum(input, on: tape)) { $1($0, .silu, dropout: dropout) })
    case .attention(let blocks, let names, let numberNames):
      let slots = layout.slots.count, count = layout.numericCount, width = codes.table.columns
      var tokens = codes(input.indices, bag: 1, on: tape) + repeated(names, slots, rows: input.rows, on: tape)
      tokens = tokens.reshaped(rows: input.rows, columns: slots * width)
      if let numbers, let numberNames {
        let features = QuantileFeatures.constant(
          input.scores, known: input.knownNumbers, rows: input.rows, columns: count, on: tape)
        let numberTokens =
          numbers(features.reshaped(rows: input.rows * count, columns: QuantileFeatures.width))
          + repeated(numberNames, count, rows: input.rows, on: tape)
        tokens = .concatenating([tokens, numberTokens.reshaped(rows: input.rows, columns: count * width)])
      }
      var h = tokens.reshaped(rows: input.rows * (slots + count), columns: width)
      for block in blocks { h = block(h, tokens: slots + count) }
      return norm(h).reshaped(rows: input.rows, columns: (slots + count) * width).columns(0..<slots * width)
    }
  }

  /// The sum of all that is visible, `[rows, width]`.
  private func sum(_ input: MaskedInput, on tape: Tape) -> Variable {
    let summed = codes(input.indices, bag: layout.slots.count, on: tape)
    guard let numbers else { return summed }
    return summed
      + numbers(
        QuantileFeatures.constant(
          input.scores, known: input.knownNumbers, rows: input.rows, columns: layout.numericCount, on: tape))
  }

  /// A table's entries in order, once for every row: `[rows · count, width]`.
  private func repeated(_ table: Embedding, _ count: Int, rows: Int, on tape: Tape) -> Variable {
    table((0..<Int32(rows * count)).map { $0 % Int32(count) }, bag: 1, on: tape)
  }

  /// The parameters of all slots' distributions, `[rows, outputs]`.
  func callAsFunction(_ input: MaskedInput, on tape: Tape) -> Variable {
    let hidden = hidden(input, on: tape)
    guard case .attention = trunk else { return heads[0](hidden) }
    return .concatenating(layout.slots.indices.map { outputs(of: $0, hidden: hidden) })
  }

  /// The parameters of one slot's distribution, `[rows, slot's outputs]`.
  func outputs(of slot: Int, hidden: Variable) -> Variable {
    guard case .attention = trunk else {
      let range = layout.slots[slot].output
      return hidden.linear(
        hidden.tape.parameter(heads[0].weight).columns(range),
        heads[0].bias.map { hidden.tape.parameter($0).columns(range) })
    }
    let width = codes.table.columns
    return heads[slot](hidden.columns(slot * width..<(slot + 1) * width))
  }

  /// The head's bias at the start: log shares of codes, and for densities Gaussians spread over the normal.
  static func prior(_ layout: SlotLayout, data: CodedTable) -> [Float] {
    var prior = [Float](repeating: 0, count: layout.outputs)
    let slots = layout.slots.count
    for (index, slot) in layout.slots.enumerated() {
      let start = slot.output.lowerBound
      switch slot.kind {
      case .category(let codes):
        var counts = [Float](repeating: 0.5, count: codes)
        for row in 0..<data.rows {
          let code = data.codes[row * slots + index]
          if code >= 0 { counts[Int(code)] += 1 }
        }
        let total = counts.reduce(0, +)
        for code in 0..<codes { prior[start + code] = log(counts[code] / total) }
      case .density(let components):
        for k in 0..<components {
          prior[start + components + k] = 4 * (Float(k) + 0.5) / Float(components) - 2
          prior[start + 2 * components + k] = log(0.4)
        }
      }
    }
    return prior
  }
}
