import Foundation

/// A value of a model file that checks itself before it is used.
///
/// A model file is untrusted: it may be damaged, or made to do harm, and whoever forges one forges its checksums too. What is
/// decoded has the right types; ``check(_:)`` says whether counts agree, indices lie in range and numbers are possible.
///
///     extension QuantileMap {
///       func check(_ field: StoredField) throws(ArchiveError) {
///         try field("knots").ascending(knots)
///         try field("count").within(count, knots.count...StoredField.mostRows)
///       }
///     }
public protocol StoredContents: Decodable, Sendable {
  /// Checks every field, and the fields against each other.
  ///
  /// - Throws: ``ArchiveError`` that names the first field that is wrong, what was found and what was expected.
  func check(_ field: StoredField) throws(ArchiveError)
}

/// The place of a value in a model file, with the checks that many values need.
public struct StoredField: Sendable {
  /// The most rows, steps or cells that any count may speak of: sums of a few of them do not overflow.
  public static let mostRows = 1 << 48

  /// The path of the value: `model.coding.columns[3].map.knots`.
  public let path: String
  /// The file, for messages.
  public let file: String

  /// Names a place.
  public init(_ path: String, file: String = "") {
    self.path = path
    self.file = file
  }

  /// A value within this one, by name.
  public func callAsFunction(_ name: String) -> StoredField { StoredField("\(path).\(name)", file: file) }

  /// A value within this one, by place or key.
  public subscript(_ place: Int) -> StoredField { StoredField("\(path)[\(place)]", file: file) }

  /// Throws unless a value is as it must be.
  ///
  /// - Parameters:
  ///   - found: what was found, in a few words.
  ///   - expected: what must stand there.
  public func require(
    _ isSound: Bool, _ found: @autoclosure () -> String, _ expected: @autoclosure () -> String
  ) throws(ArchiveError) {
    guard !isSound else { return }
    throw ArchiveError(.field(name: path, found: String(found().prefix(100)), expected: expected()), file: file)
  }

  /// Checks a number against a range.
  public func within<Number: Comparable>(_ number: Number, _ range: ClosedRange<Number>) throws(ArchiveError) {
    try require(range.contains(number), "\(number)", "\(range.lowerBound) to \(range.upperBound)")
  }

  /// Checks an index of something that has so many elements.
  public func index(_ number: Int, below count: Int) throws(ArchiveError) {
    try require(number >= 0 && number < count, "\(number)", "a number from 0, below \(count)")
  }

  /// Checks that there are as many elements as there must be.
  public func count(_ found: Int, _ expected: Int) throws(ArchiveError) {
    try require(found == expected, "\(found) elements", "\(expected)")
  }

  /// Checks that a number is finite.
  public func finite<Number: BinaryFloatingPoint>(_ number: Number) throws(ArchiveError) {
    try require(number.isFinite, "\(number)", "a finite number")
  }

  /// Checks that numbers are finite.
  public func finite<Number: BinaryFloatingPoint>(_ numbers: [Number]) throws(ArchiveError) {
    try require(numbers.allSatisfy(\.isFinite), "a number that is not finite", "finite numbers")
  }

  /// Checks that numbers are finite and ascend.
  ///
  /// - Parameter strictly: whether no two may be equal.
  public func ascending<Number: BinaryFloatingPoint>(
    _ numbers: [Number], strictly: Bool = false
  ) throws(ArchiveError) {
    try finite(numbers)
    let isSorted = zip(numbers, numbers.dropFirst()).allSatisfy { strictly ? $0 < $1 : $0 <= $1 }
    try require(isSorted, "numbers in another order", "ascending numbers\(strictly ? ", no two of them equal" : "")")
  }

  /// Checks that no two texts are equal byte by byte.
  public func distinct(_ texts: [String]) throws(ArchiveError) {
    var seen: Set<[UInt8]> = []
    seen.reserveCapacity(texts.count)
    for text in texts { try require(seen.insert(Array(text.utf8)).inserted, "'\(text)' twice", "each text once") }
  }

  /// Checks that no two numbers are equal.
  public func distinct(_ numbers: [Int]) throws(ArchiveError) {
    try require(Set(numbers).count == numbers.count, "a number twice", "each number once")
  }
}

extension ModelArchive {
  /// Reads a value that ``set(_:for:)`` stored, and checks it.
  ///
  /// - Throws: ``ArchiveError`` when the key is absent, holds something else, or what it holds does not fit together.
  public func contents<Value: StoredContents>(
    _: Value.Type = Value.self, for key: String
  ) throws(ArchiveError) -> Value {
    let value: Value = try value(for: key)
    try value.check(StoredField(key, file: file))
    return value
  }

  /// The numbers of a tensor, all of them finite.
  ///
  /// - Throws: ``ArchiveError`` where it is missing, of another shape or type, or holds infinities or NaN.
  public func numbers(_ name: String, shape: [Int]? = nil) throws(ArchiveError) -> [Float] {
    let found = try tensor(name, shape: shape)
    guard found.type == .float32 || found.type == .bfloat16 else {
      throw ArchiveError(.elementType(tensor: name, found: found.type.rawValue), file: file)
    }
    let values = found.tensor().values
    guard let place = values.firstIndex(where: { !$0.isFinite }) else { return values }
    throw ArchiveError(.notFinite(tensor: name, place: place), file: file)
  }

  /// The whole numbers of a tensor.
  public func integers(_ name: String, shape: [Int]? = nil) throws(ArchiveError) -> [Int32] {
    let found = try tensor(name, shape: shape)
    guard found.type == .int32 else {
      throw ArchiveError(.elementType(tensor: name, found: found.type.rawValue), file: file)
    }
    return found.integers(Int32.self)
  }
}
