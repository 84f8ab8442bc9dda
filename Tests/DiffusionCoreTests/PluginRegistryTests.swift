import DiffusionCore
import DiffusionTesting
import Testing

private struct StubMethod: Method {
  var descriptor: MethodDescriptor
  init(_ id: String, aliases: [String] = [], tasks: Set<MethodTask> = [.synthesize], options: [OptionDescription] = [])
  {
    descriptor = MethodDescriptor(
      id: id, aliases: aliases, tasks: tasks, summary: "A method for tests.", citation: "", options: options)
  }
}

private struct StubPlugin: Plugin {
  var id: String
  var methods: [StubMethod] = []
  var schedules: [Registration<any NoiseSchedule>] = []
  var availability = PluginAvailability.available
  var failure: (any Error)?
  var descriptor: PluginDescriptor { PluginDescriptor(id: id, version: "1", summary: "A plugin for tests.") }
  func register(into registry: inout PluginRegistry.Builder) throws {
    if let failure { throw failure }
    for method in methods { try registry.add(method) }
    for schedule in schedules { try registry.add(schedule) }
  }
}

private struct Mishap: Error, CustomStringConvertible { var description: String { "out of paper" } }

@Suite struct PluginRegistryTests {
  func message(_ plugins: [any Plugin]) -> String? {
    do throws(RegistryError) {
      _ = try PluginRegistry(plugins)
      return nil
    } catch { return error.description }
  }

  @Test func thingsAreFoundByIdAndAlias() throws {
    let registry = try PluginRegistry([
      CorePlugin(), StubPlugin(id: "stub", methods: [StubMethod("tabular-ddpm", aliases: ["ddpm"])]),
    ])
    #expect(try registry.method("tabular-ddpm").descriptor.id == "tabular-ddpm")
    #expect(try registry.method("ddpm").descriptor.id == "tabular-ddpm")
    #expect(try registry.methods.entry("ddpm").plugin.id == "stub")
    // The same alias for another kind of thing is no conflict.
    #expect(try registry.samplers.entry("ddpm").id == "ancestral")
    #expect(registry.plugins.map(\.descriptor.id) == ["core", "stub"])
  }

  @Test func methodsAreListedByTask() throws {
    let registry = try PluginRegistry([
      StubPlugin(
        id: "stub", methods: [StubMethod("a"), StubMethod("b", tasks: [.impute, .balance]), StubMethod("c")])
    ])
    #expect(registry.methods(for: .synthesize).map(\.descriptor.id) == ["a", "c"])
    #expect(registry.methods(for: .balance).map(\.descriptor.id) == ["b"])
    #expect(try registry.method("b", for: .impute).descriptor.id == "b")
    #expect(throws: RegistryError.self) { try registry.method("b", for: .synthesize) }
  }

