import Foundation
import Tables

/// How many rows each class is to have.
///
/// The words and the arithmetic are those of imbalanced-learn's `sampling_strategy` for over-sampling.
public enum BalanceRatio: Sendable, Equatable {
  /// Every class but the greatest is brought to the size of the greatest: `auto`, `not-majority`.
  case notMajority
  /// The smallest class alone is brought to the size of the greatest: `minority`.
  case minority
  /// Every class but the smallest is brought to the size of the greatest: `not-minority`.
  case notMinority
  /// Every class is brought to the size of the greatest: `all`.
  case all
  /// Of two classes the smaller is brought to this share of the greater, above 0 and at most 1, rounded down.
  case share(Double)
  /// The named classes are brought to these numbers of rows; the others stay.
  case totals([Total])

  /// A class and the number of rows that it is to have in all.
  public struct Total: Sendable, Equatable {
    /// The class as the file spells it.
    public var label: String
    /// The number of rows, old and new.
    public var rows: Int

    /// Names a number of rows.
    public init(_ label: String, _ rows: Int) {
      self.label = label
      self.rows = rows
    }
  }

  private static let words: [(String, BalanceRatio)] = [
    ("auto", .notMajority), ("not-majority", .notMajority), ("minority", .minority), ("not-minority", .notMinority),
    ("all", .all),
  ]

  /// Reads a ratio as a person writes it: a word, a number such as `0.5`, or `vgood=400,good=300`.
  ///
  /// - Throws: ``BalanceError/badRatio(_:cure:)``.
  public init(parsing text: String) throws(BalanceError) {
    if let known = Self.words.first(where: { $0.0 == text.lowercased() }) {
      self = known.1
      return
    }
    if let share = Double(text) {
      guard share > 0, share <= 1 else {
        throw .badRatio(text, cure: "give a share of the greatest class, above 0 and at most 1")
      }
      self = .share(share)
      return
    }
    guard text.contains("=") else {
      let near = nearest(to: text, in: Self.words.map(\.0)).first.map { "did you mean '\($0)'?" }
      throw .badRatio(
        text, cure: near ?? "write auto, minority, not-minority, all, a number such as 0.5, or CLASS=ROWS,CLASS=ROWS")
    }
    // A class's name may hold a comma or a sign: a part ends where a number follows the last sign.
    var totals: [Total] = [], name = ""
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      name += (name.isEmpty ? "" : ",") + part
      guard let sign = name.lastIndex(of: "="), let rows = Int(name[name.index(after: sign)...]) else { continue }
      let label = String(name[..<sign])
      guard rows >= 0 else { throw .badRatio(text, cure: "class '\(label)' cannot have \(rows) rows: give 0 or more") }
      guard !totals.contains(where: { $0.label == label }) else {
        throw .badRatio(text, cure: "class '\(label)' is named twice: name it once")
      }
      totals.append(Total(label, rows))
      name = ""
    }
    guard name.isEmpty, !totals.isEmpty else {
      throw .badRatio(text, cure: "'\(name)' is not CLASS=ROWS: give a class and its number of rows")
    }
    self = .totals(totals)
  }

  /// The number of new rows of each class.
  ///
  /// - Throws: ``BalanceError`` where the ratio names an unknown class, asks for fewer rows than there are, or is a
  ///   share and there are more than two classes.
  public func newRows(for classes: ClassCounts) throws(BalanceError) -> [Int] {
    let counts = classes.counts, most = counts[classes.majority]
    switch self {
    case .notMajority, .all: return counts.map { most - $0 }
    case .minority: return counts.indices.map { $0 == classes.minority ? most - counts[$0] : 0 }
    case .notMinority: return counts.indices.map { $0 == classes.minority ? 0 : most - counts[$0] }
    case .share(let share):
      guard counts.count == 2 else { throw .shareOfMany(share, classes: counts.count) }
      let rare = 1 - classes.majority
      let new = Int(Double(most) * share - Double(counts[rare]))
      guard new > 0 else { throw .shareTooSmall(share, present: Double(counts[rare]) / Double(most)) }
      return counts.indices.map { $0 == rare ? new : 0 }
    case .totals(let totals):
      var new = counts.map { _ in 0 }
      for total in totals {
        guard let place = classes.labels.firstIndex(of: total.label) else {
          throw .unknownClass(total.label, column: classes.target, known: classes.labels)
        }
        guard total.rows >= counts[place] else {
          throw .fewerThanPresent(total.label, asked: total.rows, present: counts[place])
        }
        new[place] = total.rows - counts[place]
      }
      return new
    }
  }
}
