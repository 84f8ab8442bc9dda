/// What a regression sees of a missing cell.
///
/// The base is the line between the observations around the gap, and the regression predicts what is left over. So features
/// are what is left over of other things above the same line: of other channels (at the step and beside it), of the mean
/// course of the day and the week, of the same channel a period before and after; and how far the base may be drawn to the
/// mean, by the distance from the observations. A feature of something that is not known is 0, for then it was filled by the
/// same line.
struct GapFeatures: Sendable {
  let relations: SeriesRelations
  /// Neighbours that are looked at beside the step, and once more where they were observed.
  let close: Int, seen: Int
  /// The number of features.
  let width: Int

  /// How far a cell is from observations; regressions have weights for each class.
  static let classCount = 9

  private static let fixed = 22

  init(_ relations: SeriesRelations) {
    self.relations = relations
    let neighbours = relations.neighbours.first?.count ?? 0
    close = min(neighbours, 8)
    seen = min(neighbours, 16)
    width =
      Self.fixed + 2 * relations.profiles.count + 2 * relations.inputCount + neighbours + 2 * close + seen
  }

  /// Writes the features of a missing cell.
  ///
  /// - Parameter x: `[width]`.
  /// - Returns: the base, and the cell's class.
  func write(
    _ view: borrowing SeriesView, step: Int, channel: Int, into x: UnsafeMutablePointer<Float>
  ) -> (base: Float, kind: Int) {
    let channels = relations.channelCount, cell = step * channels + channel
    let series = view.series
    let left = Int(view.geometry.previous[cell]), right = Int(view.geometry.next[cell])
    let hasLeft = left >= 0, hasRight = right >= 0
    let unit = relations.typicalStep
    let toLeft = hasLeft ? Float((series.times[step] - series.times[left]) / unit) : .infinity
    let toRight = hasRight ? Float((series.times[right] - series.times[step]) / unit) : .infinity
    let near = min(toLeft, toRight)
    let p1 = near.isFinite ? near / (near + 2) : 1, p2 = near.isFinite ? near / (near + 12) : 1

    return view.filled.withUnsafeBufferPointer { filled in
      /// The share of the way from left to right.
      func share(_ place: Int) -> Float {
        guard hasLeft, hasRight else { return hasLeft ? 0 : 1 }
        let way = (series.times[place] - series.times[left]) / (series.times[right] - series.times[left])
        return Float(min(max(way, 0), 1))
      }
      let w = share(step)
      /// What is left over of a value above the line between two others.
      func rest(_ value: Float, _ atLeft: @autoclosure () -> Float, _ atRight: @autoclosure () -> Float, _ w: Float)
        -> Float
      {
        if hasLeft && hasRight { return value - (1 - w) * atLeft() - w * atRight() }
        return hasLeft ? value - atLeft() : hasRight ? value - atRight() : value
      }
      func above(_ other: Int, _ place: Int, _ w: Float) -> Float {
        rest(filled[place * channels + other], filled[left * channels + other], filled[right * channels + other], w)
      }
      let valueLeft = hasLeft ? series.values[left * channels + channel] : 0
      let valueRight = hasRight ? series.values[right * channels + channel] : 0
      let base = hasLeft && hasRight ? (1 - w) * valueLeft + w * valueRight : hasLeft ? valueLeft : valueRight

      var place = 0
      func put(_ value: Float) {
        x[place] = value
        place += 1
      }
      put(1)
      put(p1)
      put(p2)
      // The level, and where it goes back to.
      put(base)
      put(base * p1)
      put(base * p2)
      let local = view.localMeans[cell]
      let fall = local.isNaN ? 0 : local - base
      put(fall)
      put(fall * p1)
      put(fall * p2)
      // Slopes at the gap's ends, as a cubic would take them (Hermite), and as such.
      let span = toLeft + toRight
      let slopeLeft = hasLeft ? Self.slope(view, left, -1, channel, channels, unit) : 0
      let slopeRight = hasRight ? Self.slope(view, right, 1, channel, channels, unit) : 0
      if hasLeft && hasRight {
        let line = (valueRight - valueLeft) / span
        put((slopeLeft - line) * span * w * (1 - w) * (1 - w))
        put((slopeRight - line) * span * w * w * (1 - w))
        put(slopeLeft * toLeft / (1 + toLeft) * (1 - w))
        put(slopeRight * toRight / (1 + toRight) * w)
      } else {
        put(0)
        put(0)
        put(hasLeft ? slopeLeft * toLeft / (1 + toLeft) : 0)
        put(hasRight ? slopeRight * toRight / (1 + toRight) : 0)
      }
      // The channel itself a period before and after.
      for shifted in [view.before, view.after] {
        let there = Int(shifted[step])
        let otherLeft = hasLeft ? Int(shifted[left]) : 0, otherRight = hasRight ? Int(shifted[right]) : 0
        if there >= 0, otherLeft >= 0, otherRight >= 0 {
          put(
            rest(
              filled[there * channels + channel], filled[otherLeft * channels + channel],
              filled[otherRight * channels + channel], w))
        } else {
          put(0)
        }
      }
      // What was predicted before, here and beside.
      put(filled[cell] - base)
      let earlier = max(step - 1, 0), later = min(step + 1, series.steps - 1)
      let wEarlier = share(earlier), wLater = share(later)
      put(above(channel, earlier, wEarlier))
      put(above(channel, later, wLater))
      // Courses of the day and the week.
      for (number, profile) in relations.profiles.enumerated() {
        func course(_ place: Int) -> Float { profile.means[Int(view.bins[number][place]) * channels + channel] }
        let value = rest(course(step), course(left), course(right), w)
        put(value)
        put(value * p1)
      }
      // Covariates and the calendar.
      let stride = series.steps > 0 ? series.inputs.count / series.steps : 0
      for input in 0..<relations.inputCount {
        let value = series.inputs[step * stride + input]
        put(value)
        put(rest(value, series.inputs[left * stride + input], series.inputs[right * stride + input], w))
      }
      // Other channels.
      let neighbours = relations.neighbours[channel]
      let correlations = relations.correlations[channel]
      var sum: Float = 0, mass: Float = 0
      for (number, other) in neighbours.enumerated() {
        let value = above(other, step, w)
        put(value)
        let isSeen = !series.values[step * channels + other].isNaN
        if isSeen {
          let weight = correlations[number] * correlations[number] * correlations[number]
          sum += weight * value
          mass += abs(weight)
        }
        if number < seen { put(isSeen ? value : 0) }
        if number < close {
          put(above(other, earlier, wEarlier))
          put(above(other, later, wLater))
        }
      }
      let mean = mass > 0 ? sum / mass : 0
      put(mean)
      put(mean * p1)
      put(mean * p2)
      put(mean * mass / (mass + 0.5))
      precondition(place == width, "\(place) features were written of \(width)")
      return (base, Self.kind(toLeft, toRight))
    }
  }

