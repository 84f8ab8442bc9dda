/// How columns become the inputs of a linear model: numbers shifted and scaled, categories as places in the vector of
/// coefficients, so that the one-hot is never written out.
public struct LinearDesign: Sendable, Codable {
  /// What is done with each column.
  public var columns: [Form]

  /// What is done with a column.
  public enum Form: Sendable, Equatable, Codable {
    /// A number: missing ones filled in, then less `centre`, over `scale`. Where `indicatesMissing`, a second input is 1
    /// for a number that is missing.
    case number(filling: Double, centre: Double, scale: Double, indicatesMissing: Bool)
    /// A category: an input for each level, 1 for its rows; less `centres`, where they are given. A level whose entry in
    /// `inputs` is negative, and a missing one, have no input.
    case category(inputs: [Int32], centres: [Double]?)
  }

  /// Makes a design.
  public init(columns: [Form]) { self.columns = columns }

  /// The usual design for features: numbers standardised with their mean and deviation, missing ones filled in with the
  /// mean and indicated; an input for each level that occurs.
  public init(standardising features: Features) {
    columns = features.columns.map { column in
      switch column {
      case .numbers(let numbers):
        let present = numbers.filter(\.isFinite)
        // Scaled first, so that no sum of squares overflows.
        let largest = present.reduce(0) { max($0, abs($1)) }
        guard largest > 0 else {
          return .number(filling: 0, centre: 0, scale: 1, indicatesMissing: present.count < numbers.count)
        }
        let count = Double(present.count)
        let mean = present.reduce(0) { $0 + $1 / largest } / count
        let variance = present.reduce(0) { sum, number in
          let difference = number / largest - mean
          return sum + difference * difference / count
        }
        let deviation = variance.squareRoot() * largest
        return .number(
          filling: mean * largest, centre: mean * largest, scale: deviation > 0 ? deviation : 1,
          indicatesMissing: present.count < numbers.count && !present.isEmpty)
      case .categories(let codes, let levels):
        return .category(inputs: LinearDesign.occurring(codes, levels: levels), centres: nil)
      }
    }
  }

  /// An input for each level that occurs, in order; -1 for the others.
  public static func occurring(_ codes: [Int32], levels: Int) -> [Int32] {
    var inputs = [Int32](repeating: -1, count: levels)
    for code in codes where code >= 0 { inputs[Int(code)] = 0 }
    var next: Int32 = 0
    for level in inputs.indices where inputs[level] == 0 {
      inputs[level] = next
      next += 1
    }
    return inputs
  }

  /// The features as inputs.
  func rows(_ features: Features) -> DesignRows {
    precondition(features.columns.count == columns.count, "a design of other columns cannot take these features")
    return DesignRows(features, self)
  }
}

/// Rows as the inputs of a linear model: a dense block of numbers, and for every other column the place of its 1.
struct DesignRows: Sendable {
  let count: Int
  /// The numbers of inputs: dense ones, which come first, and all.
  let dense: Int, width: Int
  /// The dense inputs, row by row.
  let numbers: [Double]
  /// Places of ones, `lookups` for each row; -1: none.
  let lookups: Int
  let places: [Int32]
  /// What is taken off inputs that are ones and zeros: place and centre.
  let centres: [(place: Int, centre: Double)]

  // Beyond this many deviations a number says no more; it keeps sums finite whatever the input.
  private static let farthest = 1e12

  init(_ features: Features, _ design: LinearDesign) {
    var dense = 0
    var lookups = 0
    for form in design.columns {
      switch form {
      case .number(_, _, _, let indicates):
        dense += 1
        lookups += indicates ? 1 : 0
      case .category: lookups += 1
      }
    }
    let count = features.rowCount
    var numbers = [Double](repeating: 0, count: count * dense)
    var places = [Int32](repeating: -1, count: count * lookups)
    var centres: [(Int, Double)] = []
    var number = 0
    var lookup = 0
    var next = dense
    for (form, column) in zip(design.columns, features.columns) {
      switch (form, column) {
      case (.number(let filling, let centre, let scale, let indicates), .numbers(let cells)):
        for (row, cell) in cells.enumerated() {
          let value = ((cell.isNaN ? filling : cell) - centre) / scale
          numbers[row * dense + number] = min(max(value, -DesignRows.farthest), DesignRows.farthest)
          if indicates, cell.isNaN { places[row * lookups + lookup] = Int32(next) }
        }
        number += 1
        if indicates {
          lookup += 1
          next += 1
        }
      case (.category(let inputs, let shifts), .categories(let codes, _)):
        for (row, code) in codes.enumerated() where code >= 0 && Int(code) < inputs.count {
          let input = inputs[Int(code)]
          if input >= 0 { places[row * lookups + lookup] = Int32(next) + input }
        }
        let own = Int(inputs.max() ?? -1) + 1
        if let shifts { centres += (0..<own).filter { shifts[$0] != 0 }.map { (next + $0, shifts[$0]) } }
        next += own
        lookup += 1
      default: preconditionFailure("a design for numbers cannot take categories, nor the other way round")
      }
    }
    self.count = count
    self.dense = dense
    width = next
    self.numbers = numbers
    self.lookups = lookups
    self.places = places
    self.centres = centres
  }
}
