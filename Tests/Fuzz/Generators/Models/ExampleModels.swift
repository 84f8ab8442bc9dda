import Foundation
import LangevinCommand
import Tensors

/// Small models of every method, trained on invented tables: what forged files start from.
enum ExampleModels {
  /// What a model is for.
  enum Task: String { case rows, gaps, series }

  /// A model's file, and the table whose gaps it fills or whose rows it scores.
  struct Example {
    let task: Task
    let name: String
    /// Whether the method is that of ``plugin``.
    var isOfPlugin: Bool { name == ExampleModels.pluginName }
    var file: String { "\(task.rawValue).\(name).langevin" }
  }

  /// The models with the arguments of `fit` that make them.
  static let all: [(example: Example, arguments: [String])] =
    [
      ("masked", ["--method", "tabular-masked", "--set", "width=16", "--set", "blocks=1"]),
      (
        "masked-codes",
        ["--method", "tabular-masked", "--set", "width=16", "--set", "numbers=codes", "--set", "blocks=1"]
      ),
      (
        "masked-tokens",
        ["--method", "tabular-masked", "--set", "width=16", "--denoiser", "column-transformer", "--set", "blocks=1"]
      ),
      ("ddpm", ["--method", "tabular-ddpm", "--set", "width=16", "--set", "diffusion-steps=10"]),
      (
        "ddpm-tokens",
        [
          "--method", "tabular-ddpm", "--set", "width=16", "--denoiser", "column-transformer", "--set",
          "diffusion-steps=10",
        ]
      ),
      ("forest", ["--method", "forest-flow", "--set", "times=3", "--set", "trees=3", "--set", "duplicates=2"]),
      (
        "forest-label",
        [
          "--method", "forest-flow", "--set", "times=2", "--set", "trees=2", "--set", "duplicates=2", "--set",
          "label=city",
        ]
      ),
      (pluginName, ["--method", pluginName]),
    ].map { (Example(task: .rows, name: $0.0), ["table.csv"] + $0.1) }
    + [
      ("chained-diffusion", ["--set", "width=16", "--set", "trees=3"]), ("tabular-masked", ["--set", "width=16"]),
      ("chained-forests", ["--set", "trees=3"]), ("chained-ridge", []), ("knn", []), ("mean-mode", []),
    ].map { (Example(task: .gaps, name: $0.0), ["table.csv", "--task", "impute", "--table", "--method", $0.0] + $0.1) }
    + [
      ("series-diffusion", ["--set", "width=16", "--set", "window=8", "--set", "draws=4", "--set", "evaluations=2"]),
      (
        "csdi",
        ["--set", "width=8", "--set", "window=8", "--set", "blocks=1", "--set", "draws=3", "--set", "noise-steps=4"]
      ),
      ("series-ridge", []), ("seasonal", []), ("series-mean", []), ("last-observation", []),
      ("linear-interpolation", []),
    ].map {
      (
        Example(task: .series, name: $0.0),
        ["series.csv", "--task", "impute", "--time", "when", "--group", "station", "--method", $0.0] + $0.1
      )
    }

  private static let pluginName = "template-method"

  /// The plugin that `plugins new --language c` makes, built in the folder.
  static func plugin(in folder: URL) -> String { folder.appending(path: "plugin.so").path }

  private static func buildPlugin(in folder: URL) throws {
    let package = (0..<5).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "cc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-o", plugin(in: folder),
      package.appending(path: "Plugins/Template/C/template_method.c").path, "-lm",
    ]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw ExampleError(text: "the plugin could not be built with cc") }
  }

  private static let stepped = ["tabular-masked", "tabular-ddpm", "chained-diffusion", "series-diffusion", "csdi"]

  /// Columns of ``table`` that are never empty.
  static let neverEmpty: Set<String> = ["id", "amount", "total", "few", "city", "country", "flag", "day", "fixed"]

  /// Writes the tables and trains the models.
  static func make(in folder: URL) throws {
    try table.write(to: folder.appending(path: "table.csv"), atomically: true, encoding: .utf8)
    try gaps.write(to: folder.appending(path: "gaps.csv"), atomically: true, encoding: .utf8)
    try series.write(to: folder.appending(path: "series.csv"), atomically: true, encoding: .utf8)
    try buildPlugin(in: folder)
    for (example, arguments) in all {
      var words = ["fit", folder.appending(path: arguments[0]).path] + arguments.dropFirst()
      words += ["-o", folder.appending(path: example.file).path, "--seed", "1", "--threads", "1", "-q"]
      if example.isOfPlugin { words += ["--plugin", plugin(in: folder)] }
      if example.task != .rows { words.append("--no-check") }
      if stepped.contains(where: words.contains) { words += ["--steps", "3"] }
      do {
        try LangevinProgram.run(arguments: words)
      } catch {
        throw ExampleError(text: "the model '\(example.name)' could not be trained: \(error)")
      }
    }
  }

  // MARK: Tables

  private static let header = "id,amount,part,total,few,city,country,flag,day,note,fixed\n"

  private static func rows(_ count: Int, seed: UInt64, hiding share: Double) -> String {
    var random = RandomStream(seed: seed), text = header
    let cities = [("Oslo", "NO"), ("Bergen", "NO"), ("Lyon", "FR"), ("Nice", "FR"), ("Bonn", "DE")]
    for row in 0..<count {
      let amount = (Double(random.normal()) * 2000).rounded() / 100,
        part = (Double(random.uniform()) * 900).rounded() / 10
      let total = random.happens(0.6) ? amount + part : (Double(random.normal()) * 5000).rounded() / 100
      let city = random.pick(cities)
      let cells = [
        String(format: "%.2f", amount),
        random.happens(0.2) ? "" : random.happens(0.2) ? "0.0" : String(format: "%.1f", part),
        String(format: "%.2f", total), "\(random.integer(below: 4))", city.0, city.1,
        random.happens(0.5) ? "yes" : "no",
        String(format: "2024-%02d-%02d", 1 + random.integer(below: 12), 1 + random.integer(below: 28)),
      ].map { share > 0 && random.happens(share) ? "" : $0 }
      text +=
        (["N\(10_000 + row)"] + cells + ["note \(row) of \(random.integer(below: 1 << 20)), free", "K"])
        .map { $0.contains(",") ? "\"\($0)\"" : $0 }.joined(separator: ",") + "\n"
    }
    return text
  }

  private static var table: String { rows(240, seed: 1, hiding: 0) }
  private static var gaps: String { rows(12, seed: 2, hiding: 0.2) }

  private static var series: String {
    var random = RandomStream(seed: 3), text = "when,station,heat,wind,state\n"
    for station in ["a", "b"] {
      for hour in 0..<72 {
        let heat = 10 * sin(Double(hour) / 4) + Double(random.normal()), wind = Double(random.uniform()) * 9
        text += String(format: "2024-03-%02d %02d:00,", 1 + hour / 24, hour % 24) + station
        text += random.happens(0.12) ? "," : String(format: ",%.1f", heat)
        text += random.happens(0.12) ? "," : String(format: ",%.2f", wind)
        text += random.happens(0.1) ? ",\n" : hour % 12 < 6 ? ",up\n" : ",down\n"
      }
    }
    return text
  }
}

/// Why no example could be made.
struct ExampleError: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}
