import DownstreamModels
import Tensors
import Testing

@Suite struct FoldsTests {
  @Test(arguments: [1, 2, 3, 7]) func foldsAreOfOneSize(_ folds: Int) {
    let stream = RandomStream(seed: 3)
    for fold in [
      Folds.plain(rows: 100, folds: folds, stream: stream),
      Folds.stratified((0..<100).map { $0 % 9 == 0 ? 1 : 0 }, classes: 2, folds: folds, stream: stream),
    ] {
      let sizes = (0..<folds).map { number in fold.filter { $0 == number }.count }
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      #expect(sizes.reduce(0, +) == 100)
    }
  }

  @Test func classesAreSpreadEvenly() {
    let classes = (0..<103).map { $0 < 17 ? 2 : $0 < 50 ? 1 : $0 < 53 ? -1 : 0 }
    let fold = Folds.stratified(classes, classes: 3, folds: 5, stream: RandomStream(seed: 1))
    for label in -1..<3 {
      let counts = (0..<5).map { number in classes.indices.filter { classes[$0] == label && fold[$0] == number }.count }
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }
  }

  @Test func rowsOfAGroupShareAFold() {
    // 40 groups of 1 to 5 rows, and rows by themselves.
    let groups = (0..<160).map { $0 < 100 ? $0 % 40 / (1 + $0 % 3) : $0 + 1000 }
    let classes = (0..<160).map { $0 % 8 == 0 ? 1 : 0 }
    let fold = Folds.stratified(classes, classes: 2, groups: groups, folds: 4, stream: RandomStream(seed: 1))
    for group in Set(groups) { #expect(Set(groups.indices.filter { groups[$0] == group }.map { fold[$0] }).count == 1) }
    for label in 0..<2 {
      let counts = (0..<4).map { number in classes.indices.count { classes[$0] == label && fold[$0] == number } }
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 4, "\(counts)")
    }
    let alone = Folds.stratified(classes, classes: 2, groups: Array(0..<160), folds: 4, stream: RandomStream(seed: 1))
    #expect(alone == Folds.stratified(classes, classes: 2, folds: 4, stream: RandomStream(seed: 1)))
  }

  @Test func samplesAreDistinctAndOrdered() {
    let rows = Folds.sample(30, of: 100, stream: RandomStream(seed: 5))
    #expect(Set(rows).count == 30 && rows == rows.sorted())
    #expect(rows == Folds.sample(30, of: 100, stream: RandomStream(seed: 5)))
    #expect(Folds.sample(200, of: 3, stream: RandomStream(seed: 5)) == [0, 1, 2])
  }

  @Test func workSideBySideKeepsItsOrder() {
    for threads in [1, 2, 5] { #expect(sideBySide(150, threads: threads) { $0 * $0 } == (0..<150).map { $0 * $0 }) }
    #expect(sideBySide(0, threads: 2) { $0 } == [])
  }

  @Test(arguments: [1, 2, 3, 8]) func differentPiecesOfWorkShareTheThreads(_ threads: Int) {
    let (word, share, list) = sideBySide(
      threads: threads, { @Sendable _ in "one" }, { @Sendable in $0 }, { @Sendable in [Double($0), 2.5] })
    let each = max(1, threads / 3)
    #expect(word == "one" && share == each && list == [Double(each), 2.5])
  }
}
