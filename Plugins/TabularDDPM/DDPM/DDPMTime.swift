import DiffusionCore
import NeuralNetworks

/// What fits into the time of a training, with the rows that are made afterwards.
struct DDPMTime: Sendable {
  var seconds: Double
  var threads: Int
  var batch: Int
  var rowsToMake: Int

  /// Names the width among the decisions of a checkpoint.
  static let key = "width"
  /// Steps that a network should have, and evaluations a row that is made.
  private static let leastSteps = 500.0, leastEvaluations = 25
  /// A narrower network is not taken for want of time.
  private static let narrowest = 32
  /// The share of the time for training and for making rows, on processors that others use too.
  private static let share = 0.45

  /// The widest network, from the usual one down by halves, that has steps enough and can make the rows.
  ///
  /// In 20 s on 30,000 rows of adult, a network of 256 had 108 steps, a held-out loss of 1.45 and 12 evaluations a row, one
  /// of 128 528 steps, 1.35 and 25. As with ``TimedWidth`` operations are counted, not measured, so that the same command makes the same network.
  ///
  /// - Parameter evaluations: how many a row should have.
  func widest(
    _ usual: Int, _ layout: DDPMLayout, evaluations: Int, denoiser: (Int) throws -> any TrainableDenoiser
  ) rethrows -> Int {
    let evaluations = Double(min(evaluations, Self.leastEvaluations))
    var width = usual
    while width / 2 >= Self.narrowest {
      var parameters = ParameterLayout()
      let denoiser = try denoiser(width)
      _ = DDPMNetwork(layout, denoiser: denoiser, steps: 1, in: &parameters)
      let tokens = denoiser.view == .tokens ? layout.cells.count : 1
      let weights = Double((parameters.count - layout.embeddings * width) * tokens)
      // A step has three products, making a row one, each of a multiplication and an addition.
      let operations =
        2 * weights * (3 * Double(batch) * Self.leastSteps + Double(rowsToMake) * evaluations)
      if operations <= seconds * Self.share * TimedWidth.rate(TrainingSettings().precision) * Double(threads) { break }
      width /= 2
    }
    return width
  }

  /// The seconds of a training, with enough left for what comes after, but never all of it.
  ///
  /// - Parameters:
  ///   - left: of the time that was given.
  ///   - judging: what judging the model takes.
  ///   - making: what rows with all the evaluations take that they should have.
  ///   - evaluations: how many these are.
  func training(left: Double, judging: Double, making: Double, evaluations: Int) -> Double {
    let after = 1.2 * judging + 0.1 * seconds
    let few = making * Double(min(evaluations, Self.leastEvaluations)) / Double(max(evaluations, 1))
    // Rows with few evaluations of a network that has learned are better than the contrary.
    let most = max(left - after - 1.2 * few, 0.2 * left)
    return max(left - after - 1.2 * making, min(0.4 * left, most), seconds / 20)
  }
}
