import DiffusionCore
import Foundation
import Tables
import Tensors

/// A plugin with one method.
public struct TemplateMethodPlugin: Plugin {
  /// Makes the plugin.
  public init() {}

  /// The plugin as data.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(id: "template-method", version: "0.1.0", summary: "Draws each column by itself.")
  }

  /// Adds the method.
  public func register(into registry: inout PluginRegistry.Builder) throws { try registry.add(TemplateMethod()) }
}

/// Draws each column by itself: numbers from their quantiles, levels by their shares. A beginning: put your method in the
/// place of ``Marginal``.
struct TemplateMethod: Synthesizer {
  var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: "template-method", tasks: [.synthesize], summary: "Draws each column by itself.",
      rationale: "It keeps no relation between columns.", citation: "",
      options: [
        OptionDescription(
          "quantiles", .integer(2...10_000), default: .integer(100), help: "How many are kept of a column of numbers.")
      ],
      examples: ["synth people.csv -o synthetic.csv --method template-method"])
  }

  func fit(_ table: Table, schema: Schema, options: OptionValues, run: TrainingRun) throws -> FittedTemplateMethod {
    // Identifiers, constants and free text are not learned: the frame makes them.
    let frame = TableFrame(table, schema: schema)
    let columns = frame.learned
    var marginals: [Marginal] = []
    for (index, column) in columns.enumerated() {
      marginals.append(Marginal(of: table[column.schema.name]!, quantiles: options.integer("quantiles")))
      let share = Double(index + 1) / Double(columns.count)
      guard run.shouldContinue(TrainingProgress(step: index + 1, share: share, loss: 0, elapsed: 0)) else {
        throw CancellationError()
      }
    }
    let report = FitReport(
      method: descriptor.id, trainingRows: table.rowCount, heldOutRows: 0, parameters: 0, training: TrainingSummary(),
      trainingLoss: nil, heldOutLoss: nil, verdict: .unknown, explanation: "each column was learned by itself",
      choices: [])
    return FittedTemplateMethod(contents: .init(frame: frame, marginals: marginals, report: report), id: descriptor.id)
  }

  func load(_ archive: ModelArchive) throws -> FittedTemplateMethod {
    FittedTemplateMethod(contents: try archive.contents(for: "model"), id: descriptor.id)
  }
}

/// A table that was learned. A model that can also fill given rows conforms to `CompletingModel`, its method to
/// `CompletingSynthesizer`; one that can score rows to `ScoringModel`, its method to `ScoringSynthesizer`.
struct FittedTemplateMethod: FittedSynthesizer {
  struct Contents: Codable, Sendable {
    let frame: TableFrame, marginals: [Marginal], report: FitReport
  }
  let contents: Contents
  let id: String

  var schema: Schema { contents.frame.schema }
  var report: FitReport { contents.report }

  func sample(_ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    // The frame asks for pieces, throws rows away that do not meet the conditions, and adds the other columns.
    try contents.frame.sample(request, method: id, deliver: deliver) { rows, random in
      var random = random
      return zip(contents.frame.learned, contents.marginals).map { column, marginal in
        marginal.column(column, rows: rows, complete: !request.includesMissing, using: &random)
      }
    }
  }

  func archive() throws -> ModelArchive {
    var archive = ModelArchive(metadata: ["method": id])
    try archive.set(contents, for: "model")
    return archive
  }
}

/// The distribution of one column.
struct Marginal: Codable, Sendable {
  /// Evenly spaced quantiles of numbers; the shares of the levels up to each.
  let steps: [Double]
  /// The share of missing cells.
  let missing: Double

  init(of column: Column, quantiles: Int) {
    missing = Double(column.missingCount) / Double(column.count)
    switch column.values {
    case .numbers(let values):
      let sorted = values.filter { !$0.isNaN }.sorted()
      steps = (0..<quantiles).map { sorted[$0 * (sorted.count - 1) / (quantiles - 1)] }
    case .categories(let indices, let levels):
      var counts = [Double](repeating: 0, count: levels.count)
      for index in indices where index >= 0 { counts[Int(index)] += 1 }
      let total = counts.reduce(0, +)
      var sum = 0.0
      steps = counts.map { count in
        sum += count / total
        return sum
      }
    case .texts: preconditionFailure("a frame learns no texts")
    }
  }

  func column(
    _ column: TableFrame.LearnedColumn, rows: Int, complete: Bool, using random: inout RandomStream
  ) -> Column {
    func isMissing() -> Bool { random.uniformDouble() < missing && !complete }
    let values: Column.Values
    if column.schema.kind.isNumeric {
      values = .numbers((0..<rows).map { _ in isMissing() ? .nan : steps[random.integer(below: steps.count)] })
    } else {
      values = .categories(
        indices: (0..<rows).map { _ in
          if isMissing() { return -1 }
          let turn = random.uniformDouble()
          return Int32(steps.firstIndex { $0 > turn } ?? steps.count - 1)
        }, levels: column.levels)
    }
    return Column(name: column.schema.name, values: values)
  }
}

/// A model file may be damaged, or made to do harm: what was read is checked before it is used.
extension FittedTemplateMethod.Contents: StoredContents {
  func check(_ field: StoredField) throws(ArchiveError) {
    try frame.check(field("frame"))
    try report.check(field("report"))
    try field("marginals").count(marginals.count, frame.learned.count)
    for (place, column) in frame.learned.enumerated() {
      let own = field("marginals")[place], marginal = marginals[place]
      try own("missing").within(marginal.missing, 0...1)
      try own("steps").ascending(marginal.steps)
      let isNumeric = column.schema.kind.isNumeric
      try own("steps").count(marginal.steps.count, isNumeric ? max(marginal.steps.count, 1) : column.levels.count)
    }
  }
}
