import DiffusionCore
import DownstreamModels
import Tables
import Tensors

/// What the file of a model says besides its trees.
struct ForestContents: Sendable, Codable {
  let schema: Schema
  let coding: FlowCoding
  let path: FlowPath
  /// The sampler's name.
  let sampler: String
  let report: FitReport
}

/// A table learned by ``ForestFlowMethod``.
public struct FittedForestFlow: FittedSynthesizer {
  let contents: ForestContents
  /// By time and part.
  let forests: [[FittedVectorTrees]]

  /// What each column is.
  public var schema: Schema { contents.schema }
  /// How training went.
  public var report: FitReport { contents.report }
  private var coding: FlowCoding { contents.coding }

  /// Rows that are made at once.
  private static let piece = 4096

  // MARK: Sampling

  /// Makes rows.
  public func sample(_ request: SampleRequest, deliver: (Table) throws -> Void) throws {
    let conditions = try RowConditions(
      request.conditions, coding: coding, includesMissing: request.includesMissing)
    let sampler = ForestFlowOptions.sampler(
      request.options.flatMap { $0.given.contains("sampler") ? $0.text("sampler") : nil } ?? contents.sampler)
    var state = DecodingState(
      random: RandomStream(seed: request.seed).child(3), identifiers: coding.identifiers)
    let gang = ThreadGang(threads: request.threads)
    var left = request.rows, tried = 0
    while left > 0 {
      let accepted = Double(request.rows - left + 1) / Double(tried + 1)
      let wanted = conditions.checked.isEmpty ? left : Int(min(Double(left) / accepted * 1.1, 1e9)) + 16
      let count = min(Self.piece, wanted)
      let made = try make(count, first: tried, conditions, sampler: sampler, request, gang)
      tried += count
      if conditions.checked.isEmpty {
        try deliver(coding.table(made, &state))
        left -= count
      } else {
        // Identifiers are for rows that stay.
        var probe = DecodingState(random: RandomStream(seed: 0))
        let met = conditions.met(by: coding.table(made, &probe)).prefix(left)
        if !met.isEmpty { try deliver(coding.table(made.rows(Array(met), width: coding.width), &state)) }
        left -= met.count
      }
      if left > 0, tried >= 4 * Self.piece, request.rows - left < tried / 500 {
        throw ConditionError.unsupported(
          "meet conditions that \(request.rows - left) of \(tried) rows meet: it can only try again",
          method: ForestFlowMethod.id)
      }
    }
  }

  /// Makes rows: label and missing cells are drawn, the rest flows from noise.
  ///
  /// - Parameter first: the number of the first row, by which its noise is found.
  private func make(
    _ count: Int, first: Int, _ conditions: RowConditions, sampler: some Sampler, _ request: SampleRequest,
    _ gang: ThreadGang
  ) throws -> FlowCoding.Made {
    let width = coding.width, columnOfNumber = coding.columnOfNumber
    let places = coding.columns.map { coding.patterns.place(of: $0.column) }
    let draws = coding.patterns.counts.enumerated().map { part, counts in
      WeightedDraw(
        zip(counts, conditions.patterns).map { conditions.parts[part] && $1 ? Double($0) : 0 })
    }
    let part = WeightedDraw(draws.map(\.total))
    var made = FlowCoding.Made(numbers: Array(repeating: .nan, count: count * width), labels: [], patterns: [])
    for row in 0..<count {
      var random = RandomStream(seed: request.seed, stream: UInt64(first + row)).child(1)
      let label = part.draw(&random)
      let pattern = draws[label].draw(&random)
      made.labels.append(label)
      made.patterns.append(request.includesMissing ? pattern : -1)
      let missing = coding.patterns.patterns[pattern]
      for place in 0..<width {
        // Drawn in any case: rows with and without missing cells are otherwise alike.
        let noise = random.normal()
        let isMissing = request.includesMissing && (places[columnOfNumber[place]].map { missing[$0] } ?? false)
        if !isMissing { made.numbers[row * width + place] = noise }
      }
    }
    var random = RandomStream(seed: request.seed).child(2)
    for label in 0..<coding.parts {
      let rows = made.labels.indices.filter { made.labels[$0] == label }
      guard !rows.isEmpty else { continue }
      let start = Tensor(made.rows(rows, width: width).numbers, shape: [rows.count, width])
      let end = try sampler.sample(from: start, along: contents.path.levels, random: &random) { noisy, level in
        let forest = forests[contents.path.level(of: level)][label]
        return contents.path.clean(noisy, velocity: forest.predict(noisy.values, gang: gang), at: level)
      }
      // What was missing at the start is so at the end; nothing else may be.
      guard zip(start.values, end.values).allSatisfy({ $0.isNaN || $1.isFinite }) else {
        throw ArchiveError(.overflow(what: "values"))
      }
      for (place, row) in rows.enumerated() {
        for number in 0..<width { made.numbers[row * width + number] = end.values[place * width + number] }
      }
    }
    return made
  }

  // MARK: The file

  private static let key = "model"

  /// The model as one file.
  public func archive() throws -> ModelArchive {
    var archive = ModelArchive(metadata: ["method": ForestFlowMethod.id])
    try archive.set(contents, for: Self.key)
    for (time, parts) in forests.enumerated() {
      for (part, forest) in parts.enumerated() { archive.add(forest, named: Self.name(time, part)) }
    }
    return archive
  }

  private static func name(_ time: Int, _ part: Int) -> String { "forest.\(time).\(part)" }
}

extension FittedForestFlow {
  /// Reads a model.
  init(_ archive: ModelArchive) throws {
    let contents: ForestContents = try archive.contents(for: Self.key)
    self.contents = contents
    forests = try (0..<contents.path.times).map { time in
      try (0..<contents.coding.parts).map { part in
        try archive.forest(named: Self.name(time, part), width: contents.coding.width)
      }
    }
  }
}
