import DownstreamModels
import Tables

/// One way to deal with rare classes, to be compared with others.
public struct BalancingArm: Sendable {
  /// Its name in results, such as `smote-nc`.
  public var id: String
  /// What it does to the rows that models learn from.
  public var treatment: Treatment

  /// What an arm does.
  public enum Treatment: Sendable {
    /// Nothing.
    case nothing
    /// Gives each row a weight. The table holds the rows to learn from; the weights are in their order.
    case weights(@Sendable (Table) throws -> [Double])
    /// Learns by another loss: models that have none to choose, such as a forest, learn as with nothing.
    case loss(FocalLoss)
    /// Adds rows. The table holds the rows to learn from, and nothing else may be looked at.
    case rows(@Sendable (_ learning: Table, _ seed: UInt64) throws -> NewRows)
  }

  /// Rows that were added.
  public struct NewRows: Sendable {
    /// The rows, with the columns of the table.
    public var rows: Table
    /// How many of them equal a row of the table.
    public var copies: Int

    /// Makes rows.
    public init(rows: Table, copies: Int) {
      self.rows = rows
      self.copies = copies
    }
  }

  /// Makes an arm.
  public init(id: String, _ treatment: Treatment) {
    self.id = id
    self.treatment = treatment
  }

  /// The arm that all others are compared with: the rows as they are.
  public static let nothing = BalancingArm(id: "nothing", .nothing)
}
