import CPluginABI
import DiffusionCore
import DiffusionTesting
import Foundation
import Testing

@testable import PluginLoading

/// Libraries that are loaded, and all that can be wrong with them.
@Suite struct RuntimePluginTests {
  private let scratch = Scratch()

  private func problem(of path: String) -> PluginLoadingError.Problem? {
    do {
      _ = try RuntimePlugin(contentsOf: path)
      return nil
    } catch {
      #expect(error.path == path && error.message.contains(path) && !error.cure.isEmpty)
      return error.problem
    }
  }

  @Test func `A library describes itself`() throws {
    let plugin = try RuntimePlugin(contentsOf: scratch.library())
    #expect(plugin.descriptor == PluginDescriptor(id: "stub", version: "1.2.3", summary: "A plugin of tests."))
    let method = try #require(try PluginRegistry([plugin]).method("stub") as? any Synthesizer)
    #expect(method.descriptor.options.map(\.name) == ["step"])
    #expect(method.descriptor.options.first?.kind == .integer(1...Int.max))
    #expect(method.descriptor.options.first?.trials == [.integer(2), .integer(5)])
  }

  @Test func `Another version is refused, with both`() throws {
    #expect(
      problem(of: try scratch.library("a.so", "STUB_ABI=7")) == .wrongVersion(found: 7, supported: 1))
    #expect(
      problem(of: try scratch.library("b.so", "STUB_ENTRY=langevin_plugin_v2"))
        == .wrongVersion(found: 2, supported: 1))
    let error = PluginLoadingError(.wrongVersion(found: 2, supported: 1), path: "b.so")
    #expect(error.message.contains("version 2") && error.message.contains("version 1"))
    #expect(error.cure == "use a newer Langevin")
  }

  @Test func `A library without the entry, a short table and a lacking function are refused`() throws {
    #expect(
      problem(of: try scratch.library("a.so", "STUB_ENTRY=my_plugin")) == .missingEntry(name: "langevin_plugin_v1"))
    let size = UInt32(MemoryLayout<langevin_plugin>.size)
    #expect(problem(of: try scratch.library("b.so", "STUB_SIZE=16")) == .tableTooSmall(found: 16, needed: size))
    #expect(problem(of: try scratch.library("c.so", "STUB_LACKS_SAMPLE")) == .missingFunction(name: "sample"))
    // A later version of the table is longer.
    #expect(problem(of: try scratch.library("d.so", "STUB_SIZE=4096")) == nil)
  }

  @Test func `What crashes, exits or hangs is an error`() throws {
    let fault = "crashed (\(String(cString: strsignal(SIGSEGV))))"
    #expect(problem(of: try scratch.library("a.so", "STUB_CRASHES")) == .crashed(during: "in describe", how: fault))
    #expect(
      problem(of: try scratch.library("b.so", "STUB_DIES_WHEN_OPENED"))
        == .crashed(during: "while it was opened", how: fault))
    #expect(
      problem(of: try scratch.library("c.so", "STUB_EXITS"))
        == .crashed(during: "in describe", how: "ended the process (status 0)"))
    let hanging = try PluginFile(try scratch.library("d.so", "STUB_HANGS"), origin: .named)
    let error = #expect(throws: PluginLoadingError.self) { try RuntimePlugin(hanging, patience: 0.3) }
    #expect(error?.problem == .crashed(during: "in describe", how: "did not come to an end"))
  }

  @Test func `A description is bounded in length, memory and time`() throws {
    let tooLong = PluginLoadingError.Problem.badDescription(
      reason: "it writes more than 4194304 bytes, or what is not in memory")
    #expect(problem(of: try scratch.library("a.so", "STUB_WRITES_WITHOUT_END")) == tooLong)
    #expect(problem(of: try scratch.library("b.so", "STUB_WRITES_SIZE=-1")) == tooLong)
    #expect(problem(of: try scratch.library("c.so", "STUB_WRITES_SIZE=(1LL<<60)")) == tooLong)
    #expect(problem(of: try scratch.library("d.so", "STUB_WRITES_NOWHERE")) == tooLong)
    // Taking memory takes time, and other tests run.
    let greedy = try PluginFile(try scratch.library("e.so", "STUB_TAKES_MEMORY"), origin: .named)
    let refused = #expect(throws: PluginLoadingError.self) { try RuntimePlugin(greedy, patience: 120) }
    #expect(refused?.problem == .refused(message: "memory is short"))
    #expect(
      problem(of: try scratch.library("f.so", "STUB_FAILS_NOWHERE"))
        == .refused(message: "it gives no reason (status 1)"))
    let spinning = try PluginFile(try scratch.library("g.so", "STUB_SPINS"), origin: .named)
    let error = #expect(throws: PluginLoadingError.self) { try RuntimePlugin(spinning, patience: 0.3) }
    #expect(error?.problem == .crashed(during: "in describe", how: "did not come to an end"))
  }

  @Test func `A process of its own gives no more than was asked for, and takes no more`() {
    let long = IsolatedRun.run(seconds: 10, most: 1000) { _ in Data(count: 1 << 20) }
    #expect(long == .broken(step: 0, how: "gave more than 1000 bytes"))
    #expect(IsolatedRun.run(seconds: 10, most: 1000) { _ in Data(count: 1000) } == .finished(Data(count: 1000)))
  }

  @Test func `A plugin that refuses says why`() throws {
    #expect(
      problem(of: try scratch.library("a.so", "STUB_REFUSES")) == .refused(message: "out of paper; bring some"))
  }

  @Test(arguments: [
    (#"STUB_JSON="{""#, "it is no JSON"), (#"STUB_JSON="{ \"id\": \"a\" }""#, "lacks \"version\""),
    (#"STUB_ID="Not Kebab""#, "use lower-case words"),
    (#"STUB_OPTION="{ \"name\": \"a\", \"kind\": \"flag\", \"help\": \"Some help.\" }""#, "has no default"),
    (
      #"STUB_OPTION="{ \"name\": \"a\", \"kind\": \"integer\", \"minimum\": 2, \"default\": 1, \"help\": \"Help.\" }""#,
      "cannot be 1, which is not a whole number, 2 or more"
    ),
    (
      #"STUB_OPTION="{ \"name\": \"a\", \"kind\": \"number\", \"minimum\": 2, \"maximum\": 1, \"default\": 1, \"help\": \"Help.\" }""#,
      "greater than its maximum"
    ),
    (
      #"STUB_OPTION="{ \"name\": \"a\", \"kind\": \"colour\", \"default\": 1, \"help\": \"Help.\" }""#,
      "options[0].kind"
    ),
    (#"STUB_OPTION="{ \"name\": \"A\", \"kind\": \"flag\", \"default\": true, \"help\": \"Help.\" }""#, "lower-case"),
    (
      #"STUB_JSON="{ \"id\": \"a\", \"version\": \"1\", \"summary\": \"\", \"methods\": [] }""#, "has no methods"
    ),
    (
      #"STUB_JSON="{ \"id\": \"a\", \"version\": \"1\", \"summary\": \"\", \"methods\": [ { \"id\": \"a\", \"summary\": \"\", \"citation\": \"\", \"tasks\": [\"impute\"] } ] }""#,
      "has the task 'impute'"
    ),
  ]) func `A bad description is refused with its place`(macro: String, reason: String) throws {
    guard case .badDescription(let found) = problem(of: try scratch.library("a.so", macro)) else {
      Issue.record("it is taken, or refused for another reason")
      return
    }
    #expect(found.contains(reason), "\(found)")
  }

  @Test func `Other files are refused for what they are`() throws {
    func write(_ text: String, _ name: String) throws -> String {
      try Data(text.utf8).write(to: scratch.folder.appending(path: name))
      return scratch.path(name)
    }
    #expect(
      problem(of: try write("#!/bin/sh\nexit\n", "script.so"))
        == .notALibrary(found: "a text that begins '#!/bin/sh'"))
    #expect(problem(of: try write("\u{0}\u{1}\u{2}", "binary.so")) == .notALibrary(found: "a file of another kind"))
    #expect(problem(of: scratch.folder.path) == .notALibrary(found: "a folder"))
    #expect(problem(of: try write("", "empty.so")) == .unreadable(reason: "it is empty"))
    #expect(problem(of: scratch.path("none.so")) == .unreadable(reason: "No such file or directory"))
    let library = try Data(contentsOf: URL(fileURLWithPath: scratch.library()))
    try library.prefix(3000).write(to: scratch.folder.appending(path: "cut.so"))
    // What is missing may be found missing by the loader, or by who reads it.
    switch problem(of: scratch.path("cut.so")) {
    case .unloadable, .crashed(during: "while it was opened", how: _): break
    case let other: Issue.record("a library that was cut is \(String(describing: other))")
    }
  }
}
