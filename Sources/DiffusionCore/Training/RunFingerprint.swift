import Foundation

extension TrainingSettings {
  /// Names a run by its data and by what was asked of them, so that a checkpoint is not taken for another run's.
  ///
  /// - Parameters:
  ///   - cells: the encoded rows.
  ///   - repeats: how often each is learned from in one pass; nil: once.
  ///   - method: the method's id.
  ///   - model: what the network is made from.
  public func fingerprint(
    of cells: Cells, repeats: [Int]? = nil, method: String, model: some Encodable
  ) throws -> String {
    var sum = CRC64()
    repeats?.withUnsafeBytes { sum.update($0) }
    cells.codes.withUnsafeBytes { sum.update($0) }
    cells.scores.withUnsafeBytes { sum.update($0) }
    var settings = self
    settings.threads = 1  // Results do not depend on it.
    settings.budget = nil  // Time that was spent is counted, and may be extended.
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try encoder.encode(settings).withUnsafeBytes { sum.update($0) }
    try encoder.encode(model).withUnsafeBytes { sum.update($0) }
    return "\(method) \(sum.text)"
  }
}
