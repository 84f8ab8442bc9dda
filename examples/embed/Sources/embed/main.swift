// Learns a table, makes one like it, judges it, and writes it: the library without the command.
//
//   embed DATA.csv TARGET OUT.csv

import DiffusionCore
import Evaluation
import Foundation
import TabularDDPM
import Tables
import Tensors

guard CommandLine.arguments.count == 4 else {
  print("usage: embed DATA.csv TARGET OUT.csv")
  exit(2)
}
let (path, target, output) = (CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3])

// A registry is a value made of plugins: yours go into the same list.
let registry = try PluginRegistry([CorePlugin(), TabularDDPMPlugin()])
guard let method = try registry.method("tabular-masked", for: .synthesize) as? any Synthesizer else {
  fatalError("tabular-masked makes tables")
}

// A fifth of the rows is for judging, and the model never sees it.
let data = try Table.read(path)
var random = RandomStream(seed: 1)
let order = random.permutation(data.table.rowCount)
let held = data.table.rows(order.prefix(order.count / 5))
let taught = data.table.rows(order.dropFirst(order.count / 5))

var run = TrainingRun()
run.seed = 1
run.threads = 2
run.steps = 600
run.announce = { print("\($0.name): \($0.value), because \($0.reason)") }
let options = try method.descriptor.options(parsing: ["width": "64"])
let model = try method.fit(taught, schema: data.schema, options: options, run: run)
print(model.report.explanation)

let synthetic = try model.sampled(SampleRequest(rows: taught.rowCount, seed: 1, threads: 2))

let tables = ComparisonTables(
  schema: data.schema, real: taught, synthetic: synthetic, holdout: held, target: target)
let result = try Evaluator(seed: 1, threads: 2).evaluate([try tables.prepared()], subject: .init())
for judgement in [result.verdict.alike, result.verdict.safe, result.verdict.useful] {
  print("\(judgement.light.word): \(judgement.sentence)")
}
try synthetic.write(to: output, schema: data.schema)
print("wrote \(synthetic.rowCount) rows to \(output)")
