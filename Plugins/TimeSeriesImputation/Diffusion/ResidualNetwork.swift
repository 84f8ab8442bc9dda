import DiffusionCore
import NeuralNetworks

/// The extents of a ``ResidualNetwork``.
struct ResidualNetworkShape: Codable, Sendable, Equatable {
  /// Steps of a window, steps of a token, channels, and inputs that are known at every step.
  var length: Int, patch: Int, channels: Int, inputs: Int
  /// Width and blocks of the conditioner, and of the denoiser.
  var width: Int, blocks: Int, denoiserWidth: Int, denoiserBlocks: Int
  /// The share of inner values dropped in training.
  var dropout: Float

  /// Tokens of a channel in a window.
  var tokens: Int { length / patch }
  /// Numbers that a channel's course through a window says of each token: fewer in long windows, whose matrix would be large.
  var courseWidth: Int { min(16, max(4, 256 / tokens)) }
}

/// A conditioner that reads what is known of a window once, and a small denoiser that starts from what it has read.
///
/// The conditioner says of every unknown cell where its median is and how far the truth may lie from it. What is left over,
/// in units of that distance, is what the denoiser makes. So an evaluation of the sampler costs little, whatever the
/// conditioner costs; PriSTI's prior likewise is made once (Liu et al., "PriSTI", ICDE 2023, section III-B), and a
/// diffusion of the residual of a first estimate is that of Han, Zheng & Zhou, "CARD", NeurIPS 2022, section 2.
///
/// A token is a few neighbouring steps of a channel, which costs as much less (Nie et al., "A time series is worth 64
/// words", ICLR 2023, section 3.1).
struct ResidualNetwork: Sendable {
  let shape: ResidualNetworkShape
  private let cells: Linear, steps: MLP, stepCells: Linear
  private let places: Embedding
  private let conditioner: GridTransformer
  private let norm: LayerNorm
  private let head: Linear

  private let condition: Linear, noisy: Linear, course: Linear, courseCells: Linear, level: MLP
  private let denoiser: GridTransformer
  private let lastNorm: LayerNorm
  private let output: Linear

  /// Numbers a step's network says of each cell, its inner width, and features of a noise level.
  private static let stepCellWidth = 16, stepHidden = 128, levelWidth = 32

  /// Lays out the parameters.
  init(_ shape: ResidualNetworkShape, in layout: inout ParameterLayout) {
    self.shape = shape
    let width = shape.width, own = shape.denoiserWidth
    cells = Linear("cells", inputs: shape.patch * WindowInput.cellWidth, outputs: width, in: &layout)
    steps = MLP(
      "steps",
      widths: [
        WindowInput.stepWidth(channels: shape.channels, inputs: shape.inputs, patch: shape.patch), Self.stepHidden,
        shape.channels * Self.stepCellWidth,
      ], dropout: shape.dropout, in: &layout)
    stepCells = Linear("step-cells", inputs: Self.stepCellWidth, outputs: width, in: &layout)
    places = Embedding(
      "places", entries: shape.tokens + shape.channels, width: width, deviation: 0.2, in: &layout)
    conditioner = GridTransformer(
      "conditioner", width: width, blocks: shape.blocks, channels: shape.channels, dropout: shape.dropout, in: &layout)
    norm = LayerNorm("norm", width: width, in: &layout)
    // Starts at the base, with errors of its own spread: the mean of an absolute normal error is 0.8 deviations.
    head = Linear("head", inputs: width, prior: (0..<shape.patch).flatMap { _ in [0, -0.22] }, in: &layout)
    condition = Linear("condition", inputs: width, outputs: own, in: &layout)
    noisy = Linear("noisy", inputs: DenoiserCell.width * shape.patch, outputs: own, in: &layout)
    course = Linear(
      "course", inputs: shape.length * DenoiserCell.width, outputs: shape.tokens * shape.courseWidth, in: &layout)
    courseCells = Linear("course-cells", inputs: shape.courseWidth, outputs: own, in: &layout)
    level = MLP("level", widths: [Self.levelWidth, own, own], in: &layout)
    denoiser = GridTransformer(
      "denoiser", width: own, blocks: shape.denoiserBlocks, channels: shape.channels, dropout: 0, in: &layout)
    lastNorm = LayerNorm("last-norm", width: own, in: &layout)
    output = Linear("output", inputs: own, outputs: shape.patch, startsAtZero: true, in: &layout)
  }

