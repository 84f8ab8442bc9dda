import DiffusionCore
import Foundation
import Tables
import Testing

@testable import PluginLoading

/// Plugins that are loaded at run time, as a person uses them.
@Suite struct PluginsTests {
  private let scratch = Scratch()
  /// No plugins but those of a test.
  private var environment: [String: String] {
    ["XDG_DATA_HOME": scratch.path("data"), "LANGEVIN_PLUGIN_PATH": ""]
  }

  /// Runs a program in the test's folder, and returns its status.
  @discardableResult
  private func start(_ program: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = scratch.folder
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Makes a shared library of a source of this package, with the compiler of Swift where there is no other.
  private func library(
    _ name: String, of source: String = "Tests/Fixtures/plugins/stub.c", _ macros: String...
  ) throws {
    let flags =
      [
        "-std=gnu11", "-O2", "-shared", "-fPIC", "-I",
        Command.package.appending(path: "Sources/CPluginABI/include").path,
      ]
      + macros.map { "-D" + $0 }
    let status = try start(
      "sh",
      ["-c", #"exec $(command -v cc || command -v clang) "$@""#, "cc"] + flags
        + [Command.package.appending(path: source).path, "-o", name, "-lm"])
    try #require(status == 0)
  }

  private func copula(_ name: String = "libcopula.so") throws {
    try library(name, of: "examples/c-plugin/gaussian_copula.c")
  }

  private func run(_ arguments: String...) throws -> Command.Outcome {
    try Command.run(arguments, in: scratch, environment: environment)
  }

  @Test func `A named plugin learns, makes rows and gives the same bytes again`() throws {
    try copula()
    scratch.file("people.csv", Sample.people)
    let words = ["people.csv", "-o", "a.csv", "--method", "gaussian-copula", "--seed", "3"]
    let synth = try Command.run(
      ["--plugin", "libcopula.so", "synth"] + words, in: scratch, environment: environment)
    #expect(synth.status == 0, "\(synth.errors)")
    let rows = scratch.text("a.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows.count == 81 && rows[0] == ["age", "city", "income", "owner", "since"])
    for row in rows.dropFirst() {
      #expect((18...77).contains(Int(row[0]) ?? 0) && ["Oslo", "Bergen", "Trondheim"].contains(row[1]))
      #expect(row[2].isEmpty || Int(row[2]) != nil)
      #expect(row[4].hasPrefix("2024-0") && row[4].count == 10)
    }
    // What is said to repeat it does, though the option stands before the subcommand and there are no steps.
    let line = try #require(synth.errors.split(separator: "\n").last { $0.contains("to repeat this exactly: ") })
    #expect(line.contains("--plugin libcopula.so") && !line.contains("--steps"))

    let fit = try run(
      "fit", "people.csv", "-o", "people.langevin", "--method", "copula", "--seed", "3", "--plugin", "libcopula.so")
    #expect(fit.status == 0, "\(fit.errors)")
    let sample = try run("sample", "people.langevin", "-o", "b.csv", "--seed", "3", "--plugin", "libcopula.so")
    #expect(sample.status == 0, "\(sample.errors)")
    #expect(scratch.text("b.csv") == scratch.text("a.csv"))
    let some = try run(
      "sample", "people.langevin", "-o", "-", "--rows", "20", "--where", "city=Oslo", "--where", "age=30..40",
      "--no-missing", "--plugin=libcopula.so", "-q")
    let kept = some.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(kept.count == 20)
    for row in kept { #expect(row.count == 5 && row[1] == "Oslo" && (30...40).contains(Int(row[0]) ?? 0)) }

    let without = try run("sample", "people.langevin", "-o", "c.csv")
    #expect(without.status == 65)
    #expect(without.errors.contains("the plugin 'gaussian-copula' 1.0.0, which is not here"))
    #expect(without.errors.contains("--plugin FILE"))
    let score = try run("score", "people.csv", "--model", "people.langevin", "--plugin", "libcopula.so")
    #expect(score.status == 65 && score.errors.contains("cannot score rows"))
    #expect(!scratch.has("c.csv"))
  }

  @Test func `A plugin is installed, listed, described, used and removed`() throws {
    try copula()
    scratch.file("people.csv", Sample.people)
    let install = try run("plugins", "install", "libcopula.so")
    #expect(install.status == 0 && install.output.contains("installed gaussian-copula 1.0.0 as "))
    #expect(try run("plugins", "install", "libcopula.so").output.contains(" in the place of 1.0.0 as "))
    let list = try run("plugins", "list")
    #expect(list.output.contains("gaussian-copula 1.0.0"))
    #expect(list.output.contains("data/langevin/plugins/gaussian-copula.so"))
    let bundles = try #require(try run("plugins", "list", "--json").json()["plugins"] as? [[String: Any]])
    #expect(bundles.last?["id"] as? String == "gaussian-copula" && bundles.first?["file"] == nil)
    let info = try run("plugins", "info", "copula")
    #expect(info.output.contains("shrinkage: a number from 0 to 1; default 0") && info.output.contains("Loaded from "))
    #expect(try run("synth", "people.csv", "-o", "a.csv", "--method", "copula", "-q").status == 0)
    #expect(try run("plugins", "remove", "gaussian-copla").errors.contains("did you mean 'gaussian-copula'?"))
    #expect(try run("plugins", "remove", "gaussian-copula").status == 0)
    let gone = try run("synth", "people.csv", "-o", "b.csv", "--method", "copula")
    #expect(gone.status == 2 && gone.errors.contains("unknown method 'copula'"))
  }

  @Test func `Folders of the environment are searched, and the current one is not`() throws {
    try FileManager.default.createDirectory(atPath: scratch.path("plugins"), withIntermediateDirectories: true)
    try library("plugins/stub.so")
    try library("stub.so")
    #expect(try !run("plugins", "list").output.contains("stub"))
    var environment = environment
    environment["LANGEVIN_PLUGIN_PATH"] = scratch.path("plugins")
    #expect(try Command.run(["plugins", "list"], in: scratch, environment: environment).output.contains("stub 1.2.3"))
    environment["LANGEVIN_PLUGIN_PATH"] = "plugins"
    let relative = try Command.run(["plugins", "list"], in: scratch, environment: environment)
    #expect(relative.status == 2 && relative.errors.contains("LANGEVIN_PLUGIN_PATH"))
  }

  @Test func `Broken plugins are errors with a cure, and nothing is written`() throws {
    scratch.file("people.csv", Sample.people)
    try library("crash.so", "STUB_CRASHES")
    try library("newer.so", "STUB_ABI=2")
    try library("other.so", "STUB_ENTRY=my_plugin")
    try library("core.so", #"STUB_ID="core""#)
    try library("fails.so", "STUB_FIT_FAILS=3")
    scratch.file("text.so", "hello\n")
    let expected: [(file: String, status: Int32, words: [String])] = [
      ("crash.so", 65, ["crash.so: the plugin crashed", "in describe"]),
      ("newer.so", 65, ["version 2", "version 1", "help: use a newer Langevin"]),
      ("other.so", 65, ["no function langevin_plugin_v1"]), ("text.so", 65, ["a text that begins 'hello'"]),
      ("core.so", 2, ["the plugin 'core' is there already, from the plugin 'core' of this program"]),
      ("none.so", 74, ["none.so", "No such file"]),
      ("fails.so", 70, ["plugin 'stub' failed in fit: the first column is too blue"]),
    ]
    for (file, status, words) in expected {
      let outcome = try run("synth", "people.csv", "-o", "out.csv", "--method", "stub", "--plugin", file)
      #expect(outcome.status == status, "\(file): \(outcome.errors)")
      for word in words { #expect(outcome.errors.contains(word), "\(file): \(outcome.errors)") }
      #expect(!scratch.has("out.csv"))
    }
    for command in ["evaluate", "inspect"] {
      #expect(try run("--plugin", "crash.so", command, "people.csv").status == 2)
    }
  }

  @Test func `A broken installed plugin names the file and how to remove it`() throws {
    try library("stub.so")
    #expect(try run("plugins", "install", "stub.so").status == 0)
    let place = scratch.path("data/langevin/plugins/stub.so")
    try FileManager.default.removeItem(atPath: place)
    scratch.file("data/langevin/plugins/stub.so", "damaged\n")
    let list = try run("plugins", "list")
    #expect(list.status == 65 && list.errors.contains(place) && list.errors.contains("langevin plugins remove stub"))
    #expect(try run("--help").status == 0)
    #expect(try run("plugins", "remove", "stub").status == 0)
    #expect(try run("plugins", "list").status == 0)
  }

  @Test func `What a plugin writes and what it is asked are as their schema says`() throws {
    try copula()
    try library("stub.so")
    let path = Command.package.appending(path: "docs/plugin.schema.json").path
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let schema = try JSONSchemaCheck(Data(text.utf8))
    for name in ["libcopula.so", "stub.so"] {
      let json = try RuntimePlugin.json(of: PluginFile(scratch.path(name), origin: .named))
      #expect(schema.departures(of: try JSONSerialization.jsonObject(with: json)) == [])
    }
    // The same definitions, with another of them at the top.
    var root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let definitions = try #require(root["$defs"] as? [String: Any])
    root = try #require(definitions["request"] as? [String: Any])
    root["$defs"] = definitions
    let request = try JSONSchemaCheck(try JSONSerialization.data(withJSONObject: root))
    let day = try DateFormat(pattern: "yyyy-MM-dd")
    var asked = CallRequest(
      method: "mine",
      options: ["a": .init(value: .integer(1)), "b": .init(value: .automatic), "c": .init(value: .flag(true))],
      columns: [
        ColumnSchema(name: "x", kind: .decimal(digits: 2), minimum: 0.5, maximum: 1),
        ColumnSchema(name: "y", kind: .date(format: day), missingCount: 3), ColumnSchema(name: "z", kind: .boolean),
      ].map { ColumnDescription(.init(schema: $0, levels: ["no", "yes"])) })
    #expect(request.departures(of: try JSONSerialization.jsonObject(with: Data(asked.json().utf8))) == [])
    asked.steps = 10
    asked.budget = 2.5
    asked.conditions = [
      .init(CellCondition(column: "x", .range(0...(.infinity)))), .init(CellCondition(column: "z", .levels(["no"]))),
      .init(CellCondition(column: "y", .missing)),
    ]
    #expect(request.departures(of: try JSONSerialization.jsonObject(with: Data(asked.json().utf8))) == [])
    #expect(request.departures(of: ["method": 1, "extra": 2]).count == 7, "the check sees what is wrong")
  }

  @Test func `Packages of new plugins are made, and that in C works`() throws {
    scratch.file("people.csv", Sample.people)
    let made = try run("plugins", "new", "MyMethod", "--kind", "method", "--language", "c")
    #expect(made.status == 0 && made.output.contains("cd my-method && make"), "\(made.errors)")
    if try start("sh", ["-c", "command -v make"]) == 0 {
      #expect(try start("make", ["-s", "-C", "my-method", "check", "LANGEVIN=\(Command.binary.path)"]) == 0)
    } else {
      try start("sh", ["-c", "cd my-method && clang -shared -fPIC my_method.c -o libmy_method.so -lm"])
    }
    let synth = try run(
      "--plugin", "my-method/libmy_method.so", "synth", "people.csv", "-o", "out.csv", "--method", "my-method", "-q")
    #expect(synth.status == 0 && scratch.text("out.csv").split(separator: "\n").count == 81)

    let again = try run("plugins", "new", "my-method", "--language", "c")
    #expect(again.status == 2 && again.errors.contains("my-method is there already"))
    #expect(
      try run("plugins", "new", "net", "--kind", "denoiser", "--language", "c").errors.contains("--language swift"))
    #expect(try run("plugins", "new", "my net").errors.contains("'my net' is no name"))
    let nowhere = try Command.run(
      ["plugins", "new", "net"], in: scratch, environment: environment.merging(["LANGEVIN_PACKAGE": "none"]) { $1 })
    #expect(nowhere.status == 2 && nowhere.errors.contains("none is not Langevin's package"))

    let swift = try run("plugins", "new", "Net", "--kind", "denoiser", "--langevin", Command.package.path)
    #expect(swift.status == 0 && scratch.text("net/Package.swift").contains("path: \"\(Command.package.path)\""))
    #expect(try start("swift", ["package", "--package-path", "net", "dump-package"]) == 0)
    #expect(scratch.names == ["my-method", "net", "out.csv", "people.csv"])
  }

  @Test func `The laws are checked in a process of their own`() throws {
    try copula()
    try library("stub.so")
    let good = try run("plugins", "check", "libcopula.so")
    #expect(good.status == 0 && good.output == "gaussian-copula 1.0.0 keeps all laws\n", "\(good.output)\(good.errors)")
    let bad = try run("plugins", "check", "stub.so")
    #expect(bad.status == 1 && bad.output.contains("range: mixed, column"))
  }
}
