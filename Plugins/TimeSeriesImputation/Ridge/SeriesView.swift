/// One entity as the features of ``GapFeatures`` read it: where observations are, and every cell filled as well as is known
/// by now.
struct SeriesView: Sendable {
  let series: EntitySeries
  let geometry: GapGeometry
  /// All cells, `[steps, channels]`.
  var filled: [Float]
  /// The step one period before and after each; -1 where there is none.
  let before: [Int32], after: [Int32]
  /// The mean of observations about a day around each cell, `[steps, channels]`; NaN where there are none.
  let localMeans: [Float]
  /// Parts of the period of each profile, `[profiles][steps]`.
  let bins: [[Int32]]

  init(_ series: EntitySeries, channels: Int, relations: SeriesRelations) {
    self.series = series
    geometry = GapGeometry(series, channels: channels)
    filled = geometry.interpolated(series)
    let period = relations.lag
    before = Self.shifted(series.times, by: period.map { -$0 }, tolerance: relations.typicalStep / 2)
    after = Self.shifted(series.times, by: period, tolerance: relations.typicalStep / 2)
    localMeans = Self.localMeans(series, channels: channels, reach: relations.localReach)
    bins = relations.profiles.map { profile in series.times.map { Int32(profile.bin($0)) } }
  }

  /// For each time the step whose time is nearest to it plus a shift, where it is within the tolerance.
  private static func shifted(_ times: [Double], by shift: Double?, tolerance: Double) -> [Int32] {
    guard let shift else { return [Int32](repeating: -1, count: times.count) }
    var place = 0
    return times.map { time in
      let wanted = time + shift
      while place + 1 < times.count, abs(times[place + 1] - wanted) <= abs(times[place] - wanted) { place += 1 }
      return abs(times[place] - wanted) <= tolerance ? Int32(place) : -1
    }
  }

  /// Means of the observations within so many steps to either side, by sums up to each step.
  private static func localMeans(_ series: EntitySeries, channels: Int, reach: Int) -> [Float] {
    let steps = series.steps
    return [Float](unsafeUninitializedCapacity: steps * channels) { target, count in
      var sums = [Double](repeating: 0, count: steps + 1), counts = [Int32](repeating: 0, count: steps + 1)
      for channel in 0..<channels {
        for step in 0..<steps {
          let value = series.values[step * channels + channel]
          sums[step + 1] = sums[step] + (value.isNaN ? 0 : Double(value))
          counts[step + 1] = counts[step] + (value.isNaN ? 0 : 1)
        }
        for step in 0..<steps {
          let low = max(0, step - reach), high = min(steps, step + reach + 1)
          let number = counts[high] - counts[low]
          (target.baseAddress! + step * channels + channel).initialize(
            to: number > 0 ? Float((sums[high] - sums[low]) / Double(number)) : .nan)
        }
      }
      count = steps * channels
    }
  }
}
