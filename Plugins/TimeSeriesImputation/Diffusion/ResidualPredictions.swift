import DiffusionCore
import Foundation
import Tensors

/// Turns what was made of a frame's unknown cells into points, intervals and draws of columns.
struct ResidualPredictions {
  let coding: SeriesCoding
  let frame: SeriesFrame
  let results: [ResidualFilling.EntityResult]
  let calibration: ResidualCalibration
  let request: ImputationRequest

  /// The predictions for the missing cells of every column.
  func predictions(_ holes: [[Hole]], filled: [[Float]]) -> [ColumnPredictions] {
    let categories = SeriesDrawing(
      coding: coding, calibration: .none(frame), frame: frame, filled: filled, request: request)
    return holes.indices.map { column in
      coding.columns[column].isCategory
        ? categories.categories(column, holes[column]) : numbers(column, holes[column])
    }
  }

  private func numbers(_ column: Int, _ holes: [Hole]) -> ColumnPredictions {
    let channel = coding.channels(of: column).lowerBound, width = frame.channelCount
    var made = ColumnPredictions(holes: holes, point: [])
    let draws = results.first?.draws.count ?? 0
    made.draws = Array(repeating: [], count: min(request.draws, draws))
    for hole in holes {
      let result = results[Int(hole.entity)], cell = Int(hole.step) * width + channel
      let weight = result.weight[cell], place = Int(result.place[cell])
      let median = result.median[cell] / weight, logDeviation = result.logDeviation[cell] / weight
      let deviation = exp(logDeviation)
      func value(_ residual: Float) -> Float {
        median + deviation * calibration.calibrated(residual, logDeviation: logDeviation)
      }
      let values = result.draws.map { value($0[place]) }
      let sorted = values.sorted()
      switch request.point {
      case .median: made.point.append(Self.quantile(0.5, of: sorted))
      case .mean: made.point.append(values.reduce(0, +) / Float(max(values.count, 1)))
      case .mode: made.point.append(median)
      }
      if let interval = request.interval {
        made.lower.append(Self.quantile((1 - interval) / 2, of: sorted))
        made.upper.append(Self.quantile((1 + interval) / 2, of: sorted))
      }
      for draw in made.draws.indices { made.draws[draw].append(values[draw]) }
    }
    return made
  }

  /// The quantile of draws at positions of n + 1, so that as many truths lie beyond it as should.
  static func quantile(_ share: Double, of sorted: [Float]) -> Float {
    let position = share * Double(sorted.count + 1) - 1
    let place = min(max(position, 0), Double(sorted.count - 1)), low = Int(place)
    return sorted[low] + Float(place - Double(low)) * (sorted[min(low + 1, sorted.count - 1)] - sorted[low])
  }
}

extension SeriesCalibration {
  /// One that learned nothing: for columns that need none.
  static func none(_ frame: SeriesFrame) -> SeriesCalibration {
    let nothing = frame.entities.map { [Bool](repeating: false, count: $0.values.count) }
    return SeriesCalibration(
      truth: frame, masked: frame, hidden: nothing, filled: [], channels: [], typicalStep: 1)
  }
}
