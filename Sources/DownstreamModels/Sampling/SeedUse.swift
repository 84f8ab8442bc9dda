/// What the streams of random numbers under a model's seed are for.
enum SeedUse {
  static let forestRows: UInt64 = 1
  static let treeDepth: UInt64 = 2
  static let strength: UInt64 = 3
  static let stackFolds: UInt64 = 4
  static let selection: UInt64 = 5
}
