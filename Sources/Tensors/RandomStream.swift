import Foundation

/// A counter-based stream of random numbers: Philox4x32-10.
///
/// The numbers are a pure function of a key (the seed), a stream number and a counter, so a stream can be
/// stored in a few bytes, jumped anywhere in constant time, and split into independent children. Work that is
/// divided over threads gives each part a child stream of its own, so that results depend on the seed and never
/// on the number of threads.
///
/// Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
/// section 3.3 (Philox) and table 2 (constants).
public struct RandomStream: RandomNumberGenerator, Sendable, Equatable, Codable {
  /// The key of the generator: what the user calls the seed.
  public let seed: UInt64
  /// Which of the 2⁶⁴ independent streams under this seed.
  public let stream: UInt64
  /// How many 32-bit words have been drawn.
  public private(set) var position: UInt64

  private var block: SIMD4<UInt32> = .zero
  private var spareNormal: Float?

  private enum CodingKeys: String, CodingKey { case seed, stream, position, spareNormal }

  /// Makes the stream at its start, or at a position within it.
  public init(seed: UInt64, stream: UInt64 = 0, position: UInt64 = 0) {
    self.seed = seed
    self.stream = stream
    self.position = position
    if position % 4 != 0 { block = Self.philox(seed: seed, stream: stream, counter: position / 4) }
  }

  /// Reads a stream back, so that it goes on as the stored one would have.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      seed: try values.decode(UInt64.self, forKey: .seed),
      stream: try values.decode(UInt64.self, forKey: .stream),
      position: try values.decode(UInt64.self, forKey: .position))
    spareNormal = try values.decodeIfPresent(Float.self, forKey: .spareNormal)
  }

  /// Writes what a stream needs to go on.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(seed, forKey: .seed)
    try values.encode(stream, forKey: .stream)
    try values.encode(position, forKey: .position)
    try values.encodeIfPresent(spareNormal, forKey: .spareNormal)
  }

  /// Equal streams go on alike.
  public static func == (a: RandomStream, b: RandomStream) -> Bool {
    a.seed == b.seed && a.stream == b.stream && a.position == b.position && a.spareNormal == b.spareNormal
  }

  /// An independent stream named by a label: the same parent and label always give the same child.
  public func child(_ label: UInt64) -> RandomStream {
    let mixed = Self.philox(seed: seed ^ 0x9E37_79B9_7F4A_7C15, stream: stream, counter: label)
    return RandomStream(seed: seed, stream: UInt64(mixed.x) << 32 | UInt64(mixed.y))
  }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    let lane = Int(position & 3)
    if lane == 0 { block = Self.philox(seed: seed, stream: stream, counter: position >> 2) }
    position &+= 1
    return block[lane]
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let high = UInt64(nextWord())
    return high << 32 | UInt64(nextWord())
  }

  /// A uniform number in [0, 1), with 24 bits.
  public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

  /// A uniform number in [0, 1), with 53 bits.
  public mutating func uniformDouble() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A standard normal number, by the Box–Muller transform.
  public mutating func normal() -> Float {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = (-2 * Foundation.log(Float(nextWord() >> 8) * 0x1p-24 + 0x1p-25)).squareRoot()
    let angle = 2 * Float.pi * uniform()
    spareNormal = radius * Foundation.sin(angle)
    return radius * Foundation.cos(angle)
  }

  /// A uniform integer in `0 ..< bound`, without bias.
  ///
  /// Source: D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29, 2019, algorithm 5.
  ///
  /// - Precondition: `0 < bound ≤ 2³²`.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= 1 << 32, "a random integer needs a bound in 1 ... 2^32, not \(bound)")
    let range = UInt64(bound)
    var product = UInt64(nextWord()) &* range
    if product & 0xFFFF_FFFF < range {
      let threshold = (1 << 32 - range) % range
      while product & 0xFFFF_FFFF < threshold { product = UInt64(nextWord()) &* range }
    }
    return Int(product >> 32)
  }

  /// `count` uniform numbers in [0, 1).
  public mutating func uniforms(_ count: Int) -> [Float] {
    (0..<count).map { _ in uniform() }
  }

  /// `count` standard normal numbers.
  public mutating func normals(_ count: Int) -> [Float] {
    (0..<count).map { _ in normal() }
  }

  /// A uniformly random order of `0 ..< count` (Fisher–Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    var last = count - 1
    while last > 0 {
      order.swapAt(last, integer(below: last + 1))
      last -= 1
    }
    return order
  }

  /// One block of the generator: ten rounds over a 128-bit counter (counter, stream) with a 64-bit key (seed).
  public static func philox(seed: UInt64, stream: UInt64, counter: UInt64) -> SIMD4<UInt32> {
    var c = SIMD4<UInt32>(
      UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32),
      UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
    var k0 = UInt32(truncatingIfNeeded: seed)
    var k1 = UInt32(truncatingIfNeeded: seed >> 32)
    for _ in 0..<10 {
      let a = UInt64(0xD251_1F53) &* UInt64(c.x)
      let b = UInt64(0xCD9E_8D57) &* UInt64(c.z)
      c = SIMD4(
        UInt32(truncatingIfNeeded: b >> 32) ^ c.y ^ k0, UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ c.w ^ k1, UInt32(truncatingIfNeeded: a))
      k0 = k0 &+ 0x9E37_79B9
      k1 = k1 &+ 0xBB67_AE85
    }
    return c
  }
}
