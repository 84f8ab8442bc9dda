import DiffusionCore

extension PluginRegistry {
  /// Refuses a method that lacks a capability, and names those that have it.
  ///
  /// - Parameter work: what the capability is for: "score rows".
  func require<Capability>(
    _ capability: Capability.Type, of method: any Method, to work: String, _ status: ExitStatus = .usage
  ) throws(Failure) {
    guard !(method is Capability) else { return }
    let able = methods(as: capability).compactMap { ($0 as? any Method)?.descriptor.id }
    throw Failure(
      status, "method '\(method.descriptor.id)' cannot \(work)",
      cure: able.isEmpty ? "load a plugin with a method that can" : "use one that can: \(able.joined(separator: ", "))")
  }
}
