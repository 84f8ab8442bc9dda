import Tables

/// A method that makes new rows of rare classes, so that a model learns them better.
public protocol Balancer: Method {
  /// Whether it trains a model, so that a time or a number of steps can be given.
  var trains: Bool { get }

  /// Makes rows.
  ///
  /// Laws: as many rows of each class as were asked for, save where the method's description says that its own rule
  /// decides; cells are of the columns' kinds; the same table, request, options, seed and machine give the same rows,
  /// whatever the number of threads.
  ///
  /// - Parameters:
  ///   - table: the rows, held as the schema says; they are not changed.
  ///   - schema: what each column is.
  ///   - request: the target and how many rows each class is to get.
  ///   - options: values of the options that the descriptor names.
  ///   - run: seed, time, threads, and where to report.
  /// - Throws: ``BalanceError`` or what else is wrong with the data or the options; `CancellationError` where the run was
  ///   told to stop.
  func balance(
    _ table: Table, schema: Schema, request: BalanceRequest, options: OptionValues, run: TrainingRun
  ) throws -> Balanced
}

extension Balancer {
  /// No.
  public var trains: Bool { false }
}

/// What a balancer is to make.
public struct BalanceRequest: Sendable {
  /// The classes of the table's rows.
  public var classes: ClassCounts
  /// How many new rows each class is to get, in the order of the classes.
  public var newRows: [Int]

  /// Makes a request.
  ///
  /// - Precondition: there is a number of 0 or more for each class.
  public init(classes: ClassCounts, newRows: [Int]) {
    precondition(
      newRows.count == classes.labels.count && newRows.allSatisfy { $0 >= 0 },
      "a request has a number of new rows for each class")
    self.classes = classes
    self.newRows = newRows
  }

  /// Makes a request from a ratio.
  ///
  /// - Throws: ``BalanceError`` where the ratio does not suit the classes.
  public init(classes: ClassCounts, ratio: BalanceRatio) throws(BalanceError) {
    self.init(classes: classes, newRows: try ratio.newRows(for: classes))
  }

  /// Weights of the rows of each class that do what new rows would: they bring the classes' sums into the proportion
  /// of the rows asked for, and their mean over all rows is 1. Where all classes are to be equal, that is
  /// rows / (classes × rows of the class).
  ///
  /// Source: G. King & L. Zeng, "Logistic regression in rare events data", Political Analysis 9, 2001, section 3.2.
  public var weights: [Double] {
    let totals = zip(classes.counts, newRows).map { Double($0 + $1) }
    let factor = Double(classes.classOfRow.count) / totals.reduce(0, +)
    return zip(totals, classes.counts).map { $0 * factor / Double($1) }
  }
}

/// The rows that a balancer made.
public struct Balanced: Sendable {
  /// The new rows alone, class after class in the order of the classes, with the columns of the table.
  public var rows: Table
  /// What was made.
  public var report: BalanceReport
  /// The schema by which the new rows are to be written: that of the table, save where a method was asked for values
  /// that the columns do not hold.
  public var schema: Schema
  /// How a model was learned; nil where none was.
  public var training: FitReport?

  /// Puts a result together.
  public init(rows: Table, report: BalanceReport, schema: Schema, training: FitReport? = nil) {
    self.rows = rows
    self.report = report
    self.schema = schema
    self.training = training
  }
}

/// What a balancer made, class by class.
public struct BalanceReport: Sendable, Codable, Equatable {
  /// One class.
  public struct Class: Sendable, Codable, Equatable {
    /// The class as the file spells it.
    public var label: String
    /// Its rows before and after.
    public var before: Int, after: Int
    /// How many of the new rows equal an original one in every column that is neither identifier nor text.
    public var copies: Int

    /// Puts the figures of a class together.
    public init(label: String, before: Int, after: Int, copies: Int) {
      self.label = label.shortened(to: 200)
      self.before = before
      self.after = after
      self.copies = copies
    }
  }

  /// The classes in their order.
  public var classes: [Class]

  /// Makes a report.
  public init(classes: [Class]) { self.classes = classes }

  /// The number of new rows.
  public var newRows: Int { classes.reduce(0) { $0 + $1.after - $1.before } }

  /// The number of new rows that copy an original one.
  public var copies: Int { classes.reduce(0) { $0 + $1.copies } }
}
