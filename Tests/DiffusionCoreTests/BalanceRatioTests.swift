import DiffusionCore
import Tables
import Testing

@Suite struct BalanceRatioTests {
  static func classes(_ labels: [String]) throws -> ClassCounts {
    var levels: [String] = []
    for label in labels where !levels.contains(label) { levels.append(label) }
    let indices = labels.map { Int32(levels.firstIndex(of: $0)!) }
    return try ClassCounts(
      of: "y", in: Table(columns: [Column(name: "y", values: .categories(indices: indices, levels: levels))]),
      schema: Schema(columns: [ColumnSchema(name: "y", kind: .category, levels: levels)]))
  }

  static func numbers(_ values: [Double], kind: ColumnKind = .integer) throws -> ClassCounts {
    try ClassCounts(
      of: "y", in: Table(columns: [Column(name: "y", values: .numbers(values))]),
      schema: Schema(columns: [ColumnSchema(name: "y", kind: kind)]))
  }

  // 6 of b, 3 of a, 1 of c.
  static let three = ["b", "b", "a", "b", "a", "c", "b", "a", "b", "b"]

  @Test(arguments: [
    ("auto", [3, 0, 5]), ("not-majority", [3, 0, 5]), ("all", [3, 0, 5]), ("minority", [0, 0, 5]),
    ("not-minority", [3, 0, 0]), ("c=4", [0, 0, 3]), ("a=3,c=2", [0, 0, 1]), ("b=8,a=9", [6, 2, 0]),
  ]) func `Words and totals say how many rows are new`(text: String, expected: [Int]) throws {
    let classes = try Self.classes(Self.three)
    #expect(classes.labels == ["a", "b", "c"])
    #expect(classes.counts == [3, 6, 1])
    #expect(try BalanceRatio(parsing: text).newRows(for: classes) == expected)
  }

  @Test func `A share of the greater of two classes is rounded down`() throws {
    let classes = try Self.classes(Array(repeating: "n", count: 17) + ["y", "y", "y"])
    #expect(try BalanceRatio(parsing: "0.5").newRows(for: classes) == [0, 5])
    #expect(try BalanceRatio(parsing: "1").newRows(for: classes) == [0, 14])
    #expect(throws: BalanceError.shareTooSmall(0.1, present: 3.0 / 17)) {
      try BalanceRatio(parsing: "0.1").newRows(for: classes)
    }
    #expect(throws: BalanceError.shareOfMany(0.5, classes: 3)) {
      try BalanceRatio.share(0.5).newRows(for: Self.classes(Self.three))
    }
  }

  @Test(arguments: ["0", "1.5", "-1", "atuo", "a=", "a=x", "=3", "a=3,a=4", "a=-1", "a=3,b", ""])
  func `What is no ratio is refused`(text: String) throws {
    let error = #expect(throws: BalanceError.self) {
      _ = try BalanceRatio(parsing: text).newRows(for: Self.classes(Self.three))
    }
    #expect(error?.description.isEmpty == false)
    if text == "atuo" { #expect(error?.description.contains("did you mean 'auto'?") == true) }
  }

  @Test func `Names of classes may hold commas and signs`() throws {
    let classes = try Self.classes(["x,y", "x,y", "p=q", "z", "z", "z"])
    #expect(try BalanceRatio(parsing: "x,y=5,p=q=4").newRows(for: classes) == [3, 3, 0])
    #expect(throws: BalanceError.unknownClass("zz", column: "y", known: ["p=q", "x,y", "z"])) {
      try BalanceRatio(parsing: "zz=5").newRows(for: classes)
    }
    #expect(throws: BalanceError.fewerThanPresent("z", asked: 2, present: 3)) {
      try BalanceRatio(parsing: "z=2").newRows(for: classes)
    }
  }

  @Test func `Numbers are ordered by size, texts by code points`() throws {
    #expect(try Self.numbers([10, 9, -1, 10]).labels == ["-1", "9", "10"])
    #expect(try Self.classes(["b", "Z", "é", "e"]).labels == ["Z", "b", "e", "é"])
  }

  @Test func `What is no class is refused`() throws {
    #expect(throws: BalanceError.continuousTarget(column: "y", distinct: 2)) {
      try Self.numbers([0.5, 1], kind: .decimal(digits: 1))
    }
    #expect(throws: BalanceError.continuousTarget(column: "y", distinct: 101)) {
      try Self.numbers((0...100).map(Double.init))
    }
    #expect(throws: BalanceError.oneClass(column: "y", label: "3")) { try Self.numbers([3, 3]) }
    #expect(throws: BalanceError.missingTarget(column: "y", count: 1, firstRow: 2)) { try Self.numbers([3, .nan, 4]) }
    #expect(throws: BalanceError.notClasses(column: "y", kind: "text")) {
      try ClassCounts(
        of: "y", in: Table(columns: [Column(name: "y", values: .texts(["a b", "c d"]))]),
        schema: Schema(columns: [ColumnSchema(name: "y", kind: .text)]))
    }
    #expect(throws: TableError.self) {
      try ClassCounts(
        of: "x", in: Table(columns: [Column(name: "y", values: .numbers([1, 2]))]),
        schema: Schema(columns: [ColumnSchema(name: "y", kind: .integer)]))
    }
  }

  @Test func `Weights bring sums into the proportion that rows would`() throws {
    let request = try BalanceRequest(classes: Self.classes(Self.three), ratio: .notMajority)
    // sklearn.utils.class_weight.compute_class_weight("balanced", ...) of scikit-learn 1.9.1: 10 / (3 × [3, 6, 1]).
    for (weight, expected) in zip(request.weights, [10.0 / 9, 10.0 / 18, 10.0 / 3]) {
      #expect((weight - expected).magnitude < 1e-15)
    }
    let some = try BalanceRequest(classes: Self.classes(Self.three), ratio: BalanceRatio(parsing: "c=3"))
    let sums = zip(some.weights, [3.0, 6, 1]).map { $0 * $1 }
    #expect((sums.reduce(0, +) - 10).magnitude < 1e-12)
    #expect((sums[2] / sums[0] - 1).magnitude < 1e-12)
  }
}
