import DownstreamModels
import Tensors

/// As many real rows as synthetic ones, one below the other, with folds that hold as many of each.
struct BothSides: Sendable {
  /// The real rows, then the synthetic ones.
  let features: Features
  /// The number of rows of each side.
  let half: Int
  /// Which rows are synthetic: 1, else 0.
  let labels: [Int]
  /// The fold of each row.
  let fold: [Int]

  init(_ comparison: Comparison, limit: Int, folds: Int, seed: UInt64, stream: UInt64) throws(DownstreamError) {
    let half = min(comparison.real.rowCount, comparison.synthetic.rowCount, limit)
    guard half >= 2 * folds else { throw .tooFewRows(half, needed: 2 * folds) }
    let random = RandomStream(seed: seed).child(stream)
    let real = Folds.sample(half, of: comparison.real.rowCount, stream: random.child(0))
    let synthetic = Folds.sample(half, of: comparison.synthetic.rowCount, stream: random.child(1))
    features = comparison.real.rows(real).appending(comparison.synthetic.rows(synthetic))
    self.half = half
    labels = [Int](repeating: 0, count: half) + [Int](repeating: 1, count: half)
    fold = Folds.stratified(labels, classes: 2, folds: folds, stream: random.child(2))
  }

  func rows(inFold number: Int) -> [Int] { fold.indices.filter { fold[$0] == number } }
  func rows(outsideFold number: Int) -> [Int] { fold.indices.filter { fold[$0] != number } }
}
