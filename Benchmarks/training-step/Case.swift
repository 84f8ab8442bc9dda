import NeuralNetworks

/// One network and batch to time. `compare.py` builds the same from the JSON that ``json`` gives.
struct Case {
  var name: String
  var batch: Int, width: Int, layers: Int
  var dropout: Float = 0
  /// For a transformer the tokens of an example and the heads; `layers` counts its blocks.
  var tokens = 0, heads = 0

  static let inputs = 110
  static let all = [
    Case(name: "mlp-1024x512", batch: 1024, width: 512, layers: 3),
    Case(name: "mlp-256x256", batch: 256, width: 256, layers: 3),
    Case(name: "mlp-4096x256", batch: 4096, width: 256, layers: 3),
    Case(name: "mlp-4096x256-dropout", batch: 4096, width: 256, layers: 3, dropout: 0.1),
    Case(name: "attention-256x16x64", batch: 256, width: 64, layers: 2, tokens: 16, heads: 4),
  ]

  var json: String {
    """
    {"name": "\(name)", "batch": \(batch), "inputs": \(Self.inputs), "width": \(width), "layers": \(layers), \
    "dropout": \(dropout), "tokens": \(tokens), "heads": \(heads), "gflop": \(flops * 1e-9)}
    """
  }

  /// A product of the forward pass for one example: how many, of `[rows, inner] · [inner, columns]`.
  struct Map {
    var count = 1
    var rows = 1
    var inner: Int, columns: Int
    /// Whether the second matrix is a weight that all examples share.
    var hasWeight = true
    /// Whether the left side takes a gradient: the network's input does not.
    var inputGradient = true
  }

  var maps: [Map] {
    if tokens == 0 {
      let widths = [Self.inputs] + Array(repeating: width, count: layers) + [Self.inputs]
      return (0...layers).map { Map(inner: widths[$0], columns: widths[$0 + 1], inputGradient: $0 > 0) }
    }
    let size = width / heads
    let square = Map(rows: tokens, inner: width, columns: width)
    let block = [
      square, square, square,
      Map(count: heads, rows: tokens, inner: size, columns: tokens, hasWeight: false),
      Map(count: heads, rows: tokens, inner: tokens, columns: size, hasWeight: false),
      square,
      Map(rows: tokens, inner: width, columns: 4 * width), Map(rows: tokens, inner: 4 * width, columns: width),
    ]
    return (0..<layers).flatMap { _ in block } + [square]
  }

  /// Operations of the products of one training step; a multiply-add counts twice. Forward, and backward to both sides.
  var flops: Double {
    maps.reduce(0) { total, map in
      let one = 2.0 * Double(batch * map.count * map.rows * map.inner * map.columns)
      return total + one * (map.inputGradient ? 3 : 2)
    }
  }
}

/// The layers of a case.
struct Network {
  private let mlp: MLP?
  private let blocks: [TransformerBlock]
  private let head: Linear?
  private let tokens: Int

  init(_ c: Case, in layout: inout ParameterLayout) {
    tokens = c.tokens
    if c.tokens == 0 {
      mlp = MLP(
        "mlp", widths: [Case.inputs] + Array(repeating: c.width, count: c.layers) + [Case.inputs], activation: .relu,
        dropout: c.dropout, in: &layout)
      (blocks, head) = ([], nil)
    } else {
      mlp = nil
      blocks = (0..<c.layers).map {
        TransformerBlock("block\($0)", width: c.width, heads: c.heads, dropout: c.dropout, in: &layout)
      }
      head = Linear("head", inputs: c.width, outputs: c.width, in: &layout)
    }
  }

  func callAsFunction(_ x: Variable) -> Variable {
    if let mlp { return mlp(x) }
    var h = x
    for block in blocks { h = block(h, tokens: tokens) }
    return head!(h)
  }
}
