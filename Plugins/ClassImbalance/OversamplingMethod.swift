import DiffusionCore
import Tables

/// The SMOTE family and random over-sampling, one method a kind.
///
/// With the option `compatible` each gives for a seed the rows that imbalanced-learn 0.14 gives, number for number (the
/// k-d trees, heaps and rounding that decide its ties included, see `NeighbourSpace.nearestAsScikitLearn`), and does what
/// is surprising there. Without it:
/// - a row's neighbours are the other rows; imbalanced-learn takes away the first that its search finds, which for rows
///   with twins may be the twin, so that rows go towards themselves;
/// - of rows equally far the one that stands first in the file is nearer, not the one that the search meets first;
/// - one stream of random numbers serves the whole run; imbalanced-learn begins it anew for every class, and again
///   for the votes of SMOTE-NC and the shares of Borderline-SMOTE 2;
/// - numbers keep the digits and the range of their column; there they become any number, or, of an integer column, lose their
///   fraction towards zero;
/// - numbers may be missing (see `RowAssembly`); there only `random` takes them;
/// - and what each sampler states for itself.
///
/// On a table of two classes without twins and ties, SMOTE, Borderline-SMOTE 1 and random sampling give the same rows
/// either way, but for the rounding to digits.
public struct OversamplingMethod: Balancer {
  /// The members of the family.
  public enum Kind: String, Sendable, CaseIterable {
    case smote
    case smoteNC = "smote-nc"
    case smoteN = "smote-n"
    case borderlineSMOTE1 = "borderline-smote-1"
    case borderlineSMOTE2 = "borderline-smote-2"
    case adasyn
    case random
    case randomSmoothed = "random-smoothed"
  }

  /// Which one it is.
  public let kind: Kind

  /// Makes a method.
  public init(_ kind: Kind) { self.kind = kind }

  /// Makes rows; see ``Balancer``.
  public func balance(
    _ table: Table, schema: Schema, request: BalanceRequest, options: OptionValues, run: TrainingRun
  ) throws -> Balanced {
    let settings = settings(options)
    let classes = request.classes
    let features = FeatureTable(table, schema: schema, target: classes.target)
    let sampler = self.sampler
    try sampler.check(features, names: table.columnNames, settings: settings)
    if kind.usesNeighbours, !settings.standardizes { announceScales(features, table.columnNames, run) }
    var source = DrawSource(seed: run.seed, isCompatible: settings.isCompatible)
    var draws: [(place: Int, rows: RowDraws)] = []
    for (place, count) in request.newRows.enumerated() where count > 0 {
      let task = ClassTask(
        features: features, classOfRow: classes.classOfRow, place: Int32(place), label: classes.labels[place],
        rows: classes.rows(of: place), count: count, settings: settings, threads: run.threads)
      draws.append((place, try sampler.draw(task, &source)))
    }
    let assembly = RowAssembly(
      table: table, schema: schema, features: features, classes: classes, isRaw: settings.isCompatible)
    let rows = assembly.rows(draws, seed: run.seed)
    return Balanced(
      rows: rows, report: report(rows, draws, table, features, classes),
      schema: settings.isCompatible ? RowAssembly.rawSchema(schema, target: classes.target) : schema)
  }

  private var sampler: any ClassSampler {
    switch kind {
    case .smote: SMOTESampler()
    case .smoteNC: NominalContinuousSampler()
    case .smoteN: NominalSampler()
    case .borderlineSMOTE1: BorderlineSampler(goesOutside: false)
    case .borderlineSMOTE2: BorderlineSampler(goesOutside: true)
    case .adasyn: ADASYNSampler()
    case .random: RandomSampler()
    case .randomSmoothed: SmoothedSampler()
    }
  }

  private func settings(_ options: OptionValues) -> SamplingSettings {
    var settings = SamplingSettings()
    for description in descriptor.options {
      switch description.name {
      case "neighbours": settings.neighbours = options.integer("neighbours")
      case "border-neighbours": settings.borderNeighbours = options.integer("border-neighbours")
      case "shrinkage": settings.shrinkage = options.number("shrinkage")
      case "scale": settings.standardizes = options.text("scale") == "standard"
      default: settings.isCompatible = options.flag("compatible")
      }
    }
    return settings
  }

  /// Says which column decides who is near, where one does: nobody sees it in the rows.
  private func announceScales(_ features: FeatureTable, _ names: [String], _ run: TrainingRun) {
    let deviations = features.numbers.map { (names[$0.column], Moments.deviation($0.values)) }.filter { $0.1 > 0 }
    guard let most = deviations.max(by: { $0.1 < $1.1 }), let least = deviations.min(by: { $0.1 < $1.1 }),
      most.1 > 10 * least.1
    else { return }
    let times = most.1 / least.1
    let factor = times < 1e15 ? String(Int(times)) : "more than 10¹⁵"
    run.announce(
      Choice(
        "scale", "none",
        because:
          "that is what the method's authors do; '\(most.0)' spreads \(factor) times as wide as '\(least.0)' and decides which rows are near",
        flag: "--set scale=standard"))
  }

  private func report(
    _ rows: Table, _ draws: [(place: Int, rows: RowDraws)], _ table: Table, _ features: FeatureTable,
    _ classes: ClassCounts
  ) -> BalanceReport {
    let ignored = Set(features.others.map { table.columns[$0].name })
    let copies = CopyCount.areCopies(rows, of: table, ignoring: ignored)
    var report = BalanceReport(
      classes: zip(classes.labels, classes.counts).map { .init(label: $0, before: $1, after: $1, copies: 0) })
    var start = 0
    for (place, drawn) in draws {
      let count = drawn.bases.count
      report.classes[place].after += count
      report.classes[place].copies = copies[start..<start + count].count { $0 }
      start += count
    }
    return report
  }
}

extension OversamplingMethod.Kind {
  var usesNeighbours: Bool { self != .random && self != .randomSmoothed }
}
