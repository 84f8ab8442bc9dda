import DiffusionCore

extension PluginRegistry {
  /// Why a method without a capability is refused, with the methods that have it.
  ///
  /// - Parameter work: what the capability is for: "score rows".
  func refusal<Capability>(
    of method: any Method, lacking capability: Capability.Type, to work: String, _ status: ExitStatus
  ) -> Failure {
    let able = methods(as: capability).compactMap { ($0 as? any Method)?.descriptor.id }
    return Failure(
      status, "method '\(method.descriptor.id)' cannot \(work)",
      cure: able.isEmpty ? "load a plugin with a method that can" : "use one that can: \(able.joined(separator: ", "))")
  }
}
