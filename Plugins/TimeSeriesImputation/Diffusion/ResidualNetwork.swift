import DiffusionCore
import NeuralNetworks

/// The extents of a ``ResidualNetwork``.
struct ResidualNetworkShape: Codable, Sendable, Equatable {
  /// Steps of a window, channels, and inputs that are known at every step.
  var length: Int, channels: Int, inputs: Int
  /// Width and blocks of the conditioner, and of the denoiser.
  var width: Int, blocks: Int, denoiserWidth: Int, denoiserBlocks: Int
  /// The share of inner values dropped in training.
  var dropout: Float
}

/// A conditioner that reads what is known of a window once, and a small denoiser that starts from what it has read.
///
/// The conditioner says of every unknown cell where its median is and how far the truth may lie from it. What is left over,
/// in units of that distance, is what the denoiser makes. So an evaluation of the sampler costs little, whatever the
/// conditioner costs; PriSTI's prior likewise is made once (Liu et al., "PriSTI", ICDE 2023, section III-B), and a
/// diffusion of the residual of a first estimate is that of Han, Zheng & Zhou, "CARD", NeurIPS 2022, section 2.
struct ResidualNetwork: Sendable {
  let shape: ResidualNetworkShape
  private let cells: Linear, steps: MLP, stepCells: Linear
  private let places: Embedding
  private let conditioner: GridTransformer
  private let norm: LayerNorm
  private let head: Linear

  private let condition: Linear, noisy: Linear, level: MLP
  private let denoiser: GridTransformer
  private let lastNorm: LayerNorm
  private let output: Linear

  /// Numbers a step's network says of each cell, its inner width, and features of a noise level.
  private static let stepCellWidth = 8, stepHidden = 128, levelWidth = 32

  /// Lays out the parameters.
  init(_ shape: ResidualNetworkShape, in layout: inout ParameterLayout) {
    self.shape = shape
    let width = shape.width, own = shape.denoiserWidth
    cells = Linear("cells", inputs: WindowInput.cellWidth, outputs: width, in: &layout)
    steps = MLP(
      "steps",
      widths: [
        WindowInput.stepWidth(channels: shape.channels, inputs: shape.inputs), Self.stepHidden,
        shape.channels * Self.stepCellWidth,
      ], dropout: shape.dropout, in: &layout)
    stepCells = Linear("step-cells", inputs: Self.stepCellWidth, outputs: width, in: &layout)
    places = Embedding(
      "places", entries: shape.length + shape.channels, width: width, deviation: 0.2, in: &layout)
    conditioner = GridTransformer(
      "conditioner", width: width, blocks: shape.blocks, channels: shape.channels, dropout: shape.dropout, in: &layout)
    norm = LayerNorm("norm", width: width, in: &layout)
    // Starts at the base, with errors of its own spread: the mean of an absolute normal error is 0.8 deviations.
    head = Linear("head", inputs: width, prior: [0, -0.22], in: &layout)
    condition = Linear("condition", inputs: width, outputs: own, in: &layout)
    noisy = Linear("noisy", inputs: 2, outputs: own, in: &layout)
    level = MLP("level", widths: [Self.levelWidth, own, own], in: &layout)
    denoiser = GridTransformer(
      "denoiser", width: own, blocks: shape.denoiserBlocks, channels: shape.channels, dropout: 0, in: &layout)
    lastNorm = LayerNorm("last-norm", width: own, in: &layout)
    output = Linear("output", inputs: own, outputs: 1, startsAtZero: true, in: &layout)
  }

  /// What the conditioner says of some windows.
  struct Reading {
    /// What the denoiser takes, `[windows · length · channels, denoiserWidth]`.
    let condition: Variable
    /// Median − base in units of the channel's spread, and the logarithm of the mean absolute error in the same,
    /// `[windows · length · channels, 2]`.
    let estimate: Variable
  }

  /// Reads windows.
  func read(_ input: WindowInput, on tape: Tape) -> Reading {
    let windows = input.windows, tokens = input.tokens
    let rows = windows * tokens
    let cellFeatures = tape.constant(Tensor(input.cells, shape: [rows, WindowInput.cellWidth]))
    let stepFeatures = tape.constant(
      Tensor(input.steps, shape: [windows * input.length, input.steps.count / (windows * input.length)]))
    var indices: [Int32] = []
    indices.reserveCapacity(2 * rows)
    for _ in 0..<windows {
      for step in 0..<input.length {
        for channel in 0..<input.channels {
          indices.append(Int32(step))
          indices.append(Int32(input.length + channel))
        }
      }
    }
    let said = steps(stepFeatures).reshaped(rows: rows, columns: Self.stepCellWidth)
    let start = stepCells(said, addedTo: cells(cellFeatures, addedTo: places(indices, bag: 2, on: tape)))
    let hidden = norm(
      conditioner(start, windows: windows, length: input.length, channels: input.channels))
    return Reading(condition: condition(hidden), estimate: head(hidden))
  }

  /// The network's answer F to noisy residuals, `[rows, 1]`, before ``Preconditioning``.
  ///
  /// - Parameters:
  ///   - condition: of the conditioner, `[rows, denoiserWidth]`.
  ///   - noisy: residuals times the input scale, 0 in known cells, and whether a cell is unknown, `[rows, 2]`.
  ///   - levels: the condition of the noise of each window.
  func answer(_ condition: Variable, noisy input: Variable, levels: [Float]) -> Variable {
    let tape = condition.tape, rows = condition.rows
    let features = TimeEmbedding.sinusoidal(levels.map { 100 * $0 }, width: Self.levelWidth)
    let embedded = level(tape.constant(features)).repeatingRows(rows / levels.count)
    let start = noisy(input, addedTo: condition) + embedded
    let made = denoiser(
      start, windows: levels.count, length: shape.length, channels: shape.channels)
    return output(lastNorm(made))
  }
}
