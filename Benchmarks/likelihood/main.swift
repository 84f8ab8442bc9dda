// Trains tabular-masked on tables and compares the printed held-out figure with the mean score of the same rows.

import DiffusionCore
import Foundation
import Tables
import TabularDDPM
import Tensors

let arguments = CommandLine.arguments
guard arguments.count >= 4, let steps = Int(arguments[1]), let threads = Int(arguments[2]) else {
  print("usage: likelihood-benchmark STEPS THREADS FILE.csv ...")
  exit(2)
}
/// The figures agree for a network of any size.
let width = "128"
func number(_ value: Double, _ digits: Int = 3) -> String { String(format: "%.\(digits)f", value) }

let method = TabularMasked()
var isClose = true
print("table,held_out_rows,held_out_loss,mean_score,standard_error,difference_percent")
for path in arguments.dropFirst(3) {
  let read = try CSVReader(path: path).read()
  var run = TrainingRun()
  (run.seed, run.steps, run.threads) = (1, steps, threads)
  let model = try method.fit(
    read.table, schema: read.schema, options: method.descriptor.options(parsing: ["width": width]), run: run)
  let rows = TabularMasked.split(rows: read.table.rowCount, seed: run.seed).heldOut.map { Int($0) }
  let heldOut = read.table.rows(rows)
  // Scores take one random order a row, so that few rows are scored in several.
  let orders = max(2, min(16, 4000 / max(rows.count, 1)))
  let means = try (0..<orders).map { order -> Double in
    let scores = try model.score(heldOut, SampleRequest(rows: 0, seed: UInt64(order), threads: threads))
    let known = scores.compactMap { $0 }
    return known.reduce(0, +) / Double(known.count)
  }
  let mean = means.reduce(0, +) / Double(orders)
  let squares = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  let error = (squares / Double(orders * (orders - 1))).squareRoot()
  guard let printed = model.report.heldOutLoss else {
    print("\(path): no rows were held out")
    exit(1)
  }
  let difference = 100 * (printed / mean - 1)
  isClose = isClose && abs(difference) < 2
  let name = path.split(separator: "/").last.map(String.init) ?? path
  print("\(name),\(rows.count),\(number(printed)),\(number(mean)),\(number(error)),\(number(difference, 2))")
  fflush(nil)
}
exit(isClose ? 0 : 1)
