import CXGBoost
import Foundation

/// Trees of XGBoost, through its C interface (T. Chen, C. Guestrin, "XGBoost: a scalable tree boosting system",
/// KDD 2016).
///
/// Unchecked: the library's handle is used by one thread at a time, behind the lock.
final class Booster: @unchecked Sendable {
  private let handle: BoosterHandle
  private let lock = NSLock()
  private let columns: Int

  /// What is asked of the trees.
  enum Output: Int {
    case value = 0
    case margin = 1
    /// Shapley values (S. Lundberg, G. Erion, S.-I. Lee, "Consistent individualized feature attribution for tree
    /// ensembles", 2018), of the margin; the last of each row is the bias.
    case contributions = 2
  }

  /// First and second derivatives of a loss in the margins, row by row, weighted.
  typealias Objective = (_ margins: [Float]) -> (gradient: [Float], curvature: [Float])

  /// Trains. The matrix may go afterwards.
  ///
  /// - Parameter objective: the loss to follow; nil: that of the parameters, which in any case say what margins mean.
  init(
    _ matrix: DataMatrix, columns: Int, rounds: Int, parameters: [String: String], objective: Objective? = nil
  ) throws(DownstreamError) {
    var made: BoosterHandle?
    var matrices: [DMatrixHandle?] = [matrix.handle]
    try XGBoost.check(XGBoosterCreate(&matrices, 1, &made))
    guard let made else { throw .library("no booster was made") }
    handle = made
    self.columns = columns
    for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
      try XGBoost.check(XGBoosterSetParam(handle, name, value))
    }
    for round in 0..<rounds {
      guard let objective else {
        try XGBoost.check(XGBoosterUpdateOneIter(handle, Int32(round), matrix.handle))
        continue
      }
      var (gradients, curvatures) = objective(try predict(matrix, .margin))
      try boost(matrix, gradients: &gradients, curvatures: &curvatures)
    }
  }

  /// Outputs of all trees, row by row.
  func predict(_ matrix: DataMatrix, _ output: Output) throws(DownstreamError) -> [Float] {
    lock.lock()
    defer { lock.unlock() }
    let request =
      "{\"type\":\(output.rawValue),\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,\"strict_shape\":true}"
    var shape: UnsafePointer<bst_ulong>?
    var dimensions: bst_ulong = 0
    var numbers: UnsafePointer<Float>?
    try XGBoost.check(
      XGBoosterPredictFromDMatrix(handle, matrix.handle, request, &shape, &dimensions, &numbers))
    guard let shape, let numbers else { return [] }
    let count = (0..<Int(dimensions)).reduce(1) { $0 * Int(shape[$1]) }
    return Array(UnsafeBufferPointer(start: numbers, count: count))
  }

  /// What is summed over the splits on a column.
  enum Importance: String {
    case totalGain = "total_gain"
  }

  /// The importance of each column, 0 where there are no splits on it.
  func importances(_ kind: Importance) throws(DownstreamError) -> [Double] {
    lock.lock()
    defer { lock.unlock() }
    var named: bst_ulong = 0
    var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    var dimensions: bst_ulong = 0
    var shape: UnsafePointer<bst_ulong>?
    var scores: UnsafePointer<Float>?
    try XGBoost.check(
      XGBoosterFeatureScore(
        handle, "{\"importance_type\":\"\(kind.rawValue)\"}", &named, &names, &dimensions, &shape, &scores))
    var sums = [Double](repeating: 0, count: columns)
    for place in 0..<Int(named) {
      // Columns without names are called f0, f1, ….
      guard let name = names?[place], let column = Int(String(cString: name).dropFirst()), column < columns,
        let score = scores?[place]
      else { continue }
      sums[column] = Double(score)
    }
    return sums
  }

  // MARK: Gradients of one's own

  /// Grows one tree an output that follows given derivatives of the loss by the outputs, row by row.
  func boost(
    _ matrix: DataMatrix, gradients: inout [Float], curvatures: inout [Float]
  ) throws(DownstreamError) {
    lock.lock()
    defer { lock.unlock() }
    try XGBoost.check(
      XGBoosterBoostOneIter(handle, matrix.handle, &gradients, &curvatures, bst_ulong(gradients.count)))
  }

  // MARK: The file

  /// The trees in the library's own format, universal binary JSON.
  func bytes() throws(DownstreamError) -> [UInt8] {
    lock.lock()
    defer { lock.unlock() }
    var count: bst_ulong = 0
    var start: UnsafePointer<CChar>?
    try XGBoost.check(XGBoosterSaveModelToBuffer(handle, "{\"format\":\"ubj\"}", &count, &start))
    return Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
  }

  deinit { XGBoosterFree(handle) }
}
