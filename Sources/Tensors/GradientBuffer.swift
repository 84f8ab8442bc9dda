/// A flat vector of gradients beside a ``ParameterStore``. Passes add to it; an optimiser takes and clears it.
///
/// Clearing only makes a note: the next backward pass writes where it would have added, and zeroes what it did not
/// reach. That saves a pass over memory that is as large as the model.
///
/// Unchecked: each chain of shards owns one during a pass, and the optimiser owns all between passes.
public final class GradientBuffer: @unchecked Sendable {
  /// True while the content is worthless and stands for zeros.
  package private(set) var isCleared = false
  private let memory: UnsafeMutableBufferPointer<Float>

  /// Makes a buffer of zeros.
  public init(count: Int) { memory = ParameterStore.aligned(Float.self, count) }

  /// The gradients, in the layout's order.
  public var values: UnsafeMutableBufferPointer<Float> {
    if isCleared {
      memory.update(repeating: 0)
      isCleared = false
    }
    return memory
  }

  /// Sets all to zero.
  public func clear() { isCleared = true }

  /// The memory, which is worthless while ``isCleared``.
  var uncleared: UnsafeMutablePointer<Float>? { memory.baseAddress }

  /// Ends a pass that wrote some parameters: all else becomes zero, if the buffer was cleared.
  func finish(_ layout: ParameterLayout, wrote: (Parameter) -> Bool) {
    guard isCleared, let start = memory.baseAddress else { return }
    for (index, parameter) in layout.parameters.enumerated() {
      let end = index + 1 < layout.parameters.count ? layout.parameters[index + 1].offset : layout.count
      let unwritten = wrote(parameter) ? parameter.offset + parameter.count : parameter.offset
      (start + unwritten).update(repeating: 0, count: end - unwritten)
    }
    isCleared = false
  }

  deinit { memory.baseAddress.map { UnsafeMutableRawPointer($0).deallocate() } }
}
