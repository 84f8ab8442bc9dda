/// What the streams of random numbers under an evaluation's seed are for.
enum StreamUse {
  static let logistic: UInt64 = 101
  static let trees: UInt64 = 102
  static let utilityReal: UInt64 = 103
  static let utilitySynthetic: UInt64 = 104
  static let utilityHoldout: UInt64 = 105
  static let explained: UInt64 = 106
  static let balancing: UInt64 = 107
  static let balancingRows: UInt64 = 108
  static let stackThreshold: UInt64 = 109
  static let overlaps: UInt64 = 110
  static let rows: UInt64 = 111
}
