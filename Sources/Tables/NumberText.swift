#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A number as it stands in a file: its value and how it is written.
struct NumberText: Equatable {
  var value = 0.0
  /// Digits after the decimal mark.
  var fractionDigits: Int32 = 0
  /// Digits from the first that is not 0.
  var significantDigits: Int32 = 0
  var hasMark = false
  var hasExponent = false
  /// Such as 007 or 01.5: likely a code, not a number.
  var hasLeadingZero = false
  var hasPlus = false
  var isNegative = false

  /// From 2^53 on a Double no longer holds every integer.
  var isInexactInteger: Bool {
    !hasMark && !hasExponent && significantDigits > 15 && abs(value) >= 9_007_199_254_740_992
  }
  /// A text that must be kept as it is, though it looks like a number: a code, a telephone number, a long identifier.
  var isCode: Bool { hasLeadingZero || isInexactInteger || (hasPlus && !hasMark && significantDigits >= 7) }

  static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// Reads a number: sign, digits with one decimal mark, exponent; nothing around it. Nil for all else, `inf` and `nan`
  /// too. A number too large for a Double has an infinite value.
  @inline(__always)
  init?(_ bytes: UnsafePointer<UInt8>, count: Int, mark: UInt8, powers: UnsafePointer<Double>) {
    guard count > 0 else { return nil }
    var position = 0
    if bytes[0] == UInt8(ascii: "-") {
      isNegative = true
      position = 1
    } else if bytes[0] == UInt8(ascii: "+") {
      hasPlus = true
      position = 1
    }
    // The first 19 digits; more than 15 significant ones go the slow way anyway.
    var mantissa: UInt64 = 0
    var digits: Int32 = 0
    let start = position
    while position < count {
      let digit = bytes[position] &- 48
      guard digit < 10 else { break }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      if mantissa != 0 { significantDigits &+= 1 }
      digits &+= 1
      position &+= 1
    }
    hasLeadingZero = digits > 1 && bytes[start] == 48
    if position < count, bytes[position] == mark {
      hasMark = true
      position &+= 1
      while position < count {
        let digit = bytes[position] &- 48
        guard digit < 10 else { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        if mantissa != 0 { significantDigits &+= 1 }
        fractionDigits &+= 1
        position &+= 1
      }
    }
    guard digits &+ fractionDigits > 0 else { return nil }
    var exponent: Int = 0
    if position < count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      hasExponent = true
      position &+= 1
      var negative = false
      if position < count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
        negative = bytes[position] == UInt8(ascii: "-")
        position &+= 1
      }
      guard position < count, bytes[position] &- 48 < 10 else { return nil }
      while position < count {
        let digit = bytes[position] &- 48
        guard digit < 10 else { break }
        exponent = min(exponent &* 10 &+ Int(digit), 100_000)
        position &+= 1
      }
      if negative { exponent = -exponent }
    }
    guard position == count else { return nil }
    let power = exponent &- Int(fractionDigits)
    // Both the digits and the power of ten are exact, so one rounding gives the nearest Double (Clinger 1990).
    if significantDigits <= 15, power >= -22, power <= 22 {
      let magnitude = power < 0 ? Double(mantissa) / powers[-power] : Double(mantissa) * powers[power]
      value = isNegative ? -magnitude : magnitude
    } else if significantDigits <= 19, mantissa != 0, power <= 0, power >= -19 {
      let magnitude = NumberText.quotient(mantissa, UInt64(powers[-power]))
      value = isNegative ? -magnitude : magnitude
    } else {
      value = NumberText.slowValue(bytes, count: count, mark: mark)
    }
  }

  /// The Double nearest to a quotient of whole numbers that are not 0: what numbers of 16 to 19 digits need, several
  /// times faster than strtod. Both are moved up to the top bit, so that the quotient has 63 or 64 bits; 53 of them stay.
  private static func quotient(_ dividend: UInt64, _ divisor: UInt64) -> Double {
    let (up, divisorUp) = (dividend.leadingZeroBitCount, divisor.leadingZeroBitCount)
    let high = dividend << UInt64(up)
    let (bits, remainder) = (divisor << UInt64(divisorUp)).dividingFullWidth((high >> 1, (high & 1) << 63))
    let surplus = UInt64(11 - bits.leadingZeroBitCount)
    let half: UInt64 = 1 << (surplus - 1)
    let rest = bits & (half * 2 - 1)
    var kept = bits >> surplus
    // Halves go to the even neighbour; a remainder puts the true value above the half.
    if rest > half || (rest == half && (remainder != 0 || kept & 1 == 1)) { kept += 1 }
    let exponent = divisorUp - up - 63 + Int(surplus)
    return Double(kept) * Double(bitPattern: UInt64(1023 + exponent) << 52)
  }

  @inline(never)
  private static func slowValue(_ bytes: UnsafePointer<UInt8>, count: Int, mark: UInt8) -> Double {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { copy in
      for index in 0..<count {
        copy[index] = CChar(bitPattern: bytes[index] == mark ? UInt8(ascii: ".") : bytes[index])
      }
      copy[count] = 0
      return strtod(copy.baseAddress!, nil)
    }
  }

  /// Reads a number from a text; see the other initialiser.
  init?(_ text: some StringProtocol, mark: UInt8 = UInt8(ascii: ".")) {
    var copy = String(text)
    let parsed = copy.withUTF8 { bytes -> NumberText? in
      guard let base = bytes.baseAddress else { return nil }
      return NumberText(base, count: bytes.count, mark: mark, powers: NumberText.powersOfTen)
    }
    guard let parsed else { return nil }
    self = parsed
  }
}
