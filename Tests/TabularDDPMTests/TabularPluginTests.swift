import DiffusionCore
import DiffusionTesting
import NeuralNetworks
import Tables
import Testing

@testable import TabularDDPM

/// A network of someone else's: one gate, x · σ(linear(x)).
private struct GateDenoiser: TrainableDenoiser {
  let width: Int
  let view: RowView

  func network(_ name: String, tokens: Int, in parameters: inout ParameterLayout) -> any DenoisingNetwork {
    Network(gate: Linear("\(name).gate", inputs: width, outputs: width, in: &parameters))
  }

  private struct Network: DenoisingNetwork {
    let gate: Linear
    func callAsFunction(_ x: Variable) -> Variable { x * gate(x).activated(.sigmoid) }
  }
}

/// The plugin that brings it. It knows nothing of the methods.
private struct GatePlugin: Plugin {
  var descriptor: PluginDescriptor {
    PluginDescriptor(id: "gates", version: "1", summary: "A network of someone else's.")
  }

  func register(into registry: inout PluginRegistry.Builder) throws {
    try registry.add(
      Registration<any TrainableDenoiser>(
        ComponentDescriptor(
          id: "gate", summary: "One gate a row or a cell.", citation: "Tests",
          options: [
            OptionDescription("width", .integer(8...64), default: .integer(16), help: "The width of the network."),
            OptionDescription("cells", .flag, default: .flag(false), help: "Whether each cell is gated by itself."),
          ])
      ) { GateDenoiser(width: $0.integer("width"), view: $0.flag("cells") ? .tokens : .whole) })
  }
}

@Suite("Tabular plugin")
struct TabularPluginTests {
  @Test("it keeps the laws, with all that it registers")
  func laws() throws {
    try checkPlugin(TabularDDPMPlugin())
    try checkPlugin(GatePlugin())
    try checkRegistry(try PluginRegistry([CorePlugin(), TabularDDPMPlugin(), GatePlugin()]))
  }

  @Test(
    "encoders keep the laws with other options",
    arguments: [["numbers": "codes"], ["derive": "no"], ["heavy-share": "1"]])
  func encoders(options: [String: String]) throws {
    let registry = try PluginRegistry([TabularDDPMPlugin()])
    let encoder: any DataEncoder = try registry.encoders.make("quantile-codes", options: options)
    try checkDataEncoder(encoder)
  }

  @Test("few-valued numbers may be categories of TabDDPM")
  func fewValues() throws {
    let registry = try PluginRegistry([TabularDDPMPlugin()])
    for count in ["5", "1000"] {
      let encoder: any DataEncoder = try registry.encoders.make("quantile-scores", options: ["few-values": count])
      try checkDataEncoder(encoder)
    }
  }

  @Test(
    "a network of another plugin is chosen by name, trained, stored and found again",
    arguments: ["tabular-masked", "tabular-ddpm"], ["no", "yes"])
  func foreignNetwork(method id: String, cells: String) throws {
    let registry = try PluginRegistry([CorePlugin(), TabularDDPMPlugin(), GatePlugin()])
    let method = try #require(try registry.method(id) as? any Synthesizer)
    let (table, schema) = SmallTables.mixed(rows: 200)
    let options = try method.descriptor.options(parsing: ["denoiser": "gate", "cells": cells, "batch": "32"])
    let model = try method.fit(table, schema: schema, options: options, run: SmallTables.run(steps: 30))
    let curve = model.report.training.curve.compactMap(\.heldOut)
    #expect(curve.allSatisfy { $0.isFinite } && model.report.choices.contains { $0.value.hasPrefix("gate") })

    let archive = try ModelArchive(data: try model.archive().data(), named: "people.langevin")
    let loaded = try method.load(archive)
    let request = SampleRequest(rows: 50, seed: 2)
    #expect(try SmallTables.sample(loaded, request) == SmallTables.sample(model, request))

    // A program without the plugin.
    let plain = try #require(try PluginRegistry([TabularDDPMPlugin()]).method(id) as? any Synthesizer)
    let error = #expect(throws: ArchiveError.self) { try plain.load(archive) }
    #expect(error?.description.hasPrefix("'people.langevin' was made with the denoiser 'gate'") == true)
    #expect(throws: OptionError.self) { try plain.descriptor.options(parsing: ["denoiser": "gate"]) }
  }
}
