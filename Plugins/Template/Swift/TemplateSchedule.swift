import DiffusionCore
import Foundation

/// A plugin with one noise schedule.
public struct TemplateSchedulePlugin: Plugin {
  /// Makes the plugin.
  public init() {}

  /// The plugin as data.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(id: "template-schedule", version: "0.1.0", summary: "A schedule round a quarter of a circle.")
  }

  /// Adds the schedule.
  public func register(into registry: inout PluginRegistry.Builder) throws {
    try registry.add(
      Registration<any NoiseSchedule>(
        ComponentDescriptor(
          id: "template-schedule", summary: "Signal and noise go round a quarter of a circle.", citation: "",
          capabilities: ["continuous", "discrete"])
      ) { _ in TemplateSchedule() })
  }
}

/// Signal cos(πu/2), noise sin(πu/2). A beginning: put your schedule in its place.
struct TemplateSchedule: NoiseSchedule {
  func level(at u: Double) -> NoiseLevel { NoiseLevel(signal: cos(.pi / 2 * u), noise: sin(.pi / 2 * u)) }

  func time(logSNR: Double) -> Double { atan(exp(-logSNR / 2)) * 2 / .pi }

  func lossWeight(at u: Double) -> Double { exp(level(at: u).logSNR) }
}
