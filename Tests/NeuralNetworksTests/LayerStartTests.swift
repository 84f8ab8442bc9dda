import NeuralNetworks
import Testing

@Suite("How layers start")
struct LayerStartTests {
  private func run(_ layout: ParameterLayout, rows: Int, columns: Int, _ layer: (Variable) -> Variable) -> (
    [Float], [Float]
  ) {
    let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 90)))
    let tape = Tape(store: store)
    var stream = RandomStream(seed: 91)
    let x = tape.constant(Tensor(stream.normals(rows * columns), shape: [rows, columns]))
    return (Array(x.values), Array(layer(x).values))
  }

  @Test("residual and transformer blocks start as the identity")
  func identity() {
    var layout = ParameterLayout()
    let residual = ResidualBlock("residual", width: 8, hidden: 12, dropout: 0.1, in: &layout)
    let transformer = TransformerBlock("transformer", width: 8, heads: 2, dropout: 0.1, in: &layout)
    let (input, output) = run(layout, rows: 6, columns: 8) { transformer(residual($0), tokens: 3) }
    #expect(input == output)
  }

  @Test("a head with a prior starts there")
  func prior() {
    var layout = ParameterLayout()
    let head = Linear("head", inputs: 4, prior: [0.5, -1, 2], in: &layout)
    #expect(run(layout, rows: 2, columns: 4) { head($0) }.1 == [0.5, -1, 2, 0.5, -1, 2])
  }

  @Test("layer norm starts with gain 1 and bias 0; an embedding with its deviation")
  func norms() {
    var layout = ParameterLayout()
    let norm = LayerNorm("norm", width: 3, in: &layout)
    let embedding = Embedding("embedding", entries: 300, width: 5, deviation: 0.1, in: &layout)
    let store = ParameterStore(layout: layout, values: layout.initialValues(RandomStream(seed: 92)))
    #expect(store.tensor(norm.gain).values == [1, 1, 1] && store.tensor(norm.bias).values == [0, 0, 0])
    let table = store.tensor(embedding.table)
    #expect(table.shape == [300, 5])
    #expect(abs((table.values.reduce(0) { $0 + $1 * $1 } / 1500).squareRoot() - 0.1) < 0.01)
    let rows = embedding([3, -1, 0, 0], bag: 2, on: Tape(store: store)).values
    #expect(Array(rows) == Array(table.values[15..<20]) + table.values[0..<5].map { 2 * $0 })
  }

  @Test("attention never mixes sequences")
  func sequences() {
    var layout = ParameterLayout()
    let attention = MultiHeadAttention("attention", width: 8, heads: 2, in: &layout)
    var stream = RandomStream(seed: 93)
    let store = ParameterStore(layout: layout, values: stream.normals(layout.count))
    func run(_ values: [Float]) -> [Float] {
      let tape = Tape(store: store)
      return Array(attention(tape.constant(Tensor(values, shape: [6, 8])), tokens: 3).values)
    }
    var values = stream.normals(48)
    let before = run(values)
    values[30] += 1
    let after = run(values)
    #expect(before[0..<24] == after[0..<24] && before[24..<48] != after[24..<48])
  }
}
