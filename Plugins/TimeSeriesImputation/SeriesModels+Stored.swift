import DiffusionCore

extension SeriesModel {
  /// Nothing was learned, so nothing is stored.
  func check(_ field: StoredField, coding: SeriesCoding) throws(ArchiveError) {}
}

extension SeasonalModel {
  func check(_ field: StoredField, coding: SeriesCoding) throws(ArchiveError) {
    try profile?.check(field("profile"), channels: coding.channelCount)
  }
}

extension RidgeModel {
  func check(_ field: StoredField, coding: SeriesCoding) throws(ArchiveError) {
    try relations.check(field("relations"), coding: coding)
    let channels = coding.channelCount, width = GapFeatures(relations).width
    try field("weights").within(weights.count, 1...100)
    for (round, own) in weights.enumerated() {
      try field("weights")[round].count(own.count, channels)
      for (channel, numbers) in own.enumerated() {
        try field("weights")[round][channel].count(numbers.count, GapFeatures.classCount * width)
        try field("weights")[round][channel].bounded(numbers, by: 1e9)
      }
    }
    try field("least").count(least.count, channels)
    try field("greatest").count(greatest.count, channels)
    for channel in 0..<channels {
      try field("least")[channel].bounded([least[channel], greatest[channel]], by: 1e9)
      try field("least")[channel].require(
        least[channel] <= greatest[channel], "\(least[channel])", "no more than the greatest")
    }
  }
}

extension FittedSeriesBaseline.Contents: StoredContents {
  func check(_ field: StoredField) throws(ArchiveError) {
    try schema.check(field("schema"))
    try coding.check(field("coding"), schema: schema)
    try model.check(field("model"), coding: coding)
    try calibration.check(field("calibration"), coding: coding)
  }
}

extension FittedSeriesDiffusion.Settings {
  func check(_ field: StoredField, coding: SeriesCoding) throws(ArchiveError) {
    try shape.check(field("shape"), coding: coding)
    try field("spread").count(spread.count, coding.channelCount)
    try field("spread").require(spread.allSatisfy { $0 > 0 && $0 <= 1e9 }, "another number", "numbers above 0")
    try mean.check(field("mean"), coding: coding)
    try field("prior.shares").count(prior.shares.count, ResidualPrior.parts.count)
    let areShares = prior.shares.allSatisfy { (-1e-9...1).contains($0) } && prior.shares.reduce(0, +) <= 1
    try field("prior.shares").require(areShares, "\(prior.shares)", "shares of 1 in all at most")
    try drift.check(field("drift"), channels: coding.channelCount)
    try calibration.check(field("calibration"))
    try field("draws").within(draws, 1...1000)
    try field("evaluations").within(evaluations, 1...1000)
  }
}

extension ResidualNetworkShape {
  func check(_ field: StoredField, coding: SeriesCoding) throws(ArchiveError) {
    let head = GridTransformer.headSize
    try field("length").within(length, 1...1024)
    try field("patch").within(patch, 1...length)
    try field("patch").require(length % patch == 0, "\(patch)", "a divisor of \(length)")
    try field("channels").require(channels == coding.channelCount, "\(channels)", "\(coding.channelCount)")
    try field("inputs").require(inputs == coding.inputCount, "\(inputs)", "\(coding.inputCount)")
    for (name, width) in [("width", width), ("denoiserWidth", denoiserWidth)] {
      try field(name).within(width, head...1024)
      try field(name).require(width % head == 0, "\(width)", "a multiple of \(head)")
    }
    for (name, blocks) in [("blocks", blocks), ("denoiserBlocks", denoiserBlocks)] {
      try field(name).within(blocks, 1...64)
    }
    try field("dropout").within(dropout, 0...0.95)
  }
}

extension ResidualDrift {
  func check(_ field: StoredField, channels: Int) throws(ArchiveError) {
    try drift.check(field("drift"))
    try field("deviation").within(deviation, 0...1e6)
    if drift.share + drift.alone > 0 { try field("loadings").count(loadings.count, channels) }
    try field("loadings").bounded(loadings, by: 1)
  }
}

extension ResidualCalibration {
  func check(_ field: StoredField) throws(ArchiveError) {
    try field("cellCount").within(cellCount, 0...StoredField.mostRows)
    try field("ends").ascending(ends)
    try field("seen").count(seen.count, drawn.count)
    guard !drawn.isEmpty else { return }
    try field("drawn").count(drawn.count, ends.count + 1)
    for group in drawn.indices {
      try field("drawn")[group].require(drawn[group].count > 1, "\(drawn[group].count) numbers", "more")
      try field("seen")[group].count(seen[group].count, drawn[group].count)
      for (name, numbers) in [("drawn", drawn[group]), ("seen", seen[group])] {
        try field(name)[group].ascending(numbers)
        try field(name)[group].bounded(numbers, by: 1e9)
      }
    }
  }
}

extension CSDIShape {
  func check(_ field: StoredField, coding: SeriesCoding) throws(ArchiveError) {
    try field("length").within(length, 1...1024)
    try field("channels").require(channels == coding.channelCount, "\(channels)", "\(coding.channelCount)")
    try field("heads").within(heads, 1...64)
    try field("width").within(width, heads...1024)
    try field("width").require(width % heads == 0, "\(width)", "a multiple of \(heads)")
    try field("blocks").within(blocks, 1...64)
    try field("steps").within(steps, 2...1000)
  }
}

extension FittedCSDI.Settings {
  func check(_ field: StoredField, coding: SeriesCoding) throws(ArchiveError) {
    try shape.check(field("shape"), coding: coding)
    try field("draws").within(draws, 1...1000)
    try field("evaluations").within(evaluations, 1...1000)
  }
}

extension ResidualFilling.EntityResult {
  /// Throws where a model's numbers led to some that are not finite.
  func checkFinite() throws(ArchiveError) {
    guard median.allSatisfy(\.isFinite), logDeviation.allSatisfy(\.isFinite),
      draws.allSatisfy({ $0.allSatisfy(\.isFinite) })
    else { throw ArchiveError(.overflow(what: "values")) }
  }
}