  @Test func componentsAreMadeFromOptions() throws {
    let registry = try PluginRegistry([CorePlugin()])
    let schedule = try registry.noiseSchedules.make("edm", options: ["exponent": "5"])
    #expect(schedule as? KarrasSchedule == KarrasSchedule(exponent: 5))
    let stored = try OptionValues(parsing: ["steps": "10"], as: registry.noiseSchedules.item("ddpm").descriptor.options)
    #expect(try registry.noiseSchedules.make("ddpm", stored: stored) as? SteppedSchedule == .linear(steps: 10))
    #expect(try registry.samplers.make("ddim", options: ["eta": "0.5"]) as? DDIMSampler == DDIMSampler(eta: 0.5))
    #expect(throws: OptionError.self) { try registry.samplers.make("ddim", options: ["eta": "2"]) }
    // Two options that are each in range and together are not.
    #expect(
      throws: OptionError.outOfRange(
        option: "maximum-sigma", value: "1", expected: "more than minimum-sigma, which is 2")
    ) {
      try registry.noiseSchedules.make("karras", options: ["minimum-sigma": "2", "maximum-sigma": "1"])
    }
  }

  @Test func duplicatesNameBothOwners() {
    let one = StubPlugin(id: "one", methods: [StubMethod("a")])
    #expect(
      message([one, StubPlugin(id: "two", methods: [StubMethod("b", aliases: ["a"])])])
        == "the plugins 'one' and 'two' both register the method 'a'; rename one or leave one out")
    #expect(message([one, one]) == "plugin 'one' is listed twice; list it once")
    #expect(
      message([StubPlugin(id: "one", methods: [StubMethod("a"), StubMethod("a")])])
        == "plugin 'one' registers the method 'a' twice; rename one")
  }

  @Test func unknownNamesGetSuggestions() throws {
    let registry = try PluginRegistry([
      StubPlugin(id: "stub", methods: [StubMethod("tabular-ddpm"), StubMethod("smote")])
    ])
    let error = #expect(throws: RegistryError.self) { try registry.method("smoth") }
    #expect(error?.description == "unknown method 'smoth'; did you mean 'smote'?")
    let other = #expect(throws: RegistryError.self) { try registry.method("zzz") }
    #expect(other?.description == "unknown method 'zzz'; known: smote, tabular-ddpm")
    #expect(throws: RegistryError.self) { try registry.plugin("core") }
  }

  @Test func anUnavailablePluginTellsItsReason() throws {
    let registry = try PluginRegistry([
      StubPlugin(
        id: "boost", methods: [StubMethod("trees")],
        availability: .unavailable(reason: "libxgboost is missing; apt-get install libxgboost-dev"))
    ])
    let error = #expect(throws: RegistryError.self) { try registry.method("trees") }
    #expect(
      error?.description
        == "the method 'trees' of plugin 'boost' cannot run here: libxgboost is missing; apt-get install libxgboost-dev"
    )
    #expect(registry.methods(for: .synthesize).isEmpty)
    #expect(registry.methods.ids == ["trees"])
  }

  @Test func badNamesDescriptionsAndFailuresAreErrors() {
    #expect(message([StubPlugin(id: "Bad Name")]) != nil)
    #expect(message([StubPlugin(id: "stub", methods: [StubMethod("two_words")])]) != nil)
    let twice = OptionDescription("steps", .flag, default: .flag(true), help: "")
    #expect(
      message([StubPlugin(id: "stub", methods: [StubMethod("a", options: [twice, twice])])])
        == "plugin 'stub' describes the method 'a' badly: the option 'steps' appears twice")
    #expect(message([StubPlugin(id: "stub", failure: Mishap())]) == "plugin 'stub' could not register: out of paper")
  }

  @Test func theCorePluginKeepsTheLaws() throws {
    try checkPlugin(CorePlugin())
    try checkRegistry(
      PluginRegistry([CorePlugin(), StubPlugin(id: "stub", methods: [StubMethod("a", aliases: ["b"])])]))
  }

  @Test func theKitCatchesABadPlugin() {
    let empty = #expect(throws: ConformanceFailure.self) { try checkPlugin(StubPlugin(id: "stub")) }
    #expect(empty?.breaks("offers") == true)
    let failing = #expect(throws: ConformanceFailure.self) {
      try checkPlugin(StubPlugin(id: "stub", failure: Mishap()))
    }
    #expect(failing?.breaks("registers") == true)
    let unmade = Registration<any NoiseSchedule>(
      ComponentDescriptor(id: "s", summary: "A schedule for tests.", citation: "")
    ) { _ in throw Mishap() }
    let broken = Registration<any NoiseSchedule>(
      ComponentDescriptor(id: "r", summary: "A schedule for tests.", citation: "")
    ) { _ in RisingSchedule() }
    let bad = #expect(throws: ConformanceFailure.self) {
      try checkPlugin(StubPlugin(id: "stub", schedules: [unmade, broken]))
    }
    #expect(bad?.breaks("make") == true)
    #expect(bad?.breaks("noise schedule") == true)
  }
}
