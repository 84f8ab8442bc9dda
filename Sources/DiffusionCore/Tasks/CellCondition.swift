import Errors
import Foundation
import Tables

/// What must hold for one column of every generated row.
public struct CellCondition: Sendable, Equatable {
  /// What the cell may be.
  public enum Allowed: Sendable, Equatable {
    /// One of some levels.
    case levels([String])
    /// A number (or a date, in the table's own unit) within bounds, both included.
    case range(ClosedRange<Double>)
    /// Missing.
    case missing
  }
  /// The column's name.
  public let column: String
  /// What the cell may be.
  public let allowed: Allowed

  /// Makes a condition.
  public init(column: String, _ allowed: Allowed) {
    self.column = column
    self.allowed = allowed
  }

  /// Reads a condition as a person writes it: `income=>50K`, `age=30..40`, `age=30..`, `city=Oslo|Bergen`, `note=`.
  ///
  /// The column ends at the first `=`, unless its own name holds one. For a number or a date the rest is a value, or a range whose ends are included
  /// and may be left out. For a category it is a level, or several with `|` between them; a level that itself has a bar
  /// is taken whole where it exists. Nothing after the `=` asks for a missing cell.
  ///
  /// - Throws: ``ConditionError`` with the nearest column or level.
  public init(parsing text: String, schema: Schema) throws(ConditionError) {
    guard let first = text.firstIndex(of: "=") else { throw .noSign(text) }
    let longest = schema.columns.map(\.name).filter { text.hasPrefix($0 + "=") }.max { $0.count < $1.count }
    let sign = longest.map { text.index(text.startIndex, offsetBy: $0.count) } ?? first
    let name = String(text[..<sign]), value = String(text[text.index(after: sign)...])
    guard let column = schema[name] else { throw .unknownColumn(name, known: schema.columns.map(\.name)) }
    self.column = name
    if value.isEmpty {
      guard column.missingCount > 0 else { throw .neverMissing(name) }
      allowed = .missing
      return
    }
    switch column.kind {
    case .integer, .decimal, .date, .dateTime: allowed = .range(try Self.range(value, of: column))
    case .boolean, .category, .constant:
      let known: [String] = if case .constant(let only) = column.kind { [only] } else { column.levels }
      let levels = known.contains(value) ? [value] : value.split(separator: "|").map(String.init)
      for level in levels where !known.contains(level) { throw .unknownLevel(level, column: name, known: known) }
      allowed = .levels(levels)
    case .identifier, .text: throw .notModelled(name, kind: column.kind.name.rawValue)
    }
  }

  private static func range(_ text: String, of column: ColumnSchema) throws(ConditionError) -> ClosedRange<Double> {
    func number(_ part: some StringProtocol) throws(ConditionError) -> Double {
      let part = String(part)
      let value: Double? =
        switch column.kind {
        case .date(let format), .dateTime(let format): format.value(of: part)
        default: Double(part)
        }
      guard let value, value.isFinite else {
        throw .notAValue(part, column: column.name, kind: column.kind.name.rawValue)
      }
      return value
    }
    let low: Double, high: Double
    if let dots = text.range(of: "..") {
      let before = text[..<dots.lowerBound], after = text[dots.upperBound...]
      low = before.isEmpty ? -.infinity : try number(before)
      high = after.isEmpty ? .infinity : try number(after)
    } else {
      low = try number(text)
      high = low
    }
    guard low <= high else { throw .emptyRange(text, column: column.name) }
    if let least = column.minimum, let most = column.maximum, high < least || low > most {
      func written(_ value: Double) -> String {
        switch column.kind {
        case .date(let format), .dateTime(let format): format.text(of: value)
        default: value.plainText
        }
      }
      throw .outsideData(text, column: column.name, least: written(least), most: written(most))
    }
    return low...high
  }
}

extension CellCondition.Allowed {
  /// Says of the rows of a column whether their cells are as wanted; none is where the column holds another kind of value.
  public func test(_ column: Column) -> (_ row: Int) -> Bool {
    switch (self, column.values) {
    case (.missing, _): return { column.isMissing($0) }
    case (.range(let range), .numbers(let numbers)): return { range.contains(numbers[$0]) }
    case (.levels(let texts), .categories(let indices, let levels)):
      let allowed = Set(levels.indices.filter { texts.contains(levels[$0]) }.map { Int32($0) })
      return { allowed.contains(indices[$0]) }
    default: return { _ in false }
    }
  }
}

/// A condition that cannot be met, or a request that a model cannot answer.
public enum ConditionError: DiagnosedError, Sendable, Equatable {
  /// There is no `=`.
  case noSign(String)
  /// There is no such column.
  case unknownColumn(String, known: [String])
  /// There is no such level.
  case unknownLevel(String, column: String, known: [String])
  /// The text is no value of the column's kind.
  case notAValue(String, column: String, kind: String)
  /// The range's ends are the wrong way round.
  case emptyRange(String, column: String)
  /// No value of the training data is in the range.
  case outsideData(String, column: String, least: String, most: String)
  /// The column is never missing.
  case neverMissing(String)
  /// The column is made anew, not modelled.
  case notModelled(String, kind: String)
  /// Two conditions name one column.
  case repeated(String)
  /// The conditions hold in no row that the model can make.
  case impossible(String)
  /// The method cannot do what was asked.
  case unsupported(String, method: String)

  /// What is wrong, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .noSign(let text): Diagnosis("'\(text)' is not a condition", cure: "write COLUMN=VALUE, such as 'age=30..40'")
    case .unknownColumn(let name, let known): Diagnosis("there is no column '\(name)'", cure: nearOrKnown(name, known))
    case .unknownLevel(let level, let column, let known):
      Diagnosis("column '\(column)' has no level '\(level)'", cure: nearOrKnown(level, known))
    case .notAValue(let text, let column, let kind):
      Diagnosis("'\(text)' is no \(kind) for column '\(column)'", cure: "write a value or a range such as 30..40")
    case .emptyRange(let text, let column):
      Diagnosis("'\(column)=\(text)' is empty", cure: "write the smaller end first")
    case .outsideData(let text, let column, let least, let most):
      Diagnosis("'\(column)=\(text)' is outside the training data, which run from \(least) to \(most)")
    case .neverMissing(let column):
      Diagnosis("column '\(column)' is never missing in the training data", cure: "write a value after the =")
    case .notModelled(let column, let kind):
      Diagnosis(
        "column '\(column)' is \(kind == "text" ? "free text" : "an identifier"), which is not modelled: it cannot be a condition"
      )
    case .repeated(let column): Diagnosis("column '\(column)' has two conditions", cure: "join them in one")
    case .impossible(let what): Diagnosis("no row can satisfy the conditions together: \(what)")
    case .unsupported(let what, let method): Diagnosis("method '\(method)' cannot \(what)")
    }
  }
}