  /// What the conditioner says of some windows.
  struct Reading {
    /// What the denoiser takes, `[windows · tokens · channels, denoiserWidth]`.
    let condition: Variable
    /// Median − base in units of the channel's spread, and the logarithm of the mean absolute error in the same,
    /// `[windows · length · channels, 2]`.
    let estimate: Variable
  }

  /// Reads windows.
  func read(_ input: WindowInput, on tape: Tape) -> Reading {
    let windows = input.windows, tokens = shape.tokens, channels = shape.channels
    let rows = windows * tokens * channels
    let cellFeatures = tape.constant(Tensor(input.cells, shape: [rows, shape.patch * WindowInput.cellWidth]))
    let stepFeatures = tape.constant(
      Tensor(input.steps, shape: [windows * tokens, input.steps.count / (windows * tokens)]))
    var indices: [Int32] = []
    indices.reserveCapacity(2 * rows)
    for row in 0..<rows {
      indices.append(Int32(row / channels % tokens))
      indices.append(Int32(tokens + row % channels))
    }
    let said = steps(stepFeatures).reshaped(rows: rows, columns: Self.stepCellWidth)
    let start = stepCells(said, addedTo: cells(cellFeatures, addedTo: places(indices, bag: 2, on: tape)))
    let hidden = norm(conditioner(start, windows: windows, length: tokens, channels: channels))
    // The denoiser takes what the conditioner has learned for its estimates, and has no say in it.
    let fixed = tape.constant(rows: hidden.rows, columns: hidden.columns, at: hidden.values.baseAddress!)
    return Reading(
      condition: condition(fixed), estimate: head(hidden).reshaped(rows: rows * shape.patch, columns: 2))
  }

  /// The network's answer F to noisy residuals, `[cells, 1]`, before ``Preconditioning``.
  ///
  /// - Parameters:
  ///   - condition: of the conditioner, `[tokens, denoiserWidth]`.
  ///   - noisy: of ``DenoiserCell``, `[cells, 4]`.
  ///   - levels: the condition of the noise of each window.
  func answer(_ condition: Variable, noisy input: Variable, levels: [Float]) -> Variable {
    let tape = condition.tape, rows = condition.rows
    let features = TimeEmbedding.sinusoidal(levels.map { 100 * $0 }, width: Self.levelWidth)
    let embedded = level(tape.constant(features)).repeatingRows(rows / levels.count)
    let cells = input.reshaped(rows: rows, columns: DenoiserCell.width * shape.patch)
    let start = courseCells(courses(cells, windows: levels.count), addedTo: noisy(cells, addedTo: condition)) + embedded
    let made = denoiser(start, windows: levels.count, length: shape.tokens, channels: shape.channels)
    return output(lastNorm(made)).reshaped(rows: rows * shape.patch, columns: 1)
  }

  /// What the course of each channel through the window says of each token, `[tokens, courseWidth]`. Attention alone has to
  /// find a token's neighbours before it can go on from them, and draws would jump between tokens.
  private func courses(_ cells: Variable, windows: Int) -> Variable {
    let tokens = shape.tokens, channels = shape.channels
    // [windows · channels, length · 4]
    let courses = cells.swappingAxes(outer: windows, first: tokens, second: channels, width: cells.columns)
      .reshaped(rows: windows * channels, columns: shape.length * DenoiserCell.width)
    return course(courses)
      .swappingAxes(outer: windows, first: channels, second: tokens, width: shape.courseWidth)
  }
}
