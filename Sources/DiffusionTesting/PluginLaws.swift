import DiffusionCore

/// Checks a plugin: that it registers (`registers`), offers something (`offers`), says what it is (`description`),
/// keeps the laws of options for all it offers (`options`), makes its components from defaults (`make`), and those
/// keep their own laws (`noise schedule`, `sampler`, `denoiser`, `encoder`), as do its methods that make rows
/// (`synthesizer`). A plugin that was loaded at run time is checked by the same call.
///
/// - Throws: ``ConformanceFailure`` with every broken law.
public func checkPlugin(_ plugin: any Plugin) throws(ConformanceFailure) {
  var laws = LawBook("plugin '\(plugin.descriptor.id)'")
  laws.expect("description", plugin.descriptor.summary.count >= 10, "its summary is '\(plugin.descriptor.summary)'")
  laws.expect("description", !plugin.descriptor.version.isEmpty, "it has no version")
  do {
    let registry = try PluginRegistry([plugin])
    let offered =
      registry.methods.ids + registry.noiseSchedules.ids + registry.samplers.ids + registry.denoisers.ids
      + registry.encoders.ids
    laws.expect("offers", !offered.isEmpty, "it registers nothing")
    check(registry, &laws)
  } catch {
    laws.expect("registers", false, "\(error)")
  }
  try laws.close()
}

/// Checks everything that a registry holds, by the laws of ``checkPlugin(_:)``, and that every id and alias is found
/// (`lookup`) while a name that nobody has is not (`unknown`).
///
/// - Throws: ``ConformanceFailure`` with every broken law.
public func checkRegistry(_ registry: PluginRegistry) throws(ConformanceFailure) {
  var laws = LawBook("registry of \(registry.plugins.map(\.descriptor.id).joined(separator: ", "))")
  check(registry, &laws)
  lookup(registry.methods, &laws)
  lookup(registry.noiseSchedules, &laws)
  lookup(registry.samplers, &laws)
  lookup(registry.denoisers, &laws)
  lookup(registry.encoders, &laws)
  try laws.close()
}

private func lookup<Item>(_ catalog: Catalog<Item>, _ laws: inout LawBook) {
  for entry in catalog.entries {
    for name in [entry.id] + entry.aliases {
      laws.expect("lookup", (try? catalog.entry(name))?.id == entry.id, "'\(name)' does not find '\(entry.id)'")
    }
  }
  laws.expect("unknown", (try? catalog.entry("no such thing")) == nil, "a \(catalog.kind.rawValue) without a name")
}

private func check(_ registry: PluginRegistry, _ laws: inout LawBook) {
  for entry in registry.methods.entries {
    let descriptor = entry.item.descriptor
    laws.expect("description", descriptor.summary.count >= 10, "'\(entry.id)' is summed up as '\(descriptor.summary)'")
    laws.expect("description", !descriptor.tasks.isEmpty, "'\(entry.id)' has no task")
    note("options", &laws) { () throws(ConformanceFailure) in try checkOptions(descriptor.options, of: entry.id) }
    guard entry.availability == .available, let method = entry.item as? any Synthesizer else { continue }
    note("synthesizer", &laws) { () throws(ConformanceFailure) in try checkSynthesizer(method) }
  }
  components(registry.noiseSchedules, &laws) { schedule throws(ConformanceFailure) in try checkNoiseSchedule(schedule) }
  components(registry.samplers, &laws) { sampler throws(ConformanceFailure) in try checkSampler(sampler) }
  components(registry.denoisers, &laws) { denoiser throws(ConformanceFailure) in try checkTrainableDenoiser(denoiser) }
  components(registry.encoders, &laws) { encoder throws(ConformanceFailure) in try checkDataEncoder(encoder) }
}

private func components<Product>(
  _ catalog: Catalog<Registration<Product>>, _ laws: inout LawBook,
  _ body: (Product) throws(ConformanceFailure) -> Void
) {
  for entry in catalog.entries {
    let descriptor = entry.item.descriptor
    laws.expect("description", descriptor.summary.count >= 10, "'\(entry.id)' is summed up as '\(descriptor.summary)'")
    note("options", &laws) { () throws(ConformanceFailure) in try checkOptions(descriptor.options, of: entry.id) }
    guard entry.availability == .available else { continue }
    do {
      let product = try entry.item.make()
      note(catalog.kind.rawValue, &laws) { () throws(ConformanceFailure) in try body(product) }
    } catch {
      laws.expect("make", false, "'\(entry.id)' cannot be made from its defaults: \(error)")
    }
  }
}

private func note(_ law: String, _ laws: inout LawBook, _ body: () throws(ConformanceFailure) -> Void) {
  do throws(ConformanceFailure) { try body() } catch { laws.expect(law, false, "\(error)") }
}
