import Testing

@testable import Tables

@Suite struct TableTests {
  private let table = Table(columns: [
    Column(name: "n", values: .numbers([1, .nan, 3])),
    Column(name: "c", values: .categories(indices: [0, -1, 1], levels: ["a", "b"])),
    Column(name: "t", values: .texts(["x", nil, ""])),
  ])

  @Test func `Missing cells are equal, and not to values`() {
    #expect(table == table)
    #expect(Column.Values.numbers([.nan]) == .numbers([.nan]))
    #expect(Column.Values.numbers([.nan]) != .numbers([0]))
    #expect(Column.Values.texts([nil]) != .texts([""]))
    #expect(Column.Values.texts(["\u{e9}"]) != .texts(["e\u{301}"]))
    #expect(table.columns.map(\.missingCount) == [1, 1, 1])
    #expect((0..<3).map { table.columns[2].isMissing($0) } == [false, true, false])
  }

  @Test func `Rows are taken in the order asked`() {
    let picked = table.rows([2, 0, 2])
    #expect(picked["n"]?.values == .numbers([3, 1, 3]))
    #expect(picked["c"]?.values == .categories(indices: [1, 0, 1], levels: ["a", "b"]))
    #expect(picked["t"]?.values == .texts(["", "x", ""]))
    #expect(picked["none"] == nil)
  }

  @Test func `Tables join by name, and levels merge`() throws {
    let other = Table(columns: [
      Column(name: "c", values: .categories(indices: [0, 1], levels: ["z", "a"])),
      Column(name: "t", values: .texts(["p", "q"])), Column(name: "n", values: .numbers([7, 8])),
    ])
    let joined = try Table.concatenated([table, other])
    #expect(joined["c"]?.values == .categories(indices: [0, -1, 1, 2, 0], levels: ["a", "b", "z"]))
    #expect(joined["n"]?.values == .numbers([1, .nan, 3, 7, 8]))
    #expect(try Table.concatenated([]).rowCount == 0)
    let error = #expect(throws: TableError.self) {
      try Table.concatenated([table, Table(columns: [other.columns[0], other.columns[1]])])
    }
    #expect(error?.reason == .tablesDiffer)
  }

  @Test func `The nearest name is found, and none where none is near`() {
    #expect(nearest(to: "hieght", in: ["width", "height"]).first == "height")
    #expect(nearest(to: "Age", in: ["wage", "age"]).first == "age")
    #expect(nearest(to: "zebra", in: ["width", "height"]).isEmpty)
  }
}
