import Tensors

/// A plain matrix of Doubles: what the reference implementations of the tests compute on.
struct Matrix {
  var rows: Int, columns: Int
  var values: [Double]

  init(_ rows: Int, _ columns: Int, _ values: [Double]) {
    precondition(values.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  init(zeros rows: Int, _ columns: Int) { self.init(rows, columns, Array(repeating: 0, count: rows * columns)) }

  /// Normal numbers that Float32 holds exactly, so that the engine and the reference start from the same values.
  init(random rows: Int, _ columns: Int, _ stream: inout RandomStream, scale: Float = 1) {
    self.init(rows, columns, stream.normals(rows * columns).map { Double($0 * scale) })
  }

  init(_ tensor: Tensor) { self.init(tensor.shape[0], tensor.shape[1], tensor.values.map(Double.init)) }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  var tensor: Tensor { Tensor(values.map { Float($0) }, shape: [rows, columns]) }
  var largest: Double { values.reduce(0) { max($0, abs($1)) } }

  func map(_ f: (Double) -> Double) -> Matrix { Matrix(rows, columns, values.map(f)) }

  func zip(_ other: Matrix, _ f: (Double, Double) -> Double) -> Matrix {
    precondition(rows == other.rows && columns == other.columns)
    return Matrix(rows, columns, Swift.zip(values, other.values).map(f))
  }

  var transposed: Matrix {
    var result = Matrix(zeros: columns, rows)
    for r in 0..<rows { for c in 0..<columns { result[c, r] = self[r, c] } }
    return result
  }

  /// Some neighbouring rows.
  func rows(_ range: Range<Int>) -> Matrix {
    Matrix(range.count, columns, Array(values[range.lowerBound * columns..<range.upperBound * columns]))
  }

  func times(_ other: Matrix) -> Matrix {
    precondition(columns == other.rows)
    var result = Matrix(zeros: rows, other.columns)
    for r in 0..<rows {
      for c in 0..<other.columns {
        for k in 0..<columns { result[r, c] += self[r, k] * other[k, c] }
      }
    }
    return result
  }

  static func stacking(_ parts: [Matrix]) -> Matrix {
    Matrix(parts.reduce(0) { $0 + $1.rows }, parts[0].columns, parts.flatMap(\.values))
  }
}
