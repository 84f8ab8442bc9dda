/// The schedules, samplers and denoisers that come with the core, as a plugin like any other.
public struct CorePlugin: Plugin {
  /// Makes the plugin.
  public init() {}

  /// The plugin as data.
  public var descriptor: PluginDescriptor {
    PluginDescriptor(
      id: "core", version: "1.0.0", summary: "The noise schedules, samplers and denoisers of the diffusion core.")
  }

  /// Adds every schedule, sampler and denoiser of the core.
  public func register(into registry: inout PluginRegistry.Builder) throws {
    for schedule in StandardSchedules.all { try registry.add(schedule) }
    for sampler in StandardSamplers.all { try registry.add(sampler) }
    for denoiser in StandardDenoisers.all { try registry.add(denoiser) }
  }
}
