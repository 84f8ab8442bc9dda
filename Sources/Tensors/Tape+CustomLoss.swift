import CKernels

extension Variable {
  /// A loss that is worked out elsewhere together with its derivative, `[1, 1]`: for formulas that are better fused than
  /// built from the tape's operations.
  ///
  /// - Parameter body: gets the values, and memory of zeros to write the loss's derivative by each of them to, or `nil`
  ///   where no gradient is wanted; returns the loss.
  public func customLoss(
    _ body: (_ values: UnsafePointer<Float>, _ slope: UnsafeMutablePointer<Float>?) -> Double
  ) -> Variable {
    let tape = tape, input = self
    let output = tape.makeNode(1, 1, from: input)
    // The loss and its derivative share their work, so both are made now.
    var slope: UnsafeMutablePointer<Float>?
    if input.isVariable {
      let memory = tape.arena.allocate(Float.self, count: count)
      kernel_fill(memory, 0, count)
      slope = memory
    }
    output.pointer[0] = Float(body(pointer, slope))
    tape.derivative(of: output) { [slope] gradient in tape.passSlope(slope, times: gradient[0], to: input.index) }
    return output
  }
}
