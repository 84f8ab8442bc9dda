import Foundation

/// An opened shared library. It is never closed: what it started may still run, and Swift's own cannot be unloaded.
struct DynamicLibrary: @unchecked Sendable {
  // Written once by the system's loader; symbols may be asked for from any thread.
  private let handle: UnsafeMutableRawPointer

  /// Opens a library with all its symbols bound, none of them offered to other libraries.
  ///
  /// - Parameter path: from the root, so that the system does not search for it.
  init(_ path: String) throws(PluginLoadingError) {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "the system gives no reason"
      let name = path + ": "
      throw PluginLoadingError(
        .unloadable(reason: reason.hasPrefix(name) ? String(reason.dropFirst(name.count)) : reason), path: path)
    }
    self.handle = handle
  }

  /// The address of an exported symbol.
  func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }
}
