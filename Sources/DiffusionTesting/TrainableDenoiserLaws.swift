import DiffusionCore
import NeuralNetworks

/// Checks the laws of ``TrainableDenoiser``: it lays out `parameters` under the name it is given, the same ones every time;
/// the `shape` is kept and what comes out is `finite`; without dropout the same input has the same output (`pure`); the
/// `rows` of a batch do not see each other; and on a small batch the gradient of every parameter and of the input agrees with
/// finite differences (`gradient`) and is not all zero (`flows`).
///
/// - Parameters:
///   - denoiser: the network.
///   - tokens: how many vectors a row has, where it wants more than one.
/// - Throws: ``ConformanceFailure`` with every broken law.
public func checkTrainableDenoiser(
  _ denoiser: some TrainableDenoiser, tokens: Int = 4
) throws(ConformanceFailure) {
  var laws = LawBook("\(type(of: denoiser))")
  let trial = NetworkTrial(denoiser, tokens: denoiser.view == .whole ? 1 : tokens)
  trial.checkParameters(&laws)
  if trial.checkConduct(&laws) { trial.checkGradients(&laws) }
  try laws.close()
}

/// A network with parameters moved away from their start, where blocks that begin at zero would hide what lies before them,
/// and a batch of rows for it.
private struct NetworkTrial {
  private static let rows = 3

  private let denoiser: any TrainableDenoiser
  private let tokens: Int
  private let parameters: ParameterLayout
  private let network: any DenoisingNetwork
  private let store: ParameterStore
  private let input: Tensor
  /// What each output counts in the loss.
  private let weights: Tensor

  init(_ denoiser: any TrainableDenoiser, tokens: Int) {
    self.denoiser = denoiser
    self.tokens = tokens
    var parameters = ParameterLayout()
    network = denoiser.network("net", tokens: tokens, in: &parameters)
    self.parameters = parameters
    var random = RandomStream(seed: 1)
    var values = parameters.initialValues(random.child(1))
    for parameter in parameters.parameters {
      let scale = 0.3 / Float(parameter.rows).squareRoot()
      for i in 0..<parameter.count { values[parameter.offset + i] += scale * random.normal() }
    }
    store = ParameterStore(layout: parameters, values: values)
    let shape = [Self.rows * tokens, denoiser.width]
    input = Tensor(random.normals(shape[0] * shape[1]), shape: shape)
    weights = Tensor(random.normals(shape[0] * shape[1]), shape: shape)
  }

  func checkParameters(_ laws: inout LawBook) {
    laws.expect("parameters", denoiser.width >= 1, "its width is \(denoiser.width)")
    laws.expect("parameters", !parameters.parameters.isEmpty, "it lays out nothing to train")
    for parameter in parameters.parameters {
      laws.expect("parameters", parameter.name.hasPrefix("net."), "'\(parameter.name)' does not begin with its name")
    }
    var again = ParameterLayout()
    _ = denoiser.network("net", tokens: tokens, in: &again)
    laws.expect("parameters", again.parameters == parameters.parameters, "the second time it lays out others")
    let start = parameters.initialValues(RandomStream(seed: 1))
    laws.expect("parameters", start.allSatisfy(\.isFinite), "a start is not finite")
    laws.expect("parameters", again.initialValues(RandomStream(seed: 1)) == start, "one seed gives two starts")
  }

  private func output(_ input: Tensor) -> Tensor {
    let tape = Tape(store: store)
    return tape.value(of: network(tape.constant(input)))
  }

  /// Whether the outputs are fit to be differentiated.
  func checkConduct(_ laws: inout LawBook) -> Bool {
    let plain = output(input)
    let isFit = plain.shape == input.shape && plain.values.allSatisfy(\.isFinite)
    laws.expect("shape", plain.shape == input.shape, "\(input.shape) becomes \(plain.shape)")
    laws.expect("finite", plain.values.allSatisfy(\.isFinite), "an output is not finite")
    guard isFit else { return false }
    // What is drawn anew cannot be differentiated by differences, nor compared.
    let isPure = output(input) == plain
    laws.expect("pure", isPure, "two outputs for one input")
    guard isPure else { return false }
    var changed = input
    let last = (Self.rows - 1) * tokens * denoiser.width
    for i in last..<changed.count { changed.values[i] += 1 }
    let worst = zip(output(changed).values[..<last], plain.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
    laws.expect("rows", worst <= 1e-5, "another last row moves the others by \(worst)")
    return true
  }

  /// The loss, in Double so that its own rounding does not blur the differences.
  private func loss(_ input: Tensor) -> Double {
    zip(output(input).values, weights.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  func checkGradients(_ laws: inout LawBook) {
    let gradients = GradientBuffer(count: parameters.count)
    let tape = Tape(store: store, gradients: gradients)
    let x = tape.input(input)
    tape.backward(from: (network(x) * tape.constant(weights)).sum())
    let whole = gradients.values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()

    var random = RandomStream(seed: 4)
    let step: Float = 1e-3
    /// Whether the derivative along random signs is the one by differences, up to the rounding of Float32.
    func compare(_ name: String, _ gradient: [Float], difference: ([Float]) -> Double) {
      let signs = gradient.map { _ in random.nextWord() & 1 == 0 ? Float(1) : -1 }
      let claimed = zip(gradient, signs).reduce(0) { $0 + Double($1.0 * $1.1) }
      let found = difference(signs) / Double(2 * step)
      let size = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      laws.expect(
        "gradient", abs(claimed - found) <= 0.03 * (size + abs(found)) + 2e-3 * whole,
        "along '\(name)' the derivative is \(claimed), by differences \(found)")
    }
    for parameter in parameters.parameters {
      let range = parameter.offset..<parameter.offset + parameter.count
      let gradient = Array(gradients.values[range]), values = Array(store.values[range])
      laws.expect("flows", gradient.contains { $0 != 0 }, "nothing depends on '\(parameter.name)'")
      compare(parameter.name, gradient) { signs in
        func moved(_ by: Float) -> Double {
          for i in 0..<parameter.count { store.values[parameter.offset + i] = values[i] + by * signs[i] }
          return loss(input)
        }
        let difference = moved(step) - moved(-step)
        for i in 0..<parameter.count { store.values[parameter.offset + i] = values[i] }
        return difference
      }
    }
    compare("input", tape.gradient(of: x).values) { signs in
      func moved(_ by: Float) -> Double {
        var changed = input
        for i in signs.indices { changed.values[i] += by * signs[i] }
        return loss(changed)
      }
      return moved(step) - moved(-step)
    }
  }
}
