import CKernels

/// A named matrix among the parameters of a model: where it lies, not what it holds.
public struct Parameter: Sendable, Hashable, Codable {
  /// A path such as `block0.linear.weight`, unique in its layout.
  public let name: String
  /// The first element within the flat vector of all parameters.
  public let offset: Int
  /// The extents: a vector has one row.
  public let rows: Int, columns: Int

  /// The number of elements.
  public var count: Int { rows * columns }
}

/// How a parameter starts.
public enum Initialization: Sendable {
  /// Every element the same.
  case constant(Float)
  /// Uniform in ±√(1/inputs): the usual start of a linear layer's weight and bias.
  case uniform(inputs: Int)
  /// Normal with a standard deviation.
  case normal(deviation: Float)
  /// Given values.
  case values([Float])
}

/// Lays out parameters one after another in one flat vector, so that an optimiser, an average or an archive handles
/// any model in one pass.
public struct ParameterLayout: Sendable {
  /// The parameters in order of their offsets.
  public private(set) var parameters: [Parameter] = []
  private var initializations: [Initialization] = []

  /// An empty layout.
  public init() {}

  /// The number of elements of all parameters, with the padding that aligns each.
  public private(set) var count = 0

  /// Adds a matrix and says how it starts.
  ///
  /// - Precondition: the name is new.
  public mutating func add(_ name: String, rows: Int = 1, columns: Int, _ start: Initialization) -> Parameter {
    precondition(!parameters.contains { $0.name == name }, "two parameters are called \(name)")
    let parameter = Parameter(name: name, offset: count, rows: rows, columns: columns)
    parameters.append(parameter)
    initializations.append(start)
    count += (parameter.count + 15) & ~15
    return parameter
  }

  /// The starting values of all parameters: a pure function of the stream, with a child stream for each parameter.
  public func initialValues(_ random: RandomStream) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    for (index, parameter) in parameters.enumerated() {
      var stream = random.child(UInt64(index))
      for i in 0..<parameter.count {
        switch initializations[index] {
        case .constant(let value): values[parameter.offset + i] = value
        case .uniform(let inputs):
          values[parameter.offset + i] = (2 * stream.uniform() - 1) / Float(max(inputs, 1)).squareRoot()
        case .normal(let deviation): values[parameter.offset + i] = deviation * stream.normal()
        case .values(let given): values[parameter.offset + i] = given[i]
        }
      }
    }
    return values
  }
}

/// The values of all parameters of a model, in one flat vector, with a bfloat16 copy for the products.
///
/// Unchecked: the memory is written by an optimiser between passes and only read during a pass; ``ShardedPass``
/// keeps the two apart.
public final class ParameterStore: @unchecked Sendable {
  /// Where each parameter lies.
  public let layout: ParameterLayout
  /// The values, in the layout's order.
  public let values: UnsafeMutableBufferPointer<Float>
  /// The same in bfloat16, kept up by ``refreshHalves()`` or the optimiser.
  public let halves: UnsafeMutableBufferPointer<UInt16>

  /// Makes a store with given values, one for every element of the layout.
  public init(layout: ParameterLayout, values initial: [Float]) {
    precondition(
      initial.count == layout.count, "a layout of \(layout.count) needs as many values, not \(initial.count)")
    self.layout = layout
    values = Self.aligned(Float.self, layout.count)
    halves = Self.aligned(UInt16.self, layout.count)
    _ = values.update(fromContentsOf: initial)
    refreshHalves()
  }

  /// A store of its own with the same layout and values.
  public func copy() -> ParameterStore { ParameterStore(layout: layout, values: Array(values)) }

  /// Writes the bfloat16 copy anew after the values changed.
  public func refreshHalves() {
    guard let to = halves.baseAddress, let from = values.baseAddress else { return }
    kernel_to_bfloat16(from, to, values.count)
  }

  /// The values of one parameter.
  public func tensor(_ parameter: Parameter) -> Tensor {
    Tensor(
      Array(values[parameter.offset..<parameter.offset + parameter.count]), shape: [parameter.rows, parameter.columns])
  }

  static func aligned<Element: BitwiseCopyable & Numeric>(_ type: Element.Type, _ count: Int)
    -> UnsafeMutableBufferPointer<Element>
  {
    let raw = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: Arena.alignment)
    let typed = raw.bindMemory(to: Element.self)
    typed.initialize(repeating: 0)
    return UnsafeMutableBufferPointer(rebasing: typed[0..<count])
  }

  deinit {
    values.baseAddress.map { UnsafeMutableRawPointer($0).deallocate() }
    halves.baseAddress.map { UnsafeMutableRawPointer($0).deallocate() }
  }
}
