import Tensors
import Testing

@testable import TimeSeriesImputation

@Suite("Noise along gaps, and what given cells make likely")
struct GapPathsTests {
  private static let prior = ResidualPrior(shares: [0.3, 0, 0, 0.5, 0, 0, 0, 0])

  /// The noise of each independent number, `[count][count]`.
  private static func columns(_ path: GapPaths.Path, given: Int = 0) -> [[Float]] {
    (0..<path.count).map { one in path.noise(given: given, (0..<path.count).map { $0 == one ? 1 : 0 }) }
  }

  @Test("given cells make others likely as the normal distribution has it")
  func conditional() {
    // numpy: t=np.array([0,1,3,4.5]);d=abs(t[:,None]-t);C=.3*np.exp(-d/1.5)+.5*np.exp(-d/36)+.2*(d==0)
    // A,B,D=C[:2,:2],C[2:,:2],C[2:,2:];B@np.linalg.solve(A,[1,-.5]);D-B@np.linalg.solve(A,B.T)
    let path = GapPaths(Self.prior, length: 12).path([0, 1, 3, 4.5])
    let mean = path.mean(given: [1, -0.5])
    #expect(Array(mean.prefix(2)) == [1, -0.5])
    // Float32 numbers near 1, a few operations.
    #expect(zip(mean.suffix(2), [0.0531817, 0.0876704]).allSatisfy { abs($0 - $1) < 1e-5 })
    let columns = Self.columns(path, given: 2)
    func covariance(_ a: Int, _ b: Int) -> Float { columns.reduce(0) { $0 + $1[a] * $1[b] } }
    let left = [covariance(2, 2), covariance(2, 3), covariance(3, 3)]
    #expect(zip(left, [0.6585424, 0.2867706, 0.7302805]).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(columns.allSatisfy { $0[0] == 0 && $0[1] == 0 })
  }

  @Test("noise has the correlation, at even and at uneven times", arguments: [UInt64(1), 2, 3], [false, true])
  func factor(seed: UInt64, even: Bool) {
    var random = RandomStream(seed: seed)
    let smooth = ResidualPrior(shares: [0, 0.2, 0, 0, 0, 0.3, 0, 0.4]), shift = 100 * random.uniformDouble()
    let times = even ? (0..<12).map { shift + Double($0) } : (0..<12).map { _ in 30 * random.uniformDouble() }.sorted()
    for prior in [Self.prior, smooth] {
      let columns = Self.columns(GapPaths(prior, length: 20).path(times))
      for a in times.indices {
        for b in times.indices {
          let made = columns.reduce(0) { $0 + $1[a] * $1[b] }
          #expect(abs(Double(made) - prior.correlation(over: abs(times[a] - times[b]))) < 1e-5)
        }
      }
    }
  }
}
