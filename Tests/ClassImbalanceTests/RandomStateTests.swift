import Testing

@testable import ClassImbalance

/// Against numpy 2.4.6; see `Tests/Fixtures/balance/generate.py`.
@Suite struct RandomStateTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      var seed: UInt64
      var words: [UInt64], uniforms: [Double], shares: [Double]
      var below: [String: [Int]], choice: [Int], permutation: [Int32], normals: [Double]
    }
    struct Late: Decodable {
      var seed: UInt64, skip: Int, normal: [Double], below10: [Int], second: [Double]
    }
    struct Big: Decodable {
      var seed: String, uniforms: [Double]
    }
    var cases: [Case], late: Late, big: Big
  }

  @Test func `Every draw is numpy's`() throws {
    let fixture: Fixture = try BalanceFixtures.read("randomstate.json")
    #expect(fixture.cases.count == 5)
    for one in fixture.cases {
      var state = RandomState(seed: one.seed)
      #expect(one.words.map { _ in state.integer(through: UInt64(UInt32.max)) } == one.words)
      state = RandomState(seed: one.seed)
      #expect(state.uniforms(5) == one.uniforms)
      state = RandomState(seed: one.seed)
      #expect(one.shares.map { _ in state.uniform(0, 0.5) } == one.shares)
      for (bound, expected) in one.below {
        state = RandomState(seed: one.seed)
        #expect(state.integers(below: try #require(Int(bound)), count: 8) == expected)
      }
      state = RandomState(seed: one.seed)
      #expect(state.integers(below: 7, count: 8) == one.choice)
      state = RandomState(seed: one.seed)
      #expect(state.permutation(20) == one.permutation)
      state = RandomState(seed: one.seed)
      #expect(one.normals.map { _ in state.normal() } == one.normals)
    }
  }

  @Test func `The state is refilled, and the second normal number is kept meanwhile`() throws {
    let late = try BalanceFixtures.read("randomstate.json", as: Fixture.self).late
    var state = RandomState(seed: late.seed)
    _ = state.uniforms(late.skip)
    #expect([state.normal()] == late.normal)
    #expect(state.integers(below: 10, count: 4) == late.below10)
    #expect([state.normal()] == late.second)
  }

  @Test func `A seed of more than 32 bits is taken as numpy takes two words`() throws {
    let big = try BalanceFixtures.read("randomstate.json", as: Fixture.self).big
    var state = RandomState(seed: try #require(UInt64(big.seed)))
    #expect(state.uniforms(5) == big.uniforms)
  }
}