  // MARK: Parts

  /// The last observation of a channel before an observed cell.
  private static func before(_ view: borrowing SeriesView, _ step: Int, _ channel: Int, _ channels: Int) -> Int32 {
    step > 0 ? view.geometry.previous[(step - 1) * channels + channel] : -1
  }

  /// The first observation of a channel after an observed cell.
  private static func after(_ view: borrowing SeriesView, _ step: Int, _ channel: Int, _ channels: Int) -> Int32 {
    step + 1 < view.series.steps ? view.geometry.next[(step + 1) * channels + channel] : -1
  }

  /// How fast a channel rises over time between an observation and the next one outwards; 0 where there is none.
  private static func slope(
    _ view: borrowing SeriesView, _ step: Int, _ direction: Int, _ channel: Int, _ channels: Int, _ unit: Double
  ) -> Float {
    let other = Int(direction < 0 ? before(view, step, channel, channels) : after(view, step, channel, channels))
    guard other >= 0 else { return 0 }
    let rise = view.series.values[step * channels + channel] - view.series.values[other * channels + channel]
    return rise / Float((view.series.times[step] - view.series.times[other]) / unit)
  }

  private static func kind(_ toLeft: Float, _ toRight: Float) -> Int {
    switch (toLeft.isFinite, toRight.isFinite) {
    case (true, true):
      let near = min(toLeft, toRight)
      if near < 1.5 { return toLeft + toRight < 2.5 ? 0 : 1 }
      return near < 3.5 ? 2 : near < 8.5 ? 3 : near < 24.5 ? 4 : 5
    case (false, false): return 8
    default: return min(toLeft, toRight) < 6.5 ? 6 : 7
    }
  }
}
