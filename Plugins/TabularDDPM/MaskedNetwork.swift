import DiffusionCore
import Foundation
import NeuralNetworks

/// Predicts every slot of a row from those that are visible.
///
/// Codes enter as learned vectors, numbers as smooth features of their quantile. A denoiser that sees the row as a whole
/// gets their sum, and one linear map gives the parameters of every slot's distribution; for one that sees tokens each slot
/// is a token with a head of its own. Either way it starts at the marginals.
struct MaskedNetwork: Sendable {
  let layout: SlotLayout
  private let codes: Embedding
  private let numbers: Linear?
  private let denoiser: any DenoisingNetwork
  /// What tells tokens apart; `nil` where the row is seen as a whole.
  private let names: Names?
  private let norm: LayerNorm?
  private let heads: [Linear]

  private struct Names: Sendable {
    let slots: Embedding
    let numbers: Embedding?
  }

  init(
    _ layout: SlotLayout, denoiser: any TrainableDenoiser, prior: [Float], in parameters: inout ParameterLayout
  ) {
    self.layout = layout
    let width = denoiser.width, slots = layout.slots.count, count = layout.scoreCount
    let seesTokens = denoiser.view == .tokens
    codes = Embedding(
      "codes", entries: layout.embeddings, width: width,
      deviation: seesTokens ? 0.1 : 1 / Float(max(slots, 1)).squareRoot(), in: &parameters)
    let features = seesTokens ? QuantileFeatures.width : count * QuantileFeatures.width
    numbers = count == 0 ? nil : Linear("numbers", inputs: features, outputs: width, bias: false, in: &parameters)
    self.denoiser = denoiser.network("denoiser", tokens: seesTokens ? slots + count : 1, in: &parameters)
    func names(_ name: String, _ entries: Int) -> Embedding {
      Embedding(name, entries: entries, width: width, deviation: 0.1, in: &parameters)
    }
    self.names =
      seesTokens
      ? Names(slots: names("names", slots), numbers: count == 0 ? nil : names("number-names", count)) : nil
    norm = denoiser.wantsNorm ? LayerNorm("norm", width: width, in: &parameters) : nil
    heads =
      seesTokens
      ? layout.slots.enumerated().map { index, slot in
        Linear("head\(index)", inputs: width, prior: Array(prior[slot.output]), in: &parameters)
      } : [Linear("head", inputs: width, prior: prior, in: &parameters)]
  }

  /// The last hidden layer: `[rows, width]`, or of tokens `[rows, slots · width]`.
  func hidden(_ input: MaskedInput, on tape: Tape) -> Variable {
    let features = denoiser(names.map { tokens(input, $0, on: tape) } ?? sum(input, on: tape))
    let hidden = norm.map { $0(features) } ?? features
    guard names != nil else { return hidden }
    let width = codes.table.columns, slots = layout.slots.count
    return hidden.reshaped(rows: input.rows, columns: (slots + layout.scoreCount) * width).columns(0..<slots * width)
  }

  /// A token for each slot and, after them, for each number: `[rows · tokens, width]`.
  private func tokens(_ input: MaskedInput, _ names: Names, on tape: Tape) -> Variable {
    let slots = layout.slots.count, count = layout.scoreCount, width = codes.table.columns
    var tokens = codes(input.indices, bag: 1, on: tape) + repeated(names.slots, slots, rows: input.rows, on: tape)
    tokens = tokens.reshaped(rows: input.rows, columns: slots * width)
    if let numbers, let numberNames = names.numbers {
      let features = QuantileFeatures.constant(
        input.scores, known: input.knownNumbers, rows: input.rows, columns: count, on: tape)
      let numberTokens =
        numbers(features.reshaped(rows: input.rows * count, columns: QuantileFeatures.width))
        + repeated(numberNames, count, rows: input.rows, on: tape)
      tokens = .concatenating([tokens, numberTokens.reshaped(rows: input.rows, columns: count * width)])
    }
    return tokens.reshaped(rows: input.rows * (slots + count), columns: width)
  }

  /// The sum of all that is visible, `[rows, width]`.
  private func sum(_ input: MaskedInput, on tape: Tape) -> Variable {
    let summed = codes(input.indices, bag: layout.slots.count, on: tape)
    guard let numbers else { return summed }
    return summed
      + numbers(
        QuantileFeatures.constant(
          input.scores, known: input.knownNumbers, rows: input.rows, columns: layout.scoreCount, on: tape))
  }

  /// A table's entries in order, once for every row: `[rows · count, width]`.
  private func repeated(_ table: Embedding, _ count: Int, rows: Int, on tape: Tape) -> Variable {
    table((0..<Int32(rows * count)).map { $0 % Int32(count) }, bag: 1, on: tape)
  }

  /// The parameters of all slots' distributions, `[rows, outputs]`.
  func callAsFunction(_ input: MaskedInput, on tape: Tape) -> Variable {
    let hidden = hidden(input, on: tape)
    guard names != nil else { return heads[0](hidden) }
    return .concatenating(layout.slots.indices.map { outputs(of: $0, hidden: hidden) })
  }

  /// The parameters of one slot's distribution, `[rows, slot's outputs]`.
  func outputs(of slot: Int, hidden: Variable) -> Variable {
    guard names != nil else {
      let range = layout.slots[slot].output
      return hidden.linear(
        hidden.tape.parameter(heads[0].weight).columns(range),
        heads[0].bias.map { hidden.tape.parameter($0).columns(range) })
    }
    let width = codes.table.columns
    return heads[slot](hidden.columns(slot * width..<(slot + 1) * width))
  }

  /// The head's bias at the start: log shares of codes, and for densities Gaussians spread over the normal.
  static func prior(_ layout: SlotLayout, data: Cells) -> [Float] {
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
        let free = SlotLayout.components
        for k in 0..<free {
          prior[start + components + k] = 4 * (Float(k) + 0.5) / Float(free) - 2
          prior[start + 2 * components + k] = log(0.4)
        }
        // Beside an anchor, sharper and sharper.
        for k in free..<components {
          prior[start + k] = -2
          prior[start + 2 * components + k] = -2 - Float((k - free) % SlotLayout.anchoredComponents)
        }
      }
    }
    return prior
  }
}
