import DiffusionCore
import Tables
import Testing

@testable import Imputing

/// Whether a table is taken for series, and by which columns.
@Suite struct SeriesDetectionTests {
  private func found(_ data: CSVReader.Result, time: String? = nil, groups: [String] = []) -> SeriesLayout? {
    SeriesDetection(data.table, schema: data.schema).find(time: time, groups: groups)?.layout
  }

  @Test func `Dates that increase make a series`() throws {
    #expect(found(try readings(hours: 50)) == SeriesLayout(time: "when"))
  }

  @Test func `Repeated dates make series of the column that tells them apart`() throws {
    #expect(found(try readings(stations: 3, hours: 50)) == SeriesLayout(time: "when", groups: ["station"]))
  }

  @Test func `Two columns may be needed`() throws {
    var text = "city,kind,day,x\n"
    for day in 1...28 {
      for city in ["Oslo", "Bergen"] {
        for kind in ["air", "sea"] {
          text += "\(city),\(kind),2024-02-\(day < 10 ? "0" : "")\(day),\(day * city.count % 7)\n"
        }
      }
    }
    #expect(found(try read(text)) == SeriesLayout(time: "day", groups: ["city", "kind"]))
  }

  @Test func `Newest first is a series too`() throws {
    let rows = (0..<60).map { "2024-0\(1 + $0 / 28)-\($0 % 28 < 9 ? "0" : "")\(1 + $0 % 28),\($0 * 7 % 13)" }
    #expect(found(try read("day,x\n" + rows.reversed().joined(separator: "\n"))) == SeriesLayout(time: "day"))
  }

  @Test func `Birthdays make no series`() throws {
    let rows = (0..<60).map {
      "19\(50 + $0 * 37 % 50)-0\(1 + $0 * 7 % 9)-1\($0 % 10),\($0 * 7 % 13),\(["a", "b"][$0 % 2])"
    }
    #expect(found(try read("born,x,kind\n" + rows.joined(separator: "\n"))) == nil)
  }

  @Test func `A table without dates is none`() throws {
    #expect(found(try read("a,b\n1,2\n2,3\n3,4\n5,5\n7,6\n")) == nil)
  }

  @Test func `A date with gaps is passed over`() throws {
    let rows = (0..<60).map {
      "\($0 == 20 ? "" : "2024-0\(1 + $0 / 28)-\($0 % 28 < 9 ? "0" : "")\(1 + $0 % 28)"),\($0 * 7 % 13)"
    }
    #expect(found(try read("day,x\n" + rows.joined(separator: "\n"))) == nil)
  }

  @Test func `What the user names is taken`() throws {
    let data = try read("n,x\n" + (0..<40).map { "\($0 * $0),\($0 * 7 % 13)" }.joined(separator: "\n"))
    #expect(found(data, time: "n") == SeriesLayout(time: "n"))
    let many = try readings(stations: 3, hours: 30)
    #expect(found(many, groups: ["station"]) == SeriesLayout(time: "when", groups: ["station"]))
  }
}
