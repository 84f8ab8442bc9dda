import Foundation
import Testing

@testable import Tables

@Suite struct NumberTests {
  private func text(_ value: Double, digits: Int, minimum: Int = 0, shortest: Bool = false) -> String {
    var buffer = ByteBuffer()
    NumberFormat(digits: digits, notation: .init(minimumDigits: minimum, isShortest: shortest), decimalComma: false)
      .append(value, to: &buffer)
    return buffer.string
  }

  @Test func `Numbers are written with their column's digits`() {
    #expect(text(0.1, digits: 1) == "0.1")
    #expect(text(0.1, digits: 3) == "0.1")
    #expect(text(0.1, digits: 3, minimum: 3) == "0.100")
    #expect(text(-2.675, digits: 3) == "-2.675")
    #expect(text(3, digits: 2) == "3")
    #expect(text(-0.001, digits: 2) == "0")
    #expect(text(1e300, digits: 2) == "1e+300")
    #expect(text(123_456_789_012_345, digits: 0) == "123456789012345")
    #expect(text(1e-7, digits: 7, shortest: true) == "1e-07")
  }

  @Test func `Every decimal of up to 15 digits keeps its text`() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      let digits = Int.random(in: 0...9, using: &random)
      let whole = Int.random(in: 0..<1_000_000, using: &random)
      var written = "\(whole)"
      if digits > 0 { written += "." + (0..<digits).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined() }
      let number = NumberText(written)!
      #expect(text(number.value, digits: digits, minimum: digits) == written)
    }
  }

  @Test func `Any Double survives its shortest text`() {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      if !value.isFinite { continue }
      #expect(NumberText(text(value, digits: 17, shortest: true))?.value == value)
    }
  }

  @Test(arguments: [
    "0", "-0.0", "1e22", "1e23", "123456789012345678", "0.1", "9007199254740993", "2.2250738585072014e-308", "5e-324",
    "1.7976931348623157e308", "8.5e-7", "1E5", "+3.25", ".5", "5.",
  ]) func `Numbers are read as strtod reads them`(written: String) {
    #expect(NumberText(written)?.value == strtod(written, nil))
  }

  @Test func `Numbers of 14 to 21 digits are read as strtod reads them`() {
    var random = SeededGenerator(seed: 9)
    for _ in 0..<100_000 {
      let count = Int.random(in: 14...21, using: &random)
      var digits = (0..<count).map { _ in "\(Int.random(in: 0...9, using: &random))" }
      digits.insert(".", at: Int.random(in: 0...count, using: &random))
      let written = digits.joined()
      if NumberText(written)?.value != strtod(written, nil) { Issue.record("\(written)") }
    }
    // Halfway between two Doubles, and just above.
    for written in ["9007199254740993.0", "9007199254740995.0", "4503599627370497.5", "4503599627370498.5001"] {
      #expect(NumberText(written)?.value == strtod(written, nil))
    }
  }

  @Test(arguments: ["", "-", ".", "1e", "1e+", "0x10", "1_000", "1,5", " 1", "1 ", "nan", "inf", "--1", "1.2.3"])
  func `What is not a number is not read as one`(written: String) {
    #expect(NumberText(written) == nil)
  }

  @Test func `Digits, marks and leading zeros are seen`() {
    #expect(NumberText("12.50")?.fractionDigits == 2)
    #expect(NumberText("0.00123")?.significantDigits == 3)
    #expect(NumberText("007")?.hasLeadingZero == true)
    #expect(NumberText("0.7")?.hasLeadingZero == false)
    #expect(NumberText("1,5", mark: UInt8(ascii: ","))?.value == 1.5)
  }
}
