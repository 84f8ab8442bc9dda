import DownstreamModels
import Errors
import Tables
import Tensors

/// A table whose rare classes are in question.
public struct BalancingProblem: Sendable {
  /// The rows.
  public let table: Table
  /// What each column is.
  public let schema: Schema
  /// The column that names the class.
  public let target: String
  /// The classes, and the class of each row.
  public let labels: [String], classOfRow: [Int]
  /// The classes that are to be balanced: those that figures are about.
  public let rare: [Int]
  /// Rows with the same number stay in one fold.
  public let groups: [Int]

  /// Makes a problem.
  ///
  /// - Parameter groups: of each row, the rows that must stay in one fold with it (``RowTwins``); nil: none must.
  /// - Throws: ``BalancingError`` where the classes have too few rows for the folds.
  public init(
    table: Table, schema: Schema, target: String, labels: [String], classOfRow: [Int], rare: [Int],
    groups: [Int]? = nil, folds: Int
  ) throws(BalancingError) {
    precondition(groups.map { $0.count == table.rowCount } ?? true, "each row has a group")
    precondition(classOfRow.count == table.rowCount && !rare.isEmpty, "each row has a class, and some class is rare")
    self.table = table
    self.schema = schema
    self.target = target
    self.labels = labels
    self.classOfRow = classOfRow
    self.rare = rare
    self.groups = groups ?? Array(0..<table.rowCount)
    try check(folds: folds)
  }

  /// That every fold has two rows of each rare class to learn from, one to tune on and one to test on.
  func check(folds: Int) throws(BalancingError) {
    for place in rare where rows(of: place) < 2 * folds {
      throw .tooFewRows(label: labels[place], rows: rows(of: place), folds: folds)
    }
    for place in rare {
      let different = Set(classOfRow.indices.filter { classOfRow[$0] == place }.map { groups[$0] }).count
      if different < 2 * folds {
        throw .tooFewGroups(label: labels[place], rows: rows(of: place), groups: different, folds: folds)
      }
    }
  }

  private init(_ other: BalancingProblem, rows: [Int]) {
    table = other.table.rows(rows)
    schema = other.schema
    target = other.target
    labels = other.labels
    classOfRow = rows.map { other.classOfRow[$0] }
    rare = other.rare
    groups = rows.map { other.groups[$0] }
  }

  /// At most so many rows, drawn at random class by class.
  func sample(_ limit: Int, seed: UInt64) -> BalancingProblem {
    guard table.rowCount > limit else { return self }
    let random = RandomStream(seed: seed).child(StreamUse.balancingRows)
    let share = Double(limit) / Double(table.rowCount)
    let rows = labels.indices.flatMap { place in
      let own = classOfRow.indices.filter { classOfRow[$0] == place }
      let kept = Int((share * Double(own.count)).rounded())
      return Folds.sample(kept, of: own.count, stream: random.child(UInt64(place))).map { own[$0] }
    }
    return BalancingProblem(self, rows: rows.sorted())
  }

  /// The number of rows of a class.
  func rows(of place: Int) -> Int { classOfRow.count { $0 == place } }

  /// The rare class with the fewest rows.
  var rarest: Int { rare.min { rows(of: $0) < rows(of: $1) } ?? 0 }

  /// Features and classes of the table's rows and of new ones after them.
  func coded(with new: Table?) throws(EvaluationError) -> (features: Features, classes: [Int]) {
    let prepared = try ComparisonTables(
      schema: schema, real: table, synthetic: new ?? table, holdout: nil, target: target, task: .classification
    ).prepared()
    let comparison = prepared.comparison
    guard let place = prepared.target, comparison.columns.count > 1 else { throw .noColumns }
    let real = comparison.real.removing(column: place)
    guard new != nil, case .categories(let known, _) = comparison.real.columns[place],
      case .categories(let made, _) = comparison.synthetic.columns[place]
    else { return (real, classOfRow) }
    var classOfCode: [Int32: Int] = [:]
    for (row, code) in known.enumerated() { classOfCode[code] = classOfRow[row] }
    return (
      real.appending(comparison.synthetic.removing(column: place)), classOfRow + made.map { classOfCode[$0] ?? -1 }
    )
  }
}

/// Why arms cannot be compared on a table.
public enum BalancingError: DiagnosedError, Sendable, Equatable {
  /// A class has too few rows for every fold to have some.
  case tooFewRows(label: String, rows: Int, folds: Int)
  /// A class has enough rows, but too few that are not twins of another or of its group.
  case tooFewGroups(label: String, rows: Int, groups: Int, folds: Int)

  /// What is wrong, and the cure.
  public var diagnosis: Diagnosis {
    switch self {
    case .tooFewRows(let label, let rows, let folds):
      Diagnosis(
        "class '\(label)' has \(rows == 1 ? "one row" : "\(rows) rows"), too few to compare on \(folds) folds, which need \(2 * folds)",
        cure: Self.cure(rows))
    case .tooFewGroups(let label, let rows, let groups, let folds):
      Diagnosis(
        "the \(rows) rows of class '\(label)' are \(groups) different ones or groups of them, too few to compare on \(folds) folds, which need \(2 * folds)",
        cure: Self.cure(groups))
    }
  }

  /// For a class with so many rows or groups.
  private static func cure(_ count: Int) -> String {
    count >= 4 ? "give --folds \(count / 2), or leave the class out with --ratio" : "use --ratio to leave the class out"
  }
}
