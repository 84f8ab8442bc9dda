import CKernels
import Foundation

/// A rule that moves parameters against their gradient.
public enum OptimizerRule: Sendable, Codable, Equatable {
  /// Stochastic gradient descent with momentum (0 for none): v ← μ v + g; w ← w − η v.
  case momentum(Float)
  /// Kingma & Ba, "Adam", ICLR 2015, algorithm 1; weight decay is added to the gradient.
  case adam(beta1: Float, beta2: Float, epsilon: Float)
  /// Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2.
  case adamW(beta1: Float, beta2: Float, epsilon: Float)
}

/// How parameters are moved and held small.
public struct OptimizerSettings: Sendable, Codable, Equatable {
  /// The rule.
  public var rule: OptimizerRule
  /// The learning rate before its schedule.
  public var learningRate: Float
  /// The strength of L2 regularisation (weight decay).
  public var weightDecay: Float
  /// The strength of L1 regularisation, added to the gradient as its sign.
  public var l1: Float
  /// Gradients whose norm is above this are scaled down to it (Pascanu, Mikolov & Bengio 2013, algorithm 1).
  public var clipNorm: Float?
  /// The decay of the exponential moving average of the parameters; 0 keeps none.
  public var averageDecay: Float

  /// Makes settings; the defaults are those of the tabular method.
  public init(
    rule: OptimizerRule = .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), learningRate: Float = 1e-3,
    weightDecay: Float = 0.01, l1: Float = 0, clipNorm: Float? = nil, averageDecay: Float = 0.999
  ) {
    self.rule = rule
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.l1 = l1
    self.clipNorm = clipNorm
    self.averageDecay = averageDecay
  }
}

/// Moves the parameters of a store, and keeps their moving average.
///
/// Unchecked: one training loop owns it; ``step(_:gradients:rateFactor:gang:)`` splits the vector over threads that
/// touch disjoint parts.
public final class Optimizer: @unchecked Sendable {
  /// The settings it was made with.
  public let settings: OptimizerSettings
  /// How many steps were taken.
  public private(set) var step = 0
  /// The moving average of the parameters, where the settings ask for one.
  public let average: ParameterStore?

  private let first: GradientBuffer, second: GradientBuffer

  /// Starts from a store's values.
  public init(_ settings: OptimizerSettings, store: ParameterStore) {
    self.settings = settings
    first = GradientBuffer(count: store.values.count)
    second = GradientBuffer(count: store.values.count)
    average = settings.averageDecay > 0 ? store.copy() : nil
  }

  /// Takes one step and clears the gradients.
  ///
  /// - Parameters:
  ///   - store: the parameters to move.
  ///   - gradients: buffers whose sum is the gradient.
  ///   - rateFactor: the schedule's factor on the learning rate.
  ///   - gang: the threads that work; the caller's alone where there is none.
  /// - Returns: the norm of the gradient before clipping, or `nil` where nothing asked for it.
  @discardableResult
  public func step(
    _ store: ParameterStore, gradients: [GradientBuffer], rateFactor: Double = 1, gang: ThreadGang? = nil
  ) -> Double? {
    step += 1
    // A buffer that no pass wrote to since it was cleared has nothing to say.
    let written = gradients.filter { !$0.isCleared }
    let given = written.isEmpty ? Array(gradients.prefix(1)) : written
    let norm = settings.clipNorm.map { _ in sumGradients(given) }
    let limit = Double(settings.clipNorm ?? .infinity)
    let scale = norm.map { $0 > limit ? Float(limit / $0) : 1 } ?? 1
    let buffers = settings.clipNorm == nil ? given : [given[0]]
    let count = store.values.count
    // Whole blocks of the kernel, and enough of them to be worth a thread.
    let pieces = max(1, min(gang?.threads ?? 1, count / 8192))
    let size = ((count + pieces - 1) / pieces + 1023) & ~1023
    let work = settings, stepNumber = step
    let update = { @Sendable (piece: Int) in
      let start = piece * size, end = min(start + size, count)
      guard start < end else { return }
      self.update(
        store, buffers, start..<end, rate: work.learningRate * Float(rateFactor), scale: scale, step: stepNumber)
    }
    if let gang { gang.run(pieces, update) } else { update(0) }
    for buffer in gradients { buffer.clear() }
    return norm
  }

  /// Adds all buffers into the first and returns the norm of the sum.
  private func sumGradients(_ gradients: [GradientBuffer]) -> Double {
    guard let total = gradients[0].values.baseAddress else { return 0 }
    let count = gradients[0].values.count
    for buffer in gradients.dropFirst() { kernel_accumulate(buffer.values.baseAddress, 1, total, count) }
    return kernel_sum_of_squares(total, count).squareRoot()
  }

  private func update(
    _ store: ParameterStore, _ gradients: [GradientBuffer], _ range: Range<Int>, rate: Float, scale: Float, step: Int
  ) {
    let start = range.lowerBound
    let value = store.values.baseAddress! + start
    let firstMoment = first.values.baseAddress! + start
    let averages = average.map { $0.values.baseAddress! + start }
    var pointers: [UnsafePointer<Float>?] = gradients.map { UnsafePointer($0.values.baseAddress! + start) }
    // The average follows faster at the start, so that it does not remember the first values (Karras et al. 2024, 3.1,
    // in the simple form of TensorFlow's `num_updates`).
    let averageDecay = min(settings.averageDecay, Float(1 + step) / Float(10 + step))
    var adam = kernel_adam_settings(
      rate: rate, beta1: 0, beta2: 0, epsilon: 0, decay: 0, l1: settings.l1, l2: 0, scale: scale, correction1: 1,
      correction2: 1, average_decay: averageDecay)
    switch settings.rule {
    case .momentum(let momentum):
      adam.beta1 = momentum
      adam.l2 = settings.weightDecay
      kernel_momentum(
        &adam, &pointers, gradients.count, value, firstMoment, averages, store.halves.baseAddress! + start, range.count)
    case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
      adam.beta1 = beta1
      adam.beta2 = beta2
      adam.epsilon = epsilon
      if case .adamW = settings.rule { adam.decay = settings.weightDecay } else { adam.l2 = settings.weightDecay }
      adam.correction1 = 1 / (1 - Foundation.pow(beta1, Float(step)))
      adam.correction2 = 1 / (1 - Foundation.pow(beta2, Float(step)))
      kernel_adam(
        &adam, &pointers, gradients.count, value, firstMoment, second.values.baseAddress! + start, averages,
        store.halves.baseAddress! + start, range.count)
    }
  }

  // MARK: State

  /// All that a checkpoint needs besides the parameters: the moments, and the average where there is one.
  public var state: [(name: String, values: [Float])] {
    var parts = [("first", moments.first), ("second", moments.second)]
    if let average { parts.append(("average", Array(average.values))) }
    return parts.map { (name: $0.0, values: $0.1) }
  }

  /// The running means of gradients and of their squares.
  public var moments: (first: [Float], second: [Float]) { (Array(first.values), Array(second.values)) }

  /// Goes back to a stored state.
  ///
  /// - Precondition: the parts have the sizes of the parameters.
  public func restore(step: Int, first: [Float], second: [Float], average: [Float]?) {
    self.step = step
    _ = self.first.values.update(fromContentsOf: first)
    _ = self.second.values.update(fromContentsOf: second)
    if let average, let own = self.average { _ = own.values.update(fromContentsOf: average) }
  }
}
