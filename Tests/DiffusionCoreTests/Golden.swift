import Foundation

/// The golden values of `Tests/Fixtures/core`, made by `generate.py` there.
enum Golden {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/core")

  struct Contents: Decodable {
    var linear: Gaussian
    var cosine: Gaussian
    var linear1000: [Double]
    var multinomial: Multinomial
    var schedules: Schedules
    var crc64: [String: String]
  }

  struct Gaussian: Decodable {
    var betas: [Double]
    var cumulative: [Double]
    var posteriorClean: [Double]
    var posteriorNoisy: [Double]
    var posteriorVariance: [Double]
  }

  struct Multinomial: Decodable {
    var steps: Int
    var sizes: [Int]
    var t: [Int]
    var clean: [Int32]
    var noisy: [Int32]
    var logits: [Float]
    var marginal: [Double]
    var posterior: [Double]
    var predicted: [Double]
    var loss: [Double]
    var prior: [Double]
  }

  struct Schedules: Decodable {
    var u: [Double]
    var karrasPath: [Double]
    var keep: [String: [Double]]
  }

  static func load() throws -> Contents {
    try JSONDecoder().decode(Contents.self, from: Data(contentsOf: folder.appendingPathComponent("golden.json")))
  }
}

/// The largest difference of two sequences, relative to the larger magnitude where that is above 1.
func worstDifference(_ a: some Sequence<Double>, _ b: some Sequence<Double>) -> Double {
  zip(a, b).map { abs($0 - $1) / max(1, abs($0), abs($1)) }.max() ?? 0
}
