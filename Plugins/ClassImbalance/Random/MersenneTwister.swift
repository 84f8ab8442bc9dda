/// The generator MT19937: 32-bit words with a period of 2¹⁹⁹³⁷ − 1.
///
/// Source: M. Matsumoto & T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random
/// number generator", ACM Transactions on Modeling and Computer Simulation 8, 1998; seeding by one number and by an
/// array as their revision of 2002 does it.
struct MersenneTwister: Sendable {
  private static let size = 624, shift = 397
  private var state: [UInt32]
  private var next = size

  /// Begins from one number.
  init(seed: UInt32) {
    state = [seed]
    state.reserveCapacity(Self.size)
    for index in 1..<Self.size {
      let last = state[index - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
    }
  }

  /// Begins from several numbers.
  ///
  /// - Precondition: there is at least one.
  init(seeds: [UInt32]) {
    precondition(!seeds.isEmpty, "a seed needs at least one number")
    self.init(seed: 19_650_218)
    var index = 1, key = 0
    func mixed(_ index: Int, _ factor: UInt32) -> UInt32 {
      let last = state[index - 1]
      return state[index] ^ ((last ^ (last >> 30)) &* factor)
    }
    func wrap() {
      guard index >= Self.size else { return }
      state[0] = state[Self.size - 1]
      index = 1
    }
    for _ in 0..<max(Self.size, seeds.count) {
      state[index] = mixed(index, 1_664_525) &+ seeds[key] &+ UInt32(key)
      index += 1
      wrap()
      key = (key + 1) % seeds.count
    }
    for _ in 1..<Self.size {
      state[index] = mixed(index, 1_566_083_941) &- UInt32(index)
      index += 1
      wrap()
    }
    state[0] = 0x8000_0000
  }

  /// The next word.
  mutating func word() -> UInt32 {
    if next == Self.size { refill() }
    var word = state[next]
    next += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9d2c_5680
    word ^= (word << 15) & 0xefc6_0000
    return word ^ (word >> 18)
  }

  private mutating func refill() {
    state.withUnsafeMutableBufferPointer { state in
      for index in 0..<Self.size {
        let joined = (state[index] & 0x8000_0000) | (state[(index + 1) % Self.size] & 0x7fff_ffff)
        let twist: UInt32 = joined & 1 == 0 ? 0 : 0x9908_b0df
        state[index] = state[(index + Self.shift) % Self.size] ^ (joined >> 1) ^ twist
      }
    }
    next = 0
  }
}
