import Foundation
import Testing

@testable import Tables

/// Files that would take too much are refused early, with the line.
@Suite struct ReadingLimitsTests {
  private func options(_ change: (inout ReadingLimits) -> Void) -> CSVReadOptions {
    var options = CSVReadOptions()
    change(&options.limits)
    return options
  }

  @Test func `A field that is too long is named by its line and column`() throws {
    let small = options { $0.field = 1000 }
    let whole = try read("a,b\n1,\(String(repeating: "y", count: 1000))\n2,z\n", small)
    #expect(whole.table.rowCount == 2)
    for text in [
      String(repeating: "y", count: 1001), String(repeating: "y", count: 2_000_000),
      "\"" + String(repeating: "y\n", count: 900_000),
    ] {
      let error = try #require(errorReading("a,b\n1,x\n2,\(text)\n3,z\n", small))
      #expect(error.reason == .fieldTooLong)
      #expect(error.line == 3)
      #expect(error.column == "b")
      #expect(error.description.utf8.count < 1000)
    }
  }

  @Test func `A row that is too long is refused before it is read whole`() throws {
    let small = options { $0.row = 10_000 }
    let row = Array(repeating: "12345678", count: 100_000).joined(separator: ",")
    let error = try #require(errorReading(row + "\n" + row + "\n", small))
    #expect(error.reason == .rowTooLong)
    #expect(error.line == 1)
  }

  @Test(arguments: [101, 5000, 1_000_000]) func `Too many columns are refused`(count: Int) throws {
    let small = options { $0.columns = 100 }
    let names = (0..<count).map { "c\($0)" }.joined(separator: ",")
    let error = try #require(errorReading(names + "\n" + names + "\n", small))
    #expect(error.reason == .tooManyColumns)
    #expect(error.line == 1)
    let right = (0..<100).map { "c\($0)" }.joined(separator: ",")
    #expect(try read(right + "\n" + right + "\n", small).table.columns.count == 100)
  }

  @Test func `A table that needs too much memory is refused where it gets there`() throws {
    let small = options { $0.memory = 2 << 20 }
    let text = "a,b\n" + (0..<200_000).map { "\($0 % 7),word \($0)\n" }.joined()
    let error = try #require(errorReading(text, small))
    #expect(error.reason == .tooMuchMemory)
    #expect((1000..<100_000).contains(error.line ?? 0))
    #expect(error.cure.contains("--memory"))
    #expect(try read(text).table.rowCount == 200_000)
    let scratch = Scratch()
    let path = scratch.file(text)
    let held = #expect(throws: TableError.self) { try CSVText(path: path, limits: small.limits) }
    #expect(held?.reason == .tooMuchMemory)
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/bin/gzip")
        || FileManager.default.isExecutableFile(atPath: "/usr/bin/gzip"), "there is no gzip"))
  func `Gzip data that expand too far are refused, unless they may`() throws {
    let scratch = Scratch()
    let make = Process()
    make.executableURL = URL(fileURLWithPath: "/bin/sh")
    make.arguments = ["-c", "(echo a,b; yes 1,y | head -c 300000000) | gzip > \(scratch.path("bomb.csv.gz"))"]
    try make.run()
    make.waitUntilExit()
    let error = #expect(throws: TableError.self) { try CSVReader(path: scratch.path("bomb.csv.gz")).read() }
    #expect(error?.reason == .gzipExpansion)
    #expect((error?.line ?? 0) > 1000)
    let lifted = options {
      $0.expansion = nil
      $0.memory = 64 << 20
    }
    let other = #expect(throws: TableError.self) {
      try CSVReader(path: scratch.path("bomb.csv.gz"), options: lifted).read()
    }
    #expect(other?.reason == .tooMuchMemory)
  }

  @Test func `A name of a column that fills pages is refused`() throws {
    let error = try #require(errorReading(String(repeating: "n", count: 20_000) + ",b\n1,2\n"))
    #expect(error.reason == .longHeader)
    #expect(error.description.utf8.count < 1000)
  }

  @Test func `The default limits leave room for real tables`() {
    let limits = ReadingLimits()
    #expect(limits.field >= 1 << 20 && limits.row >= limits.field && limits.columns >= 10_000)
    #expect(limits.memory >= 256 << 20)
  }
}

/// Conversions that do not trap, and texts that do not flood.
@Suite struct SafeConversionTests {
  @Test func `Any number becomes a whole one`() {
    #expect(Int(clamping: 2.9) == 2 && Int(clamping: -2.9) == -2)
    #expect(Int(clamping: 1e300) == .max && Int(clamping: -1e300) == .min)
    #expect(Int(clamping: .infinity) == .max && Int(clamping: -.infinity) == .min && Int(clamping: .nan) == 0)
    #expect(Int(clamping: 0x1p63) == .max && Int(clamping: (0x1p63).nextDown) == 9_223_372_036_854_774_784)
    #expect(Int(clamping: -0x1p63) == .min)
  }

  @Test func `Numbers are written plainly`() {
    #expect(3.0.plainText == "3" && (-0.0).plainText == "0" && 2.5.plainText == "2.5")
    #expect(1e19.plainText == "1e+19" && Double.greatestFiniteMagnitude.plainText == "1.7976931348623157e+308")
  }

  @Test func `Long texts are cut, however few characters they seem to have`() {
    #expect("short".shortened() == "short")
    #expect(String(repeating: "y", count: 61).shortened() == String(repeating: "y", count: 60) + "…")
    #expect(("e" + String(repeating: "\u{301}", count: 1_000_000)).shortened().utf8.count < 200)
    #expect(String(repeating: "y", count: 100_000).elided(to: 300).utf8.count < 320)
    #expect("short".elided() == "short")
    #expect(["a", "b", "c"].listed(first: 2) == "a, b, …")
  }

  @Test func `A scale brings squares into range, and leaves ordinary numbers alone`() {
    #expect([1.0, -3e100, .nan].squareScale == 1 && [0.0].squareScale == 1 && [Double]().squareScale == 1)
    for number in [Double.greatestFiniteMagnitude, 1e200, 1e-300, 5e-324] {
      let scaled = number * [number, .nan].squareScale
      #expect((scaled * scaled).isFinite && scaled * scaled > 0)
    }
  }

  @Test(arguments: [
    #"{"sequence":{"last":9223372036854775807,"step":1}}"#, #"{"sequence":{"last":1,"step":9223372036854775807}}"#,
    #"{"counter":{"prefix":"A","width":1000000000000,"suffix":"","last":1}}"#,
    #"{"template":{"_0":[{"random":{"alphabet":"","count":3}}]}}"#,
    #"{"template":{"_0":[{"random":{"alphabet":"ab","count":1000000000000}}]}}"#,
    #"{"template":{"_0":[{"random":{"alphabet":"ab","count":-1}}]}}"#,
  ]) func `A schema whose identifiers cannot be made is refused`(pattern: String) {
    let json = #"{"columns":[{"name":"id","kind":"identifier","pattern":\#(pattern)}],"format":{}}"#
    let error = #expect(throws: TableError.self) { try Schema(json: json) }
    #expect(error?.reason == .invalidSchema)
  }
}
