// Reads a CSV file, prints seconds, peak memory and the table's own size; with a second path writes it back.

import Foundation
import Tables

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
  print("usage: csv-reading-benchmark FILE [OUTPUT]")
  exit(2)
}
let clock = ContinuousClock()
var result: CSVReader.Result?
let reading = try clock.measure { result = try CSVReader(path: arguments[1]).read() }
let peak = peakMemory()
let table = result!.table
let size = table.columns.reduce(0) { total, column in
  switch column.values {
  case .numbers(let numbers): total + numbers.count * 8
  case .categories(let indices, let levels):
    total + indices.count * 4 + levels.reduce(0) { $0 + 16 + ($1.utf8.count > 15 ? 32 + $1.utf8.count : 0) }
  case .texts(let texts):
    total + texts.reduce(0) { $0 + 16 + ($1.map { $0.utf8.count > 15 ? 32 + $0.utf8.count : 0 } ?? 0) }
  }
}
func seconds(_ duration: Duration) -> String { String(format: "%.3f", duration / .seconds(1)) }
func megabytes(_ bytes: Int) -> String { String(format: "%.0f", Double(bytes) / 1e6) }
print("langevin read \(seconds(reading)) s, peak \(megabytes(peak)) MB, table \(megabytes(size)) MB")
print(
  "  \(table.rowCount) rows: " + result!.schema.columns.map { "\($0.name) \($0.kind.name)" }.joined(separator: ", "))
if arguments.count > 2 {
  let writing = try clock.measure { try table.write(to: arguments[2], schema: result!.schema) }
  let cells = table.rowCount * table.columns.count
  print("langevin write \(seconds(writing)) s, \(cells) cells")
}

func peakMemory() -> Int {
  var usage = rusage()
  getrusage(0 /* RUSAGE_SELF, which Glibc imports as another type */, &usage)
  return usage.ru_maxrss * 1024
}
