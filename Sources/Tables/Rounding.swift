import Foundation

/// What the numbers of a column are rounded to: multiples of a step, or so many significant digits.
public struct Rounding: Sendable, Codable, Equatable {
  /// The decimals by which equality is judged.
  public var decimals: Int
  /// In units of the last decimal.
  public var step: Double
  /// For columns in scientific notation, whose numbers share no last decimal.
  public var significant: Int?

  /// Rounds to decimals.
  public init(decimals: Int, step: Double = 1, significant: Int? = nil) {
    self.decimals = decimals
    self.step = step
    self.significant = significant
  }

  /// The nearest number that the column can hold.
  public func callAsFunction(_ value: Double) -> Double {
    if let significant { return Self.rounded(value, significant: significant) }
    let scale = pow(10, Double(decimals))
    let rounded = (value * scale / step).rounded() * step / scale
    // Beyond what can be scaled a number has no such digits.
    return rounded.isFinite ? rounded : value
  }

  /// How far apart numbers may be that are equal to the last digit.
  public var tolerance: Double { 0.01 * pow(10, -Double(decimals)) }

  /// The distance to the next number that can be written.
  public func digit(at value: Double) -> Double {
    guard let significant, value != 0 else { return step / pow(10, Double(decimals)) }
    return pow(10, log10(abs(value)).rounded(.down) - Double(significant - 1))
  }
}

extension Rounding {
  /// Learns the rounding of a column.
  ///
  /// - Parameter isShortest: whether the schema's decimals say nothing of the last digit.
  public init(of values: [Double], decimals: Int, isShortest: Bool) {
    self.init(decimals: decimals, step: Self.step(of: values, decimals: decimals))
    guard isShortest, let digits = Self.significantDigits(of: values) else { return }
    // Seventeen digits tell any two numbers apart, decimals only where numbers are not tiny.
    guard digits <= 15 || values.contains(where: { abs(self($0) - $0) > 1e-9 * abs($0) }) else { return }
    let least = values.lazy.filter { $0 != 0 && $0.isFinite }.map { abs($0) }.min() ?? 1
    step = 1
    significant = digits
    self.decimals = min(max(digits - 1 - Int(log10(least).rounded(.down)), 0), 300)
  }

  /// The greatest step of which all values are multiples, in units of the last decimal.
  private static func step(of values: [Double], decimals: Int) -> Double {
    let scale = pow(10, Double(decimals))
    var divisor: Int64 = 0
    for value in values where value.isFinite {
      let scaled = (value * scale).rounded()
      guard abs(scaled) < 1e15 else { return 1 }
      var a = abs(Int64(scaled)), b = divisor
      while b != 0 { (a, b) = (b, a % b) }
      divisor = a
      if divisor == 1 { return 1 }
    }
    return Double(max(divisor, 1))
  }

  /// The significant digits that every value needs, 17 where more than 15; nothing without values.
  private static func significantDigits(of values: [Double]) -> Int? {
    var digits = 1, isEmpty = true
    for value in values where value.isFinite {
      isEmpty = false
      while rounded(value, significant: digits) != value {
        digits += 1
        if digits > 15 { return 17 }
      }
    }
    return isEmpty ? nil : digits
  }

  private static func rounded(_ value: Double, significant: Int) -> Double {
    guard value.isFinite, value != 0 else { return value }
    return Double(String(format: "%.*e", significant - 1, value)) ?? value
  }
}
