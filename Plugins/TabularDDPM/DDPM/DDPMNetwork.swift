import DiffusionCore
import Foundation
import NeuralNetworks

/// The shape of the network that predicts noise and clean classes.
package struct DDPMNetworkSettings: Sendable, Codable, Equatable {
  /// What lies between the input and the output.
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// Linear maps with rectifiers: TabDDPM's own.
    case mlp
    /// Pre-norm residual blocks.
    case residualMLP = "residual-mlp"
    /// Attention between columns, one token each.
    case columnTransformer = "column-transformer"
  }
  package var kind = Kind.mlp
  package var width = 512
  package var layers = 3
  package var dropout: Float = 0
  /// Heads of attention.
  var heads = 4

  package init(kind: Kind = .mlp, width: Int = 512, layers: Int = 3, dropout: Float = 0) {
    self.kind = kind
    self.width = width
    self.layers = layers
    self.dropout = dropout
    // Heads must divide the width.
    heads = [4, 2, 1].first { width % $0 == 0 } ?? 1
  }
}

/// Predicts, from a noisy row, its known cells and the step, the noise of each number and the logits of each category's
/// clean class.
///
/// The row and the step enter as in TabDDPM (Kotelnikov et al. 2023, section 3 and its code's `MLPDiffusion`): a linear
/// map of the row plus a two-layer map of the step's sinusoids. TabDDPM feeds the logarithm of one-hot classes, 0 or
/// −69.08; a learned vector for each class is the same affine map, better scaled.
package struct DDPMNetwork: Sendable {
  private enum Body: Sendable {
    case mlp(MLP)
    case residual([ResidualBlock], LayerNorm, Linear)
    case transformer([TransformerBlock], LayerNorm, heads: [Linear])
  }

  static let timeWidth = 128

  let layout: DDPMLayout
  private let width: Int
  private let classes: Embedding?
  private let numbers: [Linear]
  private let time: MLP
  private let columns: Embedding?
  private let body: Body
  /// `[T + 1, timeWidth]`.
  private let sinusoids: Tensor

  package init(_ layout: DDPMLayout, settings: DDPMNetworkSettings, steps: Int, in parameters: inout ParameterLayout) {
    self.layout = layout
    width = settings.width
    let isTransformer = settings.kind == .columnTransformer
    let bag = isTransformer ? 2 : layout.categories.count
    classes =
      layout.categories.isEmpty
      ? nil
      : Embedding(
        "classes", entries: layout.embeddings, width: settings.width, deviation: 1 / Float(max(bag, 1)).squareRoot(),
        in: &parameters)
    let features = DDPMInput.numberFeatures
    if isTransformer {
      numbers = layout.numbers.indices.map {
        Linear("number\($0)", inputs: features, outputs: settings.width, in: &parameters)
      }
    } else {
      numbers =
        layout.numbers.isEmpty
        ? []
        : [Linear("numbers", inputs: features * layout.numbers.count, outputs: settings.width, in: &parameters)]
    }
    columns =
      isTransformer
      ? Embedding("columns", entries: layout.cells.count, width: settings.width, deviation: 0.5, in: &parameters) : nil
    time = MLP("time", widths: [Self.timeWidth, settings.width, settings.width], in: &parameters)
    sinusoids = TimeEmbedding.sinusoidal((0...steps).map { Float($0) }, width: Self.timeWidth)
    switch settings.kind {
    case .mlp:
      body = .mlp(
        MLP(
          "body", widths: Array(repeating: settings.width, count: settings.layers + 1) + [layout.outputs],
          activation: .relu, dropout: settings.dropout, in: &parameters))
    case .residualMLP:
      let blocks = (0..<settings.layers).map {
        ResidualBlock(
          "block\($0)", width: settings.width, hidden: settings.width, dropout: settings.dropout, in: &parameters)
      }
      body = .residual(
        blocks, LayerNorm("norm", width: settings.width, in: &parameters),
        Linear("head", inputs: settings.width, outputs: layout.outputs, in: &parameters))
    case .columnTransformer:
      let blocks = (0..<settings.layers).map {
        TransformerBlock(
          "block\($0)", width: settings.width, heads: settings.heads, expansion: 2, dropout: settings.dropout,
          in: &parameters)
      }
      body = .transformer(
        blocks, LayerNorm("norm", width: settings.width, in: &parameters),
        heads: layout.cells.enumerated().map { index, cell in
          Linear("head\(index)", inputs: settings.width, outputs: cell.outputs.count, in: &parameters)
        })
    }
  }

  /// `[rows, outputs]`: by cell, the logits of its categories and the noise of its number.
  package func callAsFunction(_ input: DDPMInput, on tape: Tape) -> Variable {
    let rows = input.rows
    let sines = tape.constant(rows: rows, columns: Self.timeWidth) { memory in
      sinusoids.values.withUnsafeBufferPointer { table in
        for row in 0..<rows {
          let source = table.baseAddress! + Int(input.steps[row]) * Self.timeWidth
          (memory.baseAddress! + row * Self.timeWidth).update(from: source, count: Self.timeWidth)
        }
      }
    }
    let step = time(sines)  // [rows, width]
    switch body {
    case .mlp(let network): return network(wholeRow(input, step, on: tape))
    case .residual(let blocks, let norm, let head):
      return head(norm(blocks.reduce(wholeRow(input, step, on: tape)) { $1($0) }))
    case .transformer(let blocks, let norm, let heads):
      let tokens = layout.cells.count
      let start = columnTokens(input, on: tape) + step.repeatingRows(tokens)  // [rows · tokens, width]
      let end = norm(blocks.reduce(start) { $1($0, tokens: tokens) }).reshaped(rows: rows, columns: tokens * width)
      return Variable.concatenating(heads.enumerated().map { $1(end.columns($0 * width..<($0 + 1) * width)) })
    }
  }

  /// One vector for the row and its step, `[rows, width]`.
  private func wholeRow(_ input: DDPMInput, _ step: Variable, on tape: Tape) -> Variable {
    var h = step
    if let classes { h = h + classes(input.classes, bag: layout.categories.count, on: tape) }
    if let linear = numbers.first {
      let features = tape.constant(
        Tensor(input.numbers, shape: [input.rows, input.numbers.count / max(input.rows, 1)]))
      h = h + linear(features)
    }
    return h
  }

  /// One vector for each column, `[rows · cells, width]`.
  private func columnTokens(_ input: DDPMInput, on tape: Tape) -> Variable {
    let rows = input.rows, tokens = layout.cells.count, features = DDPMInput.numberFeatures
    var indices = [Int32](repeating: -1, count: rows * tokens * 2)
    let identities = (0..<rows * tokens).map { Int32($0 % tokens) }
    for row in 0..<rows {
      for (token, cell) in layout.cells.enumerated() {
        for (place, category) in cell.categories.enumerated() {
          indices[(row * tokens + token) * 2 + place] = input.classes[row * layout.categories.count + category]
        }
      }
    }
    var h = tape.parameter(columns!.table).embedding(identities, bag: 1)
    if let classes { h = h + classes(indices, bag: 2, on: tape) }
    guard !layout.numbers.isEmpty else { return h }
    let nothing = tape.constant(Tensor(shape: [rows, width]))
    let parts = layout.cells.map { cell -> Variable in
      guard let number = cell.number else { return nothing }
      let own = tape.constant(rows: rows, columns: features) { memory in
        for row in 0..<rows {
          for i in 0..<features {
            memory[row * features + i] = input.numbers[(row * layout.numbers.count + number) * features + i]
          }
        }
      }
      return numbers[number](own)
    }
    return h + Variable.concatenating(parts).reshaped(rows: rows * tokens, columns: width)
  }
}
