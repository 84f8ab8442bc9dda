import DiffusionCore
import Foundation
import Tables

extension SeriesCoding {
  /// Checks the coding of a table with a schema.
  func check(_ field: StoredField, schema: Schema) throws(ArchiveError) {
    try layout.check(field("layout"), schema: schema)
    try field("columns").require(!columns.isEmpty, "no columns", "at least one")
    try field("columns").distinct((columns + covariates).map(\.name) + [layout.time] + layout.groups)
    for (place, column) in columns.enumerated() { try column.check(field("columns")[place], schema: schema) }
    for (place, column) in covariates.enumerated() {
      try column.check(field("covariates")[place], schema: schema)
      try field("covariates")[place].require(!column.isIndexed, "a category of many levels", "one of few")
    }
    try field("typicalStep").require(typicalStep.isFinite && typicalStep > 0, "\(typicalStep)", "a number above 0")
  }
}

extension SeriesColumn {
  /// Checks a column of a table with a schema.
  func check(_ field: StoredField, schema: Schema) throws(ArchiveError) {
    guard let kind = schema[name]?.kind else {
      return try field("name").require(false, "'\(name)'", "a column of the schema")
    }
    let channels: Int
    switch content {
    case .number(let minimum, let maximum, let digits):
      try field.require(kind.isNumeric, "a number", "what a column of kind \(kind.name) is")
      try field("ends").ascending([minimum, maximum])
      if let digits { try field("digits").within(digits, 0...308) }
      channels = 1
    case .category(let levels):
      try field.require(kind.isCategorical, "a category", "what a column of kind \(kind.name) is")
      try field("levels").require(!levels.isEmpty, "no levels", "at least one")
      try field("levels").distinct(levels)
      channels = levels.count > Self.mostLevels ? 1 : levels.count
    }
    try field("means").count(means.count, channels)
    try field("means").finite(means)
    try field("deviations").count(deviations.count, channels)
    try field("deviations").require(
      deviations.allSatisfy { $0.isFinite && $0 > 0 }, "another number", "numbers above 0")
    if case .number(let minimum, let maximum, _) = content {
      // What was seen lies within some deviations of the mean, whatever they are.
      let ends = [(minimum - means[0]) / deviations[0], (maximum - means[0]) / deviations[0]]
      try field("deviations").require(
        ends.allSatisfy { abs($0) <= 1e15 }, "\(deviations[0])", "the spread of the values")
    }
  }
}

extension SeasonalProfile {
  /// Checks the course of so many channels.
  func check(_ field: StoredField, channels: Int) throws(ArchiveError) {
    try field("period").require(period.isFinite && period > 0, "\(period)", "a number above 0")
    try field("origin").finite(origin)
    try field("bins").within(bins, 1...1_000_000)
    try field("means").count(means.count, bins * channels)
    try field("means").bounded(means, by: 1e9)
  }
}

extension SeriesRelations {
  /// Checks what is known of the channels of a coding.
  func check(_ field: StoredField, coding: SeriesCoding) throws(ArchiveError) {
    let channels = coding.channelCount
    try field("channelCount").require(channelCount == channels, "\(channelCount)", "\(channels)")
    try field("inputCount").within(inputCount, 0...coding.inputCount)
    try field("typicalStep").require(typicalStep == coding.typicalStep, "\(typicalStep)", "\(coding.typicalStep)")
    if let lag { try field("lag").require(lag.isFinite && lag > 0, "\(lag)", "a number above 0") }
    try field("localReach").within(localReach, 0...10_000)
    try field("neighbours").count(neighbours.count, channels)
    try field("correlations").count(correlations.count, channels)
    let count = neighbours.first?.count ?? 0
    try field("neighbours").within(count, 0...Self.mostNeighbours)
    for channel in 0..<channels {
      try field("neighbours")[channel].count(neighbours[channel].count, count)
      try field("correlations")[channel].count(correlations[channel].count, count)
      for other in neighbours[channel] { try field("neighbours")[channel].index(other, below: channels) }
      try field("correlations")[channel].bounded(correlations[channel], by: 1e6)
    }
    try field("profiles").within(profiles.count, 0...16)
    for (place, profile) in profiles.enumerated() { try profile.check(field("profiles")[place], channels: channels) }
  }
}

extension ErrorDrift {
  func check(_ field: StoredField) throws(ArchiveError) {
    try field("share").within(share, 0...1)
    try field("alone").within(alone, 0...(1 - share))
    try field("reach").require(reach.isFinite && reach > 0, "\(reach)", "a number above 0")
  }
}

extension StoredField {
  /// Checks that no number is larger than a bound, either way.
  func bounded<Number: BinaryFloatingPoint>(_ numbers: [Number], by most: Number) throws(ArchiveError) {
    try require(numbers.allSatisfy { abs($0) <= most }, "a number beyond \(most)", "numbers within ±\(most)")
  }
}
