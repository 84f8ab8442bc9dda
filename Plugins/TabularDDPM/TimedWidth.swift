import DiffusionCore
import NeuralNetworks

/// The width of a network that can be trained in the time there is.
///
/// A wide network that has not learned does worse than a narrow one that has: on a machine without bfloat16 a minute on
/// adult gives a network of 512 some 700 steps and a tree detection of .52, one of 256 2,600 steps and .49.
/// The steps are estimated from the operations they take and from what ordinary processors do, never measured: the same
/// command on the same machine then makes the same network, in a run that is resumed too.
enum TimedWidth {
  /// From the one that is taken where time allows.
  static let candidates = [512, 384, 256, 192, 128]
  /// Steps that a network should have.
  static let leastSteps = 3000

  /// Operations that a thread does in a second, with all that stands around the products.
  static func rate(_ precision: Precision) -> Double { precision == .bfloat16 ? 150e9 : 60e9 }

  /// The steps that fit into the time of a training.
  ///
  /// - Parameter weights: the network's parameters that are multiplied for every row.
  static func steps(weights: Int, in training: TrainingSettings) -> Int {
    guard let seconds = training.budget else { return training.steps ?? .max }
    // Forward, and backward to weights and inputs: three products, each of a multiplication and an addition.
    let operations = 6 * Double(weights) * Double(training.batch)
    return Int(min(seconds * rate(training.precision) * Double(training.threads) / operations, 1e9))
  }

  /// The widest candidate with steps enough, or the narrowest.
  static func widest(
    _ layout: SlotLayout, in training: TrainingSettings, denoiser: (Int) throws -> any TrainableDenoiser
  ) rethrows -> (width: Int, steps: Int) {
    var found = (width: candidates[0], steps: 0)
    for width in candidates {
      var parameters = ParameterLayout()
      _ = MaskedNetwork(
        layout, denoiser: try denoiser(width), prior: Array(repeating: 0, count: layout.outputs), in: &parameters)
      // Codes are looked up, not multiplied.
      found = (width, steps(weights: parameters.count - layout.embeddings * width, in: training))
      if found.steps >= leastSteps { break }
    }
    return found
  }
}
