import Tables

/// How one column of the synthetic table stands to the real one.
public struct ColumnComparison: Sendable, Codable, Equatable {
  /// The column's name.
  public var name: String
  /// `number` or `category`.
  public var kind: Kind
  /// 1 − the complement of the Kolmogorov–Smirnov statistic (numbers) or of total variation (categories).
  public var shapeError: Figure
  /// The share of cells that are missing.
  public var missing: Shares
  /// The share of the real range, or of the real levels, that the synthetic column reaches.
  public var coverage: Figure
  /// The share of synthetic cells outside the real range, or with a level that the real column lacks.
  public var rangeViolations: Figure
  /// The share of synthetic cells that are not of the real column's type: decimals among integers, more digits.
  public var typeViolations: Figure
  /// The share of |SHAP| by which this column gives synthetic rows away to boosted trees; nil where not measured.
  public var givesAway: Double?
  /// The distribution, to be drawn.
  public var distribution: Distribution

  /// What a column is taken for.
  public enum Kind: String, Sendable, Codable { case number, category }

  /// A share in each of the tables.
  public struct Shares: Sendable, Codable, Equatable {
    /// The shares; the hold-out's is nil without one.
    public var real: Double, synthetic: Double, holdout: Double?
    /// Makes shares.
    public init(real: Double, synthetic: Double, holdout: Double?) {
      self.real = real
      self.synthetic = synthetic
      self.holdout = holdout
    }
  }

  /// Shares of the cells that are there, by bin or by level.
  public struct Distribution: Sendable, Codable, Equatable {
    /// The edges of the bins, one more than bins, ascending; nil for categories.
    public var edges: [Double]?
    /// The levels, commonest first, at most 20, the rest joined as `(other)`; for numbers one text for each bin.
    public var labels: [String]
    /// The share of each bin or level; each list sums to 1.
    public var real: [Double], synthetic: [Double], holdout: [Double]?
    /// Makes a distribution.
    public init(edges: [Double]?, labels: [String], real: [Double], synthetic: [Double], holdout: [Double]?) {
      self.edges = edges
      self.labels = labels.map { $0.shortened(to: 200) }
      self.real = real
      self.synthetic = synthetic
      self.holdout = holdout
    }
  }

  /// Makes a comparison.
  public init(
    name: String, kind: Kind, shapeError: Figure, missing: Shares, coverage: Figure, rangeViolations: Figure,
    typeViolations: Figure, givesAway: Double? = nil, distribution: Distribution
  ) {
    self.name = name
    self.kind = kind
    self.shapeError = shapeError
    self.missing = missing
    self.coverage = coverage
    self.rangeViolations = rangeViolations
    self.typeViolations = typeViolations
    self.givesAway = givesAway
    self.distribution = distribution
  }
}

/// The bonds between columns, pair by pair: square matrices in the order of `names`, null where not defined.
public struct PairDetails: Sendable, Codable, Equatable {
  /// The columns.
  public var names: [String]
  /// Association, -1...1: Pearson's ρ between numbers, Cramér's V between categories, the correlation ratio between both.
  public var real: [[Double?]], synthetic: [[Double?]]
  /// The error of each pair's trend, 0...1.
  public var error: [[Double?]]
  /// Makes details.
  public init(names: [String], real: [[Double?]], synthetic: [[Double?]], error: [[Double?]]) {
    self.names = names
    self.real = real
    self.synthetic = synthetic
    self.error = error
  }
}

/// A column that is a function of one or two others in the real table.
public struct DependencyComparison: Sendable, Codable, Equatable {
  /// The columns that determine, and the one that is determined.
  public var determinants: [String], dependent: String
  /// The share of rows for which it holds; nil where no synthetic row has determinants that the real table has.
  public var real: Double, synthetic: Double?
  /// Makes a comparison.
  public init(determinants: [String], dependent: String, real: Double, synthetic: Double?) {
    self.determinants = determinants
    self.dependent = dependent
    self.real = real
    self.synthetic = synthetic
  }
}

/// Rows on the first two principal components of the real table.
public struct ProjectionDetails: Sendable, Codable, Equatable {
  /// Points `[x, y]`, at most 1,500 of each table.
  public var real: [[Double]], synthetic: [[Double]], holdout: [[Double]]?
  /// The share of the real variance on each axis.
  public var explained: [Double]
  /// Makes details.
  public init(real: [[Double]], synthetic: [[Double]], holdout: [[Double]]?, explained: [Double]) {
    self.real = real
    self.synthetic = synthetic
    self.holdout = holdout
    self.explained = explained
  }
}
