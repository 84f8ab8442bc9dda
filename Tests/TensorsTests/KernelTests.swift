import CKernels
import Foundation
import Tensors
import Testing

@Suite("C kernels")
struct KernelTests {
  private func half(_ value: Float) -> UInt16 {
    var result: UInt16 = 0
    kernel_to_bfloat16([value], &result, 1)
    return result
  }

  @Test("bfloat16 rounds to the nearest, ties to even, and keeps infinities and NaN")
  func bfloat16() {
    func float(_ high: UInt32, _ low: UInt32) -> Float { Float(bitPattern: high << 16 | low) }
    #expect(half(1) == 0x3F80 && half(-2) == 0xC000 && half(0) == 0 && half(-0.0) == 0x8000)
    #expect(half(float(0x3F80, 0x7FFF)) == 0x3F80)
    #expect(half(float(0x3F80, 0x8000)) == 0x3F80)  // a tie, down to the even one
    #expect(half(float(0x3F81, 0x8000)) == 0x3F82)  // a tie, up to the even one
    #expect(half(float(0x3F80, 0x8001)) == 0x3F81)
    #expect(half(.infinity) == 0x7F80 && half(-.infinity) == 0xFF80)
    #expect(half(.greatestFiniteMagnitude) == 0x7F80)  // beyond the largest bfloat16
    for pattern in [0x7F80_0001, 0x7FC0_0000, 0xFFFF_FFFF] as [UInt32] {
      let bits = half(Float(bitPattern: pattern))
      #expect(bits & 0x7F80 == 0x7F80 && bits & 0x7F != 0)
    }
    #expect(half(Float(bitPattern: 1)) == 0)
  }

  @Test("bfloat16 of every remainder of a vector", arguments: [1, 15, 16, 17, 31, 33, 100])
  func bfloat16Lengths(count: Int) {
    var stream = RandomStream(seed: 60)
    let values = stream.normals(count)
    var result = [UInt16](repeating: 0, count: count)
    kernel_to_bfloat16(values, &result, count)
    #expect(result == values.map(half))
  }

  @Test("bfloat16 goes to Float32 and back unchanged")
  func bfloat16RoundTrip() {
    let all = (0...UInt16.max).filter { $0 & 0x7F80 != 0x7F80 || $0 & 0x7F == 0 }
    var floats = [Float](repeating: 0, count: all.count), back = all
    kernel_from_bfloat16(all, &floats, all.count)
    kernel_to_bfloat16(floats, &back, all.count)
    #expect(back == all && floats[0x3F80] == 1)
  }

  @Test("sums of a million terms stay exact to Float32's rounding")
  func sums() {
    var stream = RandomStream(seed: 61)
    for count in [0, 1, 17, 4096, 4097, 1_000_003] {
      let values = stream.uniforms(count).map { $0 - 0.25 }
      let exact = values.reduce(0.0) { $0 + Double($1) }
      #expect(abs(kernel_sum(values, count) - exact) <= 1e-6 * max(1, abs(exact)))
      let squares = values.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(kernel_sum_of_squares(values, count) - squares) <= 1e-6 * max(1, squares))
      let absolutes = values.reduce(0.0) { $0 + abs(Double($1)) }
      #expect(abs(kernel_sum_of_absolutes(values, count) - absolutes) <= 1e-6 * max(1, absolutes))
    }
  }

  private func softmax(_ x: [Float]) -> [Float] {
    [Float](unsafeUninitializedCapacity: x.count) { result, count in
      kernel_softmax_forward(x, 1, kernel_numbers(full: result.baseAddress, half: nil), 1, x.count)
      count = x.count
    }
  }

  @Test("the exponential behind sigmoid and softmax is good to a few units in the last place")
  func exponential() {
    // softmax([x, 0]) = e^x / (1 + e^x), taken where e^x is small: its relative error is that of e^x.
    for step in 0..<8000 {
      let x = -Float(step) * 0.01 - 1
      let result = softmax([x, 0])
      let expected = exp(Double(x)) / (1 + exp(Double(x)))
      #expect(abs(Double(result[0]) - expected) <= 5e-7 * expected)
    }
    for (x, limit) in [(100, 0), (88, 0), (1000, 0)] as [(Float, Float)] {
      let result = softmax([-x, 0])
      #expect(result[0] < 1e-37 + limit && result[1] == 1)
    }
  }

  @Test("a NaN is not swallowed", arguments: Activation.allCases)
  func notANumber(kind: Activation) {
    var number = Float.nan
    withUnsafeMutablePointer(to: &number) {
      let numbers = kernel_numbers(full: $0, half: nil)
      kernel_activation_forward(kind.rawValue, numbers, nil, 1, numbers, .init(), 1)
    }
    // ReLU is max(x, 0), which a comparison makes 0; all others carry it on.
    #expect(number.isNaN || kind == .relu)
    var loss: [Float] = [0, 0]
    #expect(kernel_cross_entropy([Float.nan, 1], 1, 2, 1, &loss).isNaN)
  }

  @Test("quantile features of a score")
  func quantileFeatures() {
    var stream = RandomStream(seed: 62)
    let scores = stream.normals(50) + [-5, 5, 0], known = (0..<53).map { UInt8($0 % 7 == 3 ? 0 : 1) }
    var features = [Float](repeating: .nan, count: 53 * 14)
    kernel_quantile_features(scores, known, &features, 53)
    for cell in 0..<53 {
      let own = features[cell * 14..<cell * 14 + 14].map(Double.init), z = Double(scores[cell])
      guard known[cell] == 1 else {
        #expect(own.allSatisfy { $0 == 0 })
        continue
      }
      let share = 1 / (1 + exp(-z * (1.5957691 + 0.07135482 * z * z)))
      #expect(abs(share - NormalDistribution.cumulative(z)) < 2e-4)
      #expect(own[0] == 1 && own[1] == z)
      for i in 0..<6 {
        // Each doubling of the angle doubles the error of the first sine, about 1e-7.
        let angle = Double.pi * pow(2, Double(i)) * share
        #expect(abs(own[2 + 2 * i] - sin(angle)) < 2e-5 && abs(own[3 + 2 * i] - cos(angle)) < 2e-5)
      }
    }
  }
}
