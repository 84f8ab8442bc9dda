import ChainedImputation
import DiffusionCore
import Tables
import Tensors

/// What the user may choose about coding.
struct CodingSettings: Sendable, Codable, Equatable {
  /// How a number with many values is made within its bin.
  enum Numbers: String, Sendable, Codable, CaseIterable {
    /// Bins and fine codes: a histogram.
    case codes
    /// One density over all values.
    case density
  }
  var numbers = Numbers.density
  /// Numbers with at most so many distinct values are codes, if each value has 20 rows on average; in any case where
  /// there are no more than `leastFewValues`.
  var fewValues = 100, leastFewValues = 6
  /// A value that holds this share of the rows has a code of its own.
  var heavyShare = 0.001
  /// A relation must hold in this share of the rows.
  var relationShare = 0.01
  /// Levels beyond which a category is split into two codes.
  var mostLevels = 1000
  /// Whether columns that are a function of another are left out of the model.
  var derives = true
  /// Whether densities are placed relative to other columns; see ``ColumnAnchor``.
  var anchors = true
  /// Whether a missing cell is a value like others, to be generated, or simply not known.
  var modelsMissing = true
  var bins = 32, cells = 32
}

extension TableCoding {
  /// Learns the coding of a table.
  init(fitting table: Table, schema: Schema, settings: CodingSettings, random: RandomStream) {
    let numbers = table.columns.map { column -> [Double] in
      if case .numbers(let values) = column.values { values } else { [] }
    }
    var roundings: [Rounding] = [], codings: [ColumnCoding] = []
    for (index, column) in table.columns.enumerated() {
      let kind = schema.columns[index].kind
      let decimals = if case .decimal(let digits) = kind { digits } else { 0 }
      roundings.append(
        Rounding(
          of: numbers[index], decimals: decimals, isShortest: schema.columns[index].notation.isShortest))
      let hasMissing = settings.modelsMissing && column.missingCount > 0
      let content: ColumnCoding.Content
      switch (kind, column.values) {
      case _ where !settings.modelsMissing && column.missingCount == column.count: content = .empty
      case (.identifier(let pattern), .texts(let texts)):
        content = .identifier(IdentifierGenerator(pattern: pattern, avoiding: texts))
      case (.text, _), (_, .texts): content = .text
      case (_, .categories(let indices, let levels)):
        content = Self.levels(indices: indices, levels: levels, hasMissing: hasMissing, settings: settings)
      case (_, .numbers(let values)):
        content = Self.number(
          index, values, numbers: numbers, parents: codings.indices.filter { codings[$0].isNumeric },
          settings: settings,
          decimals: roundings[index].decimals, random: random.child(UInt64(index)))
      }
      codings.append(ColumnCoding(name: column.name, content: content, hasMissing: hasMissing))
    }
    self.init(columns: codings, roundings: roundings)
    if settings.derives { self = deriving(from: table, random: random) }
    if settings.anchors { self = anchoring(numbers, random: random.child(1 << 20)) }
  }

  private static func levels(
    indices: [Int32], levels: [String], hasMissing: Bool, settings: CodingSettings
  ) -> ColumnCoding.Content {
    var counts = [Int](repeating: 0, count: levels.count)
    for index in indices where index >= 0 { counts[Int(index)] += 1 }
    // Frequent first: groups of one softmax then hold neighbours in frequency.
    let used = levels.indices.filter { counts[$0] > 0 }.sorted { (counts[$1], $0) < (counts[$0], $1) }.map {
      levels[$0]
    }
    if used.count == 1 && !hasMissing { return .constant(.level(used[0])) }
    if used.count <= settings.mostLevels { return .levels(used) }
    return .groupedLevels(used, groupSize: Int(Double(used.count).squareRoot().rounded(.up)))
  }

  private static func number(
    _ target: Int, _ values: [Double], numbers: [[Double]], parents: [Int], settings: CodingSettings, decimals: Int,
    random: RandomStream
  ) -> ColumnCoding.Content {
    let present = values.filter { !$0.isNaN }.sorted()
    var distinct: [(value: Double, count: Int)] = []
    for value in present {
      if distinct.last?.value == value { distinct[distinct.count - 1].count += 1 } else { distinct.append((value, 1)) }
    }
    let total = Double(max(present.count, 1))
    if distinct.count == 1 && (present.count == values.count || !settings.modelsMissing) {
      return .constant(.number(distinct[0].value))
    }
    if distinct.count <= min(settings.fewValues, max(settings.leastFewValues, present.count / 20)) {
      var below = 0.0
      let quantiles = distinct.map { entry -> Float in
        defer { below += Double(entry.count) }
        return Float((below + 0.5 * Double(entry.count)) / total)
      }
      return .values(distinct.map(\.value), quantiles: quantiles)
    }
    var heavy = heavyValues(distinct, rows: values.count, settings: settings)
    if heavy.count > 200 {
      heavy = Array(heavy.sorted { $0.count > $1.count }.prefix(200)).sorted { $0.value < $1.value }
    }
    let heavyValues = Set(heavy.map(\.value))
    let eligible = values.indices.filter { !values[$0].isNaN && !heavyValues.contains(values[$0]) }
    let relations = ColumnRelation.find(
      target: target, columns: numbers, candidates: parents, eligible: eligible, decimals: decimals,
      least: Int(min(max(settings.relationShare * Double(values.count), 20), 1e15)), random: random)
    let rest = present.filter { !heavyValues.contains($0) }
    let codes = settings.numbers == .codes
    return .continuous(
      ColumnCoding.Continuous(
        map: QuantileMap(sorted: rest.isEmpty ? present : rest), bins: codes ? settings.bins : 1,
        cells: codes ? settings.cells : 0, heavy: heavy.map(\.value), relations: relations))
  }

