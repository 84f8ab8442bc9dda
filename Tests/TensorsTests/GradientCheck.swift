import Tensors
import Testing

/// Checks an operation of the tape against a Double reference: its value directly, its gradient against central finite
/// differences of the reference.
///
/// The differences are taken in Double with a step of 1e-5, so that their own error (about 1e-10) is far below the
/// engine's rounding. The scalar that is differentiated is the output's sum, weighted at random so that errors cannot
/// cancel; the weights are handed in as the reference of `*` and `sum`, which have tests of their own.
struct GradientCheck {
  /// How far from the reference, as a share of the largest element. Float32 rounds at 6e-8; sums of up to a hundred
  /// terms, exponentials good to a few ulp and the cancellation in normalisers use up the rest.
  static let float32Tolerance = 1e-5
  /// bfloat16 rounds each operand at 2⁻⁹ = 2e-3, and products of random signs add up to a few times that.
  static let bfloat16Tolerance = 2e-2

  var seed: UInt64 = 1
  var precision = Precision.float32
  var tolerance: Double { precision == .float32 ? Self.float32Tolerance : Self.bfloat16Tolerance }

  /// Runs the check with random inputs of the given shapes.
  func callAsFunction(
    _ shapes: (rows: Int, columns: Int)..., scale: Float = 1, sourceLocation: SourceLocation = #_sourceLocation,
    tape operation: ([Variable]) -> Variable, reference: ([Matrix]) -> Matrix
  ) {
    var stream = RandomStream(seed: seed)
    let inputs = shapes.map { Matrix(random: $0.rows, $0.columns, &stream, scale: scale) }
    check(inputs, sourceLocation: sourceLocation, tape: operation, reference: reference)
  }

  /// Runs the check with given inputs.
  func check(
    _ inputs: [Matrix], sourceLocation: SourceLocation = #_sourceLocation, tape operation: ([Variable]) -> Variable,
    reference: ([Matrix]) -> Matrix
  ) {
    let expected = reference(inputs)
    var stream = RandomStream(seed: seed, stream: 1)
    let weights = Matrix(random: expected.rows, expected.columns, &stream)

    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []), precision: precision)
    let variables = inputs.map { tape.input($0.tensor) }
    let output = operation(variables)
    expect(tape.value(of: output), near: expected, "value", sourceLocation)
    tape.backward(from: (output * tape.constant(weights.tensor)).sum())

    for (index, variable) in variables.enumerated() {
      var differences = Matrix(zeros: inputs[index].rows, inputs[index].columns)
      for element in 0..<differences.values.count {
        func loss(_ shift: Double) -> Double {
          var moved = inputs
          moved[index].values[element] += shift
          return Swift.zip(reference(moved).values, weights.values).reduce(0) { $0 + $1.0 * $1.1 }
        }
        differences.values[element] = (loss(1e-5) - loss(-1e-5)) / 2e-5
      }
      expect(tape.gradient(of: variable), near: differences, "gradient \(index)", sourceLocation)
    }
  }

  private func expect(_ tensor: Tensor, near expected: Matrix, _ what: String, _ location: SourceLocation) {
    #expect(tensor.shape == [expected.rows, expected.columns], "\(what)", sourceLocation: location)
    let worst = Swift.zip(tensor.values, expected.values).reduce(0.0) { worst, pair in
      let error = abs(Double(pair.0) - pair.1)
      return error.isNaN ? .infinity : max(worst, error)
    }
    #expect(
      worst <= tolerance * max(1, expected.largest), "\(what) is off by \(worst) of \(expected.largest)",
      sourceLocation: location)
  }
}
