import DiffusionCore
import Foundation
import NeuralNetworks

/// Predicts, from a noisy row, its known cells and the step, the noise of each number and the logits of each category's
/// clean class.
///
/// The row and the step enter as in TabDDPM (Kotelnikov et al. 2023, section 3 and its code's `MLPDiffusion`): a linear
/// map of the row plus a two-layer map of the step's sinusoids. TabDDPM feeds the logarithm of one-hot classes, 0 or
/// −69.08; a learned vector for each class is the same affine map, better scaled.
package struct DDPMNetwork: Sendable {
  static let timeWidth = 128

  let layout: DDPMLayout
  private let width: Int
  private let classes: Embedding?
  private let numbers: [Linear]
  private let time: MLP
  /// What tells tokens apart; `nil` where the row is seen as a whole.
  private let columns: Embedding?
  private let denoiser: any DenoisingNetwork
  private let norm: LayerNorm?
  private let heads: [Linear]
  /// `[T + 1, timeWidth]`.
  private let sinusoids: Tensor

  package init(
    _ layout: DDPMLayout, denoiser: any TrainableDenoiser, steps: Int, in parameters: inout ParameterLayout
  ) {
    self.layout = layout
    let width = denoiser.width, seesTokens = denoiser.view == .tokens
    self.width = width
    let bag = seesTokens ? 2 : layout.categories.count
    classes =
      layout.categories.isEmpty
      ? nil
      : Embedding(
        "classes", entries: layout.embeddings, width: width, deviation: 1 / Float(max(bag, 1)).squareRoot(),
        in: &parameters)
    let features = DDPMInput.numberFeatures
    if seesTokens {
      numbers = layout.numbers.indices.map {
        Linear("number\($0)", inputs: features, outputs: width, in: &parameters)
      }
    } else {
      numbers =
        layout.numbers.isEmpty
        ? []
        : [Linear("numbers", inputs: features * layout.numbers.count, outputs: width, in: &parameters)]
    }
    columns =
      seesTokens
      ? Embedding("columns", entries: layout.cells.count, width: width, deviation: 0.5, in: &parameters) : nil
    time = MLP("time", widths: [Self.timeWidth, width, width], in: &parameters)
    sinusoids = TimeEmbedding.sinusoidal((0...steps).map { Float($0) }, width: Self.timeWidth)
    self.denoiser = denoiser.network("denoiser", tokens: seesTokens ? layout.cells.count : 1, in: &parameters)
    norm = denoiser.wantsNorm ? LayerNorm("norm", width: width, in: &parameters) : nil
    heads =
      seesTokens
      ? layout.cells.enumerated().map { index, cell in
        Linear("head\(index)", inputs: width, outputs: cell.outputs.count, in: &parameters)
      } : [Linear("head", inputs: width, outputs: layout.outputs, in: &parameters)]
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
    let tokens = layout.cells.count
    let start =
      columns.map { columnTokens(input, $0, on: tape) + step.repeatingRows(tokens) } ?? wholeRow(input, step, on: tape)
    let features = denoiser(start)
    let end = norm.map { $0(features) } ?? features
    guard columns != nil else { return heads[0](end) }
    let row = end.reshaped(rows: rows, columns: tokens * width)
    return Variable.concatenating(heads.enumerated().map { $1(row.columns($0 * width..<($0 + 1) * width)) })
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
  private func columnTokens(_ input: DDPMInput, _ names: Embedding, on tape: Tape) -> Variable {
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
    var h = names(identities, bag: 1, on: tape)
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
