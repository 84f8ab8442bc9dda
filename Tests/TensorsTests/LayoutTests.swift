import Tensors
import Testing

@Suite("Operations that move elements on a tape")
struct LayoutTests {
  @Test("reshaping")
  func reshaped() {
    GradientCheck(seed: 30)((4, 6)) {
      $0[0].reshaped(rows: 8, columns: 3) + ($0[0] * $0[0]).reshaped(rows: 8, columns: 3)
    } reference: {
      Matrix(8, 3, $0[0].values.map { $0 + $0 * $0 })
    }
  }

  @Test("exchanging axes", arguments: [(1, 1, 1, 1), (2, 3, 4, 5), (3, 1, 7, 2), (1, 5, 2, 17)])
  func swapping(extents: (Int, Int, Int, Int)) {
    let (outer, first, second, width) = extents
    GradientCheck(seed: 31)((outer * first, second * width)) { x in
      let once = x[0].swappingAxes(outer: outer, first: first, second: second, width: width)
      return once + once.activated(.tanh)
    } reference: { x in
      Reference.swappingAxes(x[0], outer, first, second, width).map { $0 + Reference.activation(.tanh, $0) }
    }
    GradientCheck(seed: 32)((outer * first, second * width)) { x in  // added to a gradient that is there
      x[0].swappingAxes(outer: outer, first: first, second: second, width: width).sum() + x[0].sum()
    } reference: {
      Matrix(1, 1, [2 * $0[0].values.reduce(0, +)])
    }
  }

  @Test("columns side by side, one of them twice", arguments: [1, 3])
  func concatenating(rows: Int) {
    GradientCheck(seed: 33)((rows, 2), (rows, 17)) {
      Variable.concatenating([$0[0], $0[1], $0[0]])
    } reference: { x in
      Matrix(rows, 21, (0..<rows).flatMap { r in [0, 1, 0].flatMap { x[$0].rows(r..<r + 1).values } })
    }
  }

  @Test("some of the columns", arguments: [0..<1, 0..<17, 5..<16, 4..<4])
  func columns(range: Range<Int>) {
    GradientCheck(seed: 34)((3, 17)) {
      Variable.concatenating([$0[0].columns(range), $0[0].columns(0..<2)])
    } reference: { x in
      Matrix(3, range.count + 2, (0..<3).flatMap { r in (Array(range) + [0, 1]).map { x[0][r, $0] } })
    }
  }

  @Test("windows of a series", arguments: [1, 3, 5], [1, 4])
  func unfolded(kernel: Int, time: Int) {
    GradientCheck(seed: 35)((2 * time, 3)) {
      $0[0].unfolded(time: time, kernel: kernel)
    } reference: { x in
      var result = Matrix(zeros: 2 * time, kernel * 3)
      for series in 0..<2 {
        for t in 0..<time {
          for tap in 0..<kernel {
            let from = t + tap - kernel / 2
            guard from >= 0, from < time else { continue }
            for c in 0..<3 { result[series * time + t, tap * 3 + c] = x[0][series * time + from, c] }
          }
        }
      }
      return result
    }
  }
}
