import Foundation
import Tensors
import Testing

@testable import Evaluation

@Suite struct NumberBinsTests {
  // python -c "import numpy as np; x = np.array([1, 2.5, 3, 7.25, 11.0, 4.4]); print(np.digitize(np.append(x, np.nan),
  //   np.histogram_bin_edges(x, 10)).tolist())" with numpy 2.4.6
  @Test func agreesWithNumPy() throws {
    let bins = try #require(NumberBins([1, 2.5, 3, 7.25, 11, 4.4]))
    #expect(bins.codes(of: [1, 2.5, 3, 7.25, 11, 4.4, .nan]) == [1, 2, 3, 7, 11, 4, 11])
    #expect(bins.codes(of: [0.5, 12]) == [0, 11])
  }

  @Test func everyCodeIsTheNumberOfEdgesAtOrBelow() throws {
    var random = RandomStream(seed: 1)
    for round in 0..<50 {
      let scale = pow(10, Double(round % 12) - 4)
      let numbers = (0..<40).map { _ in ((Double(random.normal()) * scale) * 100).rounded() / 100 }
      for isOpen in [false, true] {
        let bins = try #require(NumberBins(numbers, isOpen: isOpen))
        for number in numbers + bins.edges.filter(\.isFinite) + [-1e300, 1e300] {
          #expect(bins.code(of: number) == Int32(bins.edges.count { $0 <= number }))
        }
      }
    }
  }

  @Test func oneValueAndNoneAreBinned() throws {
    #expect(NumberBins([.nan]) == nil)
    #expect(try #require(NumberBins([3, 3])).code(of: 3) == 6)
  }
}
