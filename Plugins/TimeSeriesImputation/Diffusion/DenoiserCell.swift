/// What the denoiser gets of a cell.
///
/// Residuals are given where the window before has drawn them, so that draws go on from window to window.
enum DenoiserCell {
  /// Nothing: its value is known, or was never seen.
  case silent
  /// A noisy residual above what the given ones make likely, times the input scale.
  case noisy(Float)
  /// A residual without noise.
  case given(Float)

  /// Numbers of a cell: what is noisy, that there is one, the given residual, that there is one.
  static let width = 4

  /// Writes the numbers of a cell among many.
  func write(to numbers: UnsafeMutableBufferPointer<Float>, row: Int) {
    let own = numbers.baseAddress! + Self.width * row
    own.update(repeating: 0, count: Self.width)
    switch self {
    case .silent: break
    case .noisy(let value):
      own[0] = value
      own[1] = 1
    case .given(let value):
      own[2] = value
      own[3] = 1
    }
  }
}
