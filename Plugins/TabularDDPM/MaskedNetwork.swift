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
}

/// Predicts every slot of a row from those that are visible.
///
/// Codes enter as learned vectors, numbers as smooth features of their quantile; all are summed, pass through pre-norm
/// residual blocks, and one linear map gives the parameters of every slot's distribution. It starts at the marginals.
struct MaskedNetwork: Sendable {
  let layout: SlotLayout
  private let codes: Embedding
  private let numbers: Linear?
  private let blocks: [ResidualBlock]
  private let norm: LayerNorm
  private let head: Linear

  init(
    _ layout: SlotLayout, settings: MaskedNetworkSettings, prior: [Float], in parameters: inout ParameterLayout
  ) {
    self.layout = layout
    codes = Embedding(
      "codes", entries: layout.embeddings, width: settings.width,
      deviation: 1 / Float(max(layout.slots.count, 1)).squareRoot(), in: &parameters)
    numbers =
      layout.numericCount == 0
      ? nil
      : Linear(
        "numbers", inputs: layout.numericCount * QuantileFeatures.width, outputs: settings.width, bias: false,
        in: &parameters)
    blocks = (0..<settings.blocks).map {
      ResidualBlock(
        "block\($0)", width: settings.width, hidden: settings.width, dropout: settings.dropout, in: &parameters)
    }
    norm = LayerNorm("norm", width: settings.width, in: &parameters)
    head = Linear("head", inputs: settings.width, prior: prior, in: &parameters)
  }

  /// The last hidden layer, `[rows, width]`.
  func hidden(_ input: MaskedInput, on tape: Tape) -> Variable {
    var h = codes(input.indices, bag: layout.slots.count, on: tape)
    if let numbers {
      h = h + numbers(
          QuantileFeatures.constant(
            input.scores, known: input.knownNumbers, rows: input.rows, columns: layout.numericCount, on: tape))
    }
    for block in blocks { h = block(h) }
    return norm(h)
  }

  /// The parameters of all slots' distributions, `[rows, outputs]`.
  func callAsFunction(_ input: MaskedInput, on tape: Tape) -> Variable { head(hidden(input, on: tape)) }

  /// The parameters of one slot's distribution, `[rows, slot's outputs]`.
  func outputs(of slot: Int, hidden: Variable) -> Variable {
    let range = layout.slots[slot].output
    return hidden.linear(
      hidden.tape.parameter(head.weight).columns(range), head.bias.map { hidden.tape.parameter($0).columns(range) })
  }

  /// The head's bias at the start: log shares of codes, and for densities Gaussians spread over the normal.
  static func prior(_ layout: SlotLayout, data: CodedTable) -> [Float] {
    var prior = [Float](repeating: 0, count: layout.outputs)
    let slots = layout.slots.count
    for (index, slot) in layout.slots.enumerated() {
      switch slot.kind {
      case .category(let codes):
        var counts = [Float](repeating: 0.5, count: codes)
        for row in 0..<data.rows {
          let code = data.codes[row * slots + index]
          if code >= 0 { counts[Int(code)] += 1 }
        }
        let total = counts.reduce(0, +)
        for code in 0..<codes { prior[slot.output.lowerBound + code] = log(counts[code] / total) }
      case .density(let components):
        let start = slot.output.lowerBound
        for k in 0..<components {
          prior[start + components + k] = 4 * (Float(k) + 0.5) / Float(components) - 2
          prior[start + 2 * components + k] = log(0.4)
        }
      }
    }
    return prior
  }
}