  /// Values that hold a share of the rows and stand out from their neighbours: round amounts, zeros, defaults. Where
  /// neighbours are as frequent, numbers were only rounded, and a density does better.
  private static func heavyValues(
    _ distinct: [(value: Double, count: Int)], rows: Int, settings: CodingSettings
  ) -> [(value: Double, count: Int)] {
    // A handful of repeats is chance; a share of a large table is a habit.
    let heaviest = max(settings.heavyShare * Double(rows), 8)
    return distinct.indices.filter { index in
      let count = Double(distinct[index].count)
      guard count >= heaviest else { return false }
      let around = max(0, index - 5)...min(distinct.count - 1, index + 5)
      let others = around.filter { $0 != index }.map { Double(distinct[$0].count) }.sorted()
      return others.isEmpty || count >= 3 * others[others.count / 2]
    }.map { distinct[$0] }
  }

  /// Finds what each density can be placed relative to.
  private func anchoring(_ numbers: [[Double]], random: RandomStream) -> TableCoding {
    let candidates = columns.indices.filter { columns[$0].isNumeric }
    let found = columns.enumerated().map { index, column -> [ColumnAnchor] in
      guard case .continuous(let c) = column.content, c.cells == 0 else { return [] }
      let heavy = Set(c.heavy)
      let rows = numbers[index].indices.filter { row in
        let value = numbers[index][row]
        return !value.isNaN && !heavy.contains(value)
          && relation(index, of: c, value, parent: { numbers[$0][row] }) == nil
      }
      return ColumnAnchor.find(
        target: index, columns: numbers, candidates: candidates, rows: rows, map: c.map,
        random: random.child(UInt64(index)))
    }
    let gains = found.joined().map(\.gain).sorted(by: >)
    let least = gains.count > ColumnAnchor.mostOfTable ? gains[ColumnAnchor.mostOfTable - 1] : 0
    return TableCoding(
      columns: columns.enumerated().map { index, column in
        guard case .continuous(var c) = column.content else { return column }
        c.anchors = found[index].filter { $0.gain >= least }.map(\.relation)
        return ColumnCoding(name: column.name, content: .continuous(c), hasMissing: column.hasMissing)
      }, roundings: roundings)
  }

  // MARK: Functional dependencies

  /// Replaces columns that are a function of another column's code.
  private func deriving(from table: Table, random: RandomStream) -> TableCoding {
    guard let coded = try? encode(table, random: random), coded.rows >= 50 else { return self }
    let layout = layout, slots = layout.slots.count
    func codes(_ column: Int) -> [Int32] {
      let slot = layout.slotsOfColumn[column][0]
      return (0..<coded.rows).map { coded.codes[$0 * slots + slot] }
    }
    let candidates = columns.indices.filter { index in
      switch columns[index].content {
      // A column that is always missing has one code and no slot.
      case .levels, .values: !layout.slotsOfColumn[index].isEmpty
      default: false
      }
    }
    var result = columns
    let codesOf = Dictionary(uniqueKeysWithValues: candidates.map { ($0, codes($0)) })
    for target in candidates {
      // A source with as many codes must stand before its target, so that two columns do not derive each other.
      let found = candidates.lazy.compactMap { source -> (source: Int, image: [Int32])? in
        guard source != target, result[source].isModelled,
          columns[source].codes > columns[target].codes
            || columns[source].codes == columns[target].codes && source < target
        else { return nil }
        return FunctionalDependency.image(
          of: codesOf[source]!, columns[source].codes, in: codesOf[target]!, columns[target].codes
        ).map { (source, $0) }
      }.first
      guard let (source, image) = found else { continue }
      // A code that no row has stands for any cell.
      let cellOfCode = image.map { max($0, 0) }
      let cells: DerivedColumn.Cells
      switch columns[target].content {
      case .values(let values, _): cells = .numbers(values.map { $0 } + (columns[target].hasMissing ? [nil] : []))
      case .levels(let levels): cells = .levels(levels.map { $0 } + (columns[target].hasMissing ? [nil] : []))
      default: continue
      }
      result[target] = ColumnCoding(
        name: columns[target].name,
        content: .derived(DerivedColumn(source: source, cellOfCode: cellOfCode, cells: cells)),
        hasMissing: columns[target].hasMissing)
    }
    return TableCoding(columns: Self.followingRoots(result), roundings: roundings)
  }

  /// Lets every derived column follow a column that is modelled: a country that follows from a state, which follows from
  /// a post code, follows from the post code.
  ///
  /// A source has more codes than its target, or as many and a place further left, so that no chain is a cycle.
  private static func followingRoots(_ columns: [ColumnCoding]) -> [ColumnCoding] {
    columns.map { column in
      guard case .derived(var derived) = column.content else { return column }
      while case .derived(let before) = columns[derived.source].content {
        derived.cellOfCode = before.cellOfCode.map { derived.cellOfCode[Int($0)] }
        derived.source = before.source
      }
      return ColumnCoding(name: column.name, content: .derived(derived), hasMissing: column.hasMissing)
    }
  }
}
