import Foundation
import Tables

/// The values that a column of numbers can hold: its digits, or the unit of its dates, and its range.
struct NumberGrid: Sendable {
  /// The step of the grid as a quotient of two whole numbers, which rounds less than a fraction; nil where any number will do.
  private let steps: (numerator: Double, denominator: Double)?
  private let range: ClosedRange<Double>?
  let isDate: Bool

  init(_ column: ColumnSchema, values: [Double], missing: [Bool]) {
    var least = Double.infinity, most = -Double.infinity
    for (row, value) in values.enumerated() where missing.isEmpty || !missing[row] {
      least = min(least, value)
      most = max(most, value)
    }
    range = least <= most ? least...most : nil
    switch column.kind {
    case .integer:
      isDate = false
      steps = (1, 1)
    case .decimal(let written):
      isDate = false
      // Of numbers in scientific notation the schema's digits say nothing.
      let digits = column.notation.isShortest ? Self.digits(of: values, missing) : written
      steps = digits > 15 ? nil : (1, pow(10, Double(digits)))
    case .date:
      isDate = true
      steps = (1, 1)
    case .dateTime:
      isDate = true
      let unit = [86_400.0, 3600, 60, 1].first { unit in
        values.indices.allSatisfy {
          (!missing.isEmpty && missing[$0]) || (values[$0] / unit).rounded() * unit == values[$0]
        }
      }
      steps = unit.map { ($0, 1) }
    default:
      isDate = false
      steps = nil
    }
  }

  /// The most digits after the mark that a value needs; over 15 where they no longer matter.
  private static func digits(of values: [Double], _ missing: [Bool]) -> Int {
    var most = 0
    for (row, value) in values.enumerated() where missing.isEmpty || !missing[row] {
      let parts = value.description.split(separator: "e")
      let fraction = parts[0].split(separator: ".").dropFirst().first.map { $0 == "0" ? 0 : $0.count } ?? 0
      most = max(most, fraction - (parts.count > 1 ? Int(parts[1]) ?? 0 : 0))
      if most > 15 { break }
    }
    return most
  }

  /// The nearest value on the grid and in the range.
  func nearest(to value: Double) -> Double {
    var value = value
    if let steps {
      let rounded = (value * steps.denominator / steps.numerator).rounded() * steps.numerator / steps.denominator
      if rounded.isFinite { value = rounded }
    }
    guard let range else { return value }
    return min(max(value, range.lowerBound), range.upperBound)
  }
}
