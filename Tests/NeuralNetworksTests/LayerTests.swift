import Foundation
import NeuralNetworks
import Testing

/// Values and gradients that PyTorch computed in float64: `Tests/Fixtures/engine/generate.py`.
private struct LayerFixture: Decodable {
  struct Values: Decodable { var values: [Double], gradient: [Double] }
  var rows: Int, columns: Int
  var input: [Double], weights: [Double], output: [Double], inputGradient: [Double]
  var parameters: [String: Values]

  static func read(_ name: String) throws -> LayerFixture {
    let data = try Data(contentsOf: EngineFixtures.folder.appendingPathComponent("layers.json"))
    return try #require(JSONDecoder().decode([String: LayerFixture].self, from: data)[name])
  }
}

@Suite("Layers against PyTorch")
struct LayerTests {
  /// Runs a layer with the fixture's parameters and compares its value and all gradients.
  private func check(
    _ name: String, precision: Precision, sourceLocation: SourceLocation = #_sourceLocation,
    layout makeLayer: (inout ParameterLayout) -> (Variable) -> Variable
  ) throws {
    let fixture = try LayerFixture.read(name)
    var layout = ParameterLayout()
    let layer = makeLayer(&layout)
    #expect(Set(layout.parameters.map(\.name)) == Set(fixture.parameters.keys), sourceLocation: sourceLocation)
    var values = [Float](repeating: 0, count: layout.count)
    for parameter in layout.parameters {
      let given = try #require(fixture.parameters[parameter.name]).values
      try #require(given.count == parameter.count)
      for (i, value) in given.enumerated() { values[parameter.offset + i] = Float(value) }
    }
    let buffer = GradientBuffer(count: layout.count)
    let tape = Tape(store: ParameterStore(layout: layout, values: values), gradients: buffer, precision: precision)
    let x = tape.input(Tensor(fixture.input.map { Float($0) }, shape: [fixture.rows, fixture.columns]))
    let y = layer(x)
    expect(y.values, fixture.output, precision, "output", sourceLocation)
    let weights = Tensor(fixture.weights.map { Float($0) }, shape: [y.rows, y.columns])
    tape.backward(from: (y * tape.constant(weights)).sum())
    expect(tape.gradient(of: x).values, fixture.inputGradient, precision, "input gradient", sourceLocation)
    for parameter in layout.parameters {
      let own = buffer.values[parameter.offset..<parameter.offset + parameter.count]
      expect(own, fixture.parameters[parameter.name]!.gradient, precision, parameter.name, sourceLocation)
    }
  }

  /// Float32 gets 1e-5 of the largest element for a dozen operations in a row; bfloat16, which rounds operands at
  /// 2e-3 and does so in every product of the chain, 4e-2.
  private func expect(
    _ own: some Collection<Float>, _ expected: [Double], _ precision: Precision, _ what: String,
    _ location: SourceLocation
  ) {
    #expect(own.count == expected.count, sourceLocation: location)
    let worst = zip(own, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
    let largest = expected.reduce(1) { max($0, abs($1)) }
    #expect(
      worst <= (precision == .float32 ? 1e-5 : 4e-2) * largest, "\(what) is off by \(worst) of \(largest)",
      sourceLocation: location)
  }

  @Test("linear", arguments: Precision.allCases)
  func linear(precision: Precision) throws {
    try check("linear", precision: precision) { layout in
      let layer = Linear("linear", inputs: 17, outputs: 5, in: &layout)
      return { layer($0) }
    }
  }

  @Test(
    "multilayer perceptron", arguments: Precision.allCases,
    [("mlpSiLU", .silu), ("mlpReLU", .relu), ("mlpGELU", .gelu)] as [(String, Activation)])
  func mlp(precision: Precision, kind: (name: String, activation: Activation)) throws {
    // In bfloat16 a rounded value may fall on ReLU's other side, which no tolerance covers.
    if precision == .bfloat16, kind.activation == .relu { return }
    try check(kind.name, precision: precision) { layout in
      let layer = MLP("mlp", widths: [5, 9, 7, 3], activation: kind.activation, in: &layout)
      return { layer($0) }
    }
  }

  @Test("residual block", arguments: Precision.allCases)
  func residual(precision: Precision) throws {
    try check("residual", precision: precision) { layout in
      let layer = ResidualBlock("block", width: 6, hidden: 11, in: &layout)
      return { layer($0) }
    }
  }

  @Test("multi-head attention", arguments: Precision.allCases)
  func attention(precision: Precision) throws {
    try check("attention", precision: precision) { layout in
      let layer = MultiHeadAttention("attention", width: 8, heads: 2, in: &layout)
      return { layer($0, tokens: 3) }
    }
  }

  @Test("transformer block", arguments: Precision.allCases)
  func transformer(precision: Precision) throws {
    try check("transformer", precision: precision) { layout in
      let layer = TransformerBlock("block", width: 8, heads: 4, in: &layout)
      return { layer($0, tokens: 5) }
    }
  }
}
