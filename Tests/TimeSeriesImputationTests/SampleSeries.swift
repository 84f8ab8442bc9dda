import DiffusionCore
import Foundation
import Tables
import Tensors

@testable import TimeSeriesImputation

/// Tables of series made by formula.
enum SampleSeries {
  /// Hourly series from 2020-01-01 on: `channels` mixtures of three autoregressions and a daily course, with the given share
  /// of cells missing at random and, in every channel, some runs of 5 to 30 hours.
  static func hourly(
    steps: Int, channels: Int, missing: Double = 0.15, entities: Int = 1, seed: UInt64 = 1
  ) -> (table: Table, truth: Table, schema: Schema) {
    var random = RandomStream(seed: seed)
    var times: [Double] = [], names: [Int32] = []
    var columns = [[Double]](repeating: [], count: channels)
    for entity in 0..<entities {
      var factors = [0.0, 0.0, 0.0]
      for step in 0..<steps {
        times.append(18_262 * 86_400 + Double(step) * 3600)
        names.append(Int32(entity))
        for place in factors.indices { factors[place] = 0.9 * factors[place] + 0.44 * Double(random.normal()) }
        for channel in 0..<channels {
          let angle = 2 * Double.pi * (Double(step) / 24 + Double(channel) / 10)
          let value =
            factors[channel % 3] + 0.5 * factors[(channel + 1) % 3] + sin(angle) + 0.1 * Double(random.normal())
          columns[channel].append((100 * (20 + 5 * value)).rounded() / 100)
        }
      }
    }
    let truth = columns
    for channel in 0..<channels {
      for row in columns[channel].indices where random.uniformDouble() < missing { columns[channel][row] = .nan }
      for _ in 0..<max(1, steps / 300) * entities where missing > 0 {
        let start = random.integer(below: columns[channel].count)
        for row in start..<min(columns[channel].count, start + 5 + random.integer(below: 26)) {
          columns[channel][row] = .nan
        }
      }
    }
    func table(_ columns: [[Double]]) -> Table {
      var all = [
        Column(name: "time", values: .numbers(times)),
        Column(
          name: "site", values: .categories(indices: names, levels: (0..<entities).map { "s\($0)" })),
      ]
      for (channel, values) in columns.enumerated() {
        all.append(Column(name: "c\(channel)", values: .numbers(values)))
      }
      return Table(columns: all)
    }
    return (table(columns), table(truth), schema(channels))
  }

  static func schema(_ channels: Int) -> Schema {
    let format = try! DateFormat(pattern: "yyyy-MM-dd HH:mm:ss")
    return Schema(
      columns: [
        ColumnSchema(name: "time", kind: .dateTime(format: format)), ColumnSchema(name: "site", kind: .category),
      ] + (0..<channels).map { ColumnSchema(name: "c\($0)", kind: .decimal(digits: 2)) })
  }

  /// A table of one series over given times, with channels of decimals.
  static func plain(_ times: [Double], _ channels: [[Double]]) -> (table: Table, schema: Schema) {
    let columns =
      [Column(name: "t", values: .numbers(times))]
      + channels.enumerated().map { Column(name: "c\($0.offset)", values: .numbers($0.element)) }
    let schemas =
      [ColumnSchema(name: "t", kind: .decimal(digits: 2))]
      + channels.indices.map { ColumnSchema(name: "c\($0)", kind: .decimal(digits: 6)) }
    return (Table(columns: columns), Schema(columns: schemas))
  }

  static let layout = SeriesLayout(time: "time", groups: ["site"])

  /// Fits and fills with a method's defaults.
  static func impute(
    _ method: any SeriesImputer, _ table: Table, _ schema: Schema, layout: SeriesLayout = layout,
    request: ImputationRequest = ImputationRequest(), options: [String: String] = [:], threads: Int = 1
  ) throws -> Imputation {
    var run = TrainingRun()
    run.threads = threads
    let model = try method.fitImputer(
      table, schema: schema, series: layout, options: try method.descriptor.options(parsing: options), run: run)
    return try model.impute(table, request)
  }

  /// The mean absolute error over the cells that were filled.
  static func error(_ imputation: Imputation, _ truth: Table) -> Double {
    var sum = 0.0, count = 0.0
    for column in imputation.columns {
      guard case .numbers(let made) = imputation.filled.columns[column.column].values,
        case .numbers(let real) = truth.columns[column.column].values
      else { continue }
      for row in column.rows {
        sum += abs(made[row] - real[row])
        count += 1
      }
    }
    return sum / count
  }

  static var methods: [any SeriesImputer] {
    [
      SeriesBaseline<MeanModel>(), SeriesBaseline<LastObservationModel>(), SeriesBaseline<LinearInterpolationModel>(),
      SeriesBaseline<SeasonalModel>(), SeriesBaseline<RidgeModel>(),
    ]
  }
}

extension Table {
  /// The numbers of a column.
  func numbers(_ name: String) -> [Double] {
    if case .numbers(let numbers)? = self[name]?.values { numbers } else { [] }
  }
}
