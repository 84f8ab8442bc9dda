/// Rows that occur more than once in a table, or in more than one table, and whether the hold-out can be used.
public struct OverlapDetails: Sendable, Codable, Equatable {
  /// How many rows of each table repeat another row of the same table.
  public var repeats: Repeats
  /// Synthetic rows that equal a real row, held-out rows that equal a real row, and synthetic rows that equal a held-out
  /// row (the latter two nil without a hold-out).
  public var syntheticInReal: Overlap, holdoutInReal: Overlap?, syntheticInHoldout: Overlap?
  /// The column without which most synthetic rows equal a real one, beyond chance; nil where there is none.
  public var allButOneColumn: ButOne?
  /// Different synthetic rows, and how many as many real rows would have.
  public var differentRows: Int, differentRowsByChance: Double
  /// Why the hold-out judges nothing; nil where it does, or where there is none.
  public var fault: Fault?

  /// What makes a hold-out useless.
  public enum Fault: String, Sendable, Codable {
    /// More of its rows stand in the real table, exactly or nearly, than chance explains.
    case learned
    /// More of the synthetic rows stand in it than chance explains.
    case synthetic
  }

  /// Rows of each table that equal an earlier row of the same table.
  public struct Repeats: Sendable, Codable, Equatable {
    /// The rows; of the hold-out nil without one.
    public var real: Int, synthetic: Int, holdout: Int?
    /// Whether the values of the real table are so few that its rows repeat by chance.
    public var areNatural: Bool
    /// Makes counts.
    public init(real: Int, synthetic: Int, holdout: Int?, areNatural: Bool) {
      self.real = real
      self.synthetic = synthetic
      self.holdout = holdout
      self.areNatural = areNatural
    }
  }

  /// Rows of one table that equal a row of another.
  public struct Overlap: Sendable, Codable, Equatable {
    /// The rows, their share of the table, and the share that chance explains.
    public var rows: Int, share: Double, byChance: Double
    /// Rows that nearly equal one; nil where too few rows are left to tell.
    public var near: NearCopies?
    /// Makes an overlap.
    public init(rows: Int, share: Double, byChance: Double, near: NearCopies? = nil) {
      self.rows = rows
      self.share = share
      self.byChance = byChance
      self.near = near
    }

    /// The one of two with more rows beyond chance, and with the worse of their near copies.
    fileprivate func worse(_ other: Overlap) -> Overlap {
      var worse = other.share - other.byChance > share - byChance ? other : self
      let found = [near, other.near].compactMap(\.self)
      worse.near = found.max {
        ($0.closeLow - $0.closeByChance, $0.interval.low) < ($1.closeLow - $1.closeByChance, $1.interval.low)
      }
      return worse
    }
  }

  /// How often rows lie far nearer to one row of another table than to any other, exact copies excluded, compared with how
  /// often rows of that table do among each other.
  public struct NearCopies: Sendable, Codable, Equatable {
    /// How often a row's ratio of distances (nearest over second nearest) is below that of a row of the other table: .5 by
    /// chance.
    public var auc: Double, interval: Figure.Interval
    /// The share of rows with a ratio below a third, the same of the other table's own rows, and the rows that were measured.
    public var close: Double, closeByChance: Double, rows: Int
    /// Makes a measurement.
    public init(auc: Double, interval: Figure.Interval, close: Double, closeByChance: Double, rows: Int) {
      self.auc = auc
      self.interval = interval
      self.close = close
      self.closeByChance = closeByChance
      self.rows = rows
    }
  }

  /// Rows that equal a row of another table in all columns but one.
  public struct ButOne: Sendable, Codable, Equatable {
    /// The column, the share of the rows, and the share that chance explains.
    public var column: String, share: Double, byChance: Double
    /// Makes a finding.
    public init(column: String, share: Double, byChance: Double) {
      self.column = column
      self.share = share
      self.byChance = byChance
    }
  }

  /// Makes details.
  public init(
    repeats: Repeats, syntheticInReal: Overlap, holdoutInReal: Overlap?, syntheticInHoldout: Overlap?,
    allButOneColumn: ButOne?, differentRows: Int, differentRowsByChance: Double, fault: Fault?
  ) {
    self.repeats = repeats
    self.syntheticInReal = syntheticInReal
    self.holdoutInReal = holdoutInReal
    self.syntheticInHoldout = syntheticInHoldout
    self.allButOneColumn = allButOneColumn
    self.differentRows = differentRows
    self.differentRowsByChance = differentRowsByChance
    self.fault = fault
  }

  /// Of several samplings beside the same real rows the worst of each finding: what one of them gives away is given away.
  ///
  /// - Parameter all: one or more.
  static func worst(_ all: [OverlapDetails]) -> OverlapDetails {
    var worst = all[0]
    for other in all.dropFirst() {
      worst.syntheticInReal = worst.syntheticInReal.worse(other.syntheticInReal)
      if let first = worst.syntheticInHoldout, let second = other.syntheticInHoldout {
        // The reason that is told must be that of the fault.
        worst.syntheticInHoldout =
          worst.fault == .synthetic || other.fault == .synthetic
          ? (worst.fault == .synthetic ? first : second) : first.worse(second)
      }
      worst.fault = worst.fault ?? other.fault
      worst.repeats.synthetic = max(worst.repeats.synthetic, other.repeats.synthetic)
      if let found = other.allButOneColumn,
        found.share - found.byChance > worst.allButOneColumn.map({ $0.share - $0.byChance }) ?? 0
      {
        worst.allButOneColumn = found
      }
      if Double(other.differentRows) * worst.differentRowsByChance
        < Double(worst.differentRows) * other.differentRowsByChance
      {
        (worst.differentRows, worst.differentRowsByChance) = (other.differentRows, other.differentRowsByChance)
      }
    }
    return worst
  }

  /// The counts as lines of a table: what they are of, the rows, their share, and what chance explains; nil: not known.
  public func rows(
    _ subject: EvaluationResult.Subject
  ) -> [(name: String, rows: Int, share: Double, byChance: Double?)] {
    func repeated(_ name: String, _ count: Int, _ of: Int) -> (
      name: String, rows: Int, share: Double, byChance: Double?
    ) {
      (name, count, Double(count) / Double(max(1, of)), nil)
    }
    func shared(_ name: String, _ overlap: Overlap?) -> (name: String, rows: Int, share: Double, byChance: Double?)? {
      overlap.map { (name, $0.rows, $0.share, $0.byChance) }
    }
    return [
      shared("synthetic in the real table", syntheticInReal), shared("held-out in the real table", holdoutInReal),
      shared("synthetic in the hold-out", syntheticInHoldout),
      repeated("repeats among real rows", repeats.real, subject.realRows),
      repeated("repeats among synthetic rows", repeats.synthetic, subject.syntheticRows),
      repeats.holdout.map { repeated("repeats among held-out rows", $0, subject.holdoutRows ?? 0) },
    ].compactMap(\.self)
  }
}
