import Tensors
import Testing

@testable import DownstreamModels

@Suite struct CommonLevelsTests {
  private func features(_ codes: [Int32], levels: Int) -> Features {
    Features(names: ["level"], columns: [.categories(codes: codes, levels: levels)], rowCount: codes.count)
  }

  @Test func shortCategoriesStayAsTheyAre() {
    let short = features([0, 2, -1, 499], levels: CommonLevels.most)
    #expect(CommonLevels(short).applied(to: short) == short)
  }

  @Test func ofLongCategoriesRareLevelsAreOne() throws {
    let most = CommonLevels.most, levels = most + 20
    // The last `most` levels occur twice, those before them once.
    let codes = (0..<Int32(levels)).map { $0 } + (20..<Int32(levels)).map { $0 }
    let common = CommonLevels(features(codes, levels: levels))
    let seen = common.applied(to: features([0, 19, 20, Int32(levels - 1), -1, Int32(levels + 5)], levels: levels + 6))
    #expect(seen.columns == [.categories(codes: [500, 500, 0, 499, -1, 500], levels: most + 1)])
  }

  /// A frequent level among thousands of rare ones is found by trees, and rare ones are told as the rest.
  @Test func treesLearnTheFrequentLevel() throws {
    var random = RandomStream(seed: 4)
    let codes = (0..<6000).map { row in row % 3 == 0 ? Int32(7) : Int32(random.integer(below: 5000)) }
    let trees = try GradientBoosting(trees: 100).grow(
      features(codes, levels: 5000), .classes(codes.map { $0 == 7 ? 1 : 0 }, count: 2), seed: 1)
    let told = trees.predict(features([7, 4999, 3], levels: 5000))
    #expect(told[1] > 0.95 && told[3] < 0.05 && told[5] < 0.05)
  }
}
