import DiffusionCore
import Foundation
import Tables

/// How a table's columns become the channels of series: learned once, kept in the model.
struct SeriesCoding: Codable, Sendable, Equatable {
  /// Which columns tell time and entity.
  let layout: SeriesLayout
  /// The columns that are filled.
  let columns: [SeriesColumn]
  /// The columns that are known and help.
  let covariates: [SeriesColumn]
  /// Columns without any value, which stay empty.
  let empty: [String]
  /// Whether times are seconds of a calendar.
  let hasCalendar: Bool
  /// The median distance of neighbouring times over all entities; 1 where no entity has two rows.
  let typicalStep: Double

  /// Channels of the columns that are filled.
  var channelCount: Int { columns.reduce(0) { $0 + $1.channelCount } }
  /// Channels of what is known: covariates, then the calendar.
  var inputCount: Int {
    covariates.reduce(0) { $0 + $1.channelCount } + (hasCalendar ? CalendarFeatures.count : 0)
  }

  /// The channels of a column, in the order of the columns.
  func channels(of column: Int) -> Range<Int> {
    let start = columns[..<column].reduce(0) { $0 + $1.channelCount }
    return start..<start + columns[column].channelCount
  }

  /// Learns the columns of a table.
  ///
  /// - Throws: ``SeriesDataError`` and `SeriesError`.
  init(_ table: Table, schema: Schema, layout: SeriesLayout) throws {
    self.layout = layout
    let index = try SeriesIndex(table, schema: schema, time: layout.time, groups: layout.groups)
    let keys = [layout.time] + layout.groups
    for name in layout.covariates where table[name] == nil || keys.contains(name) {
      let near = nearest(to: name, in: table.columnNames.filter { !keys.contains($0) }).first
      throw SeriesDataError.unknownCovariate(name, nearest: near)
    }
    var columns: [SeriesColumn] = [], covariates: [SeriesColumn] = [], empty: [String] = []
    for column in table.columns where !keys.contains(column.name) {
      let kind = try schema.column(named: column.name)
      let isCovariate = layout.covariates.contains(column.name)
      if case .texts = column.values {
        guard !isCovariate else { throw SeriesDataError.textCovariate(column.name) }
        continue
      }
      // A constant has no gaps and tells nothing.
      if case .constant = kind.kind { continue }
      guard let learned = try SeriesColumn(column, schema: kind) else {
        empty.append(column.name)
        continue
      }
      if isCovariate { if !learned.isIndexed { covariates.append(learned) } } else { columns.append(learned) }
    }
    guard !columns.isEmpty else { throw SeriesDataError.nothingToFill(empty: empty) }
    self.columns = columns
    self.covariates = covariates
    self.empty = empty
    hasCalendar = index.unit == .seconds
    let steps = index.entities.compactMap(\.typicalStep).sorted()
    typicalStep = steps.isEmpty ? 1 : steps[(steps.count - 1) / 2]
  }

  /// The series of a table that has the columns which were learned.
  ///
  /// - Throws: ``SeriesDataError`` where columns differ, and `SeriesError`.
  func frame(_ table: Table, schema: Schema) throws -> SeriesFrame {
    for learned in columns + covariates where table[learned.name] == nil {
      let known = Set((columns + covariates).map(\.name) + [layout.time] + layout.groups)
      let others = table.columnNames.filter { !known.contains($0) }
      throw SeriesDataError.missingColumn(learned.name, nearest: nearest(to: learned.name, in: others).first)
    }
    let index = try SeriesIndex(table, schema: schema, time: layout.time, groups: layout.groups)
    guard (index.unit == .seconds) == hasCalendar else {
      throw SeriesDataError.columnDiffers(
        layout.time, found: hasCalendar ? "numbers" : "dates", expected: hasCalendar ? "dates" : "numbers")
    }
    let channels = channelCount, inputs = inputCount
    var entities: [EntitySeries] = []
    entities.reserveCapacity(index.entities.count)
    for entity in index.entities {
      var values = [Float](repeating: .nan, count: entity.rows.count * channels)
      var known = [Float](repeating: 0, count: entity.rows.count * inputs)
      try values.withUnsafeMutableBufferPointer { target in
        var offset = 0
        for learned in columns {
          try learned.encode(
            table[learned.name]!, rows: entity.rows, into: target.baseAddress! + offset, stride: channels)
          offset += learned.channelCount
        }
      }
      if inputs > 0 {
        try known.withUnsafeMutableBufferPointer { target in
          var offset = 0
          for learned in covariates {
            try learned.encode(
              table[learned.name]!, rows: entity.rows, into: target.baseAddress! + offset, stride: inputs)
            offset += learned.channelCount
          }
          guard hasCalendar else { return }
          for (step, time) in entity.times.enumerated() {
            for (place, value) in CalendarFeatures.values(at: time).enumerated() {
              target[step * inputs + offset + place] = value
            }
          }
        }
        // A covariate that is missing is taken for its mean.
        for place in known.indices where known[place].isNaN { known[place] = 0 }
      }
      entities.append(
        EntitySeries(name: entity.name, rows: entity.rows, times: entity.times, values: values, inputs: known))
    }
    return SeriesFrame(channelCount: channels, inputCount: inputs, entities: entities)
  }
}
