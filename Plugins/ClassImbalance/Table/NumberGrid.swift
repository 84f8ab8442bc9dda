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
    case .decimal(let digits):
      isDate = false
      steps = column.notation.isShortest || digits > 15 ? nil : (1, pow(10, Double(digits)))
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
