import Testing

@testable import Tables

@Suite struct DateTests {
  @Test func `Days are counted from 1970-01-01 through leap years`() {
    #expect(CivilDate(year: 1970, month: 1, day: 1)?.daysSince1970 == 0)
    #expect(CivilDate(year: 2000, month: 3, day: 1)?.daysSince1970 == 11_017)
    #expect(CivilDate(year: 1900, month: 2, day: 29) == nil)
    #expect(CivilDate(year: 2000, month: 2, day: 29) != nil)
    #expect(CivilDate(year: 2023, month: 4, day: 31) == nil)
  }

  @Test func `Every day of a thousand years follows the one before`() {
    var expected = CivilDate(year: 1600, month: 1, day: 1)!
    let first = expected.daysSince1970
    for offset in 0..<365_242 {
      let date = CivilDate(daysSince1970: first + offset)
      if date != expected {
        Issue.record("day \(offset): \(date)")
        return
      }
      expected =
        CivilDate(year: date.year, month: date.month, day: date.day + 1)
        ?? CivilDate(year: date.year, month: date.month + 1, day: 1) ?? CivilDate(
          year: date.year + 1, month: 1, day: 1)!
      if date.daysSince1970 != first + offset {
        Issue.record("\(date) counts \(date.daysSince1970)")
        return
      }
    }
  }

  @Test(arguments: [
    "yyyy-MM-dd", "d/M/yyyy", "yyyy-MM-dd HH:mm", "dd.MM.yyyy H:mm:ss", "yyyy-MM-ddTHH:mm:ss.SSSSSSZ",
    "MM-dd-yyyy HH:mm:ss.S-05:00",
  ]) func `What a format writes it reads`(pattern: String) throws {
    let format = try DateFormat(pattern: pattern)
    #expect(format.pattern == pattern)
    var random = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      let days = Double(Int.random(in: -300_000...300_000, using: &random))
      let value = format.hasTime ? days * 86_400 + Double(Int.random(in: 0..<1440, using: &random) * 60) : days
      let text = format.text(of: value)
      #expect(format.value(of: text) == value, "\(text)")
    }
  }

  @Test func `Values between are rounded, and the year stays of four digits`() throws {
    let day = try DateFormat(pattern: "yyyy-MM-dd")
    #expect(day.text(of: 19_752.6) == "2024-01-31")
    #expect(day.text(of: 1e12) == "9999-12-31")
    #expect(day.text(of: -1e12) == "0000-01-01")
    let minute = try DateFormat(pattern: "yyyy-MM-dd HH:mm")
    #expect(minute.text(of: 86_399) == "1970-01-02 00:00")
    #expect(minute.text(of: -60) == "1969-12-31 23:59")
    let tenth = try DateFormat(pattern: "HH:mm:ss.S dd.MM.yyyy")
    #expect(tenth.text(of: 1.26) == "00:00:01.3 01.01.1970")
  }

  @Test(arguments: ["", "yyyy", "yyyy-MM-dd HH", "yy-MM-dd", "yyyy-MM-dd dd", "MMM d yyyy"])
  func `What is not a format is refused`(pattern: String) {
    let error = #expect(throws: TableError.self) { try DateFormat(pattern: pattern) }
    #expect(error?.reason == .unknownFormat)
    #expect(error?.found == pattern)
  }

  @Test(arguments: ["2024-1-31", "2024-02-30", "2024-01-31 ", "24-01-31", "2024-13-01", ""])
  func `Texts that do not fit are refused`(text: String) throws {
    #expect(try DateFormat(pattern: "yyyy-MM-dd").value(of: text) == nil)
  }
}
