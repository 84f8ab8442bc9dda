import CPluginABI
import DiffusionCore
import Errors
import Foundation

/// Why a function of a loaded plugin failed, in the plugin's own words.
public struct PluginCallError: DiagnosedError, Sendable, Equatable {
  /// Whose fault it is.
  public enum Fault: Sendable, Equatable {
    /// What was asked cannot be done.
    case usage
    /// The table or the model is unfit.
    case data
    /// The plugin's own.
    case plugin
  }

  /// The plugin's id.
  public let plugin: String
  /// The function that failed: `fit`, `load`.
  public let function: String
  /// Whose fault it is.
  public let fault: Fault
  /// What is wrong.
  public let message: String

  /// What is wrong and the cure, in the plugin's words: its interface asks for both in one text, parted by a semicolon.
  public var diagnosis: Diagnosis {
    let parts = message.split(separator: "; ", omittingEmptySubsequences: false)
    let problem = parts.count > 1 ? parts.dropLast().joined(separator: "; ") : message
    return Diagnosis(
      fault == .plugin ? "plugin '\(plugin)' failed in \(function): \(problem)" : "plugin '\(plugin)': \(problem)",
      cure: parts.count > 1 ? String(parts[parts.count - 1]) : nil)
  }

  /// As the plugin says.
  public var category: ErrorCategory {
    switch fault {
    case .usage: .usage
    case .data: .badData
    case .plugin: .fault
    }
  }
}

/// One call of a function of a plugin: what is asked of it, and what it answers through the callbacks.
final class PluginCall {
  var method: String?
  var request: CallRequest?
  var seed: UInt64 = 0
  var rows = 0
  var threads = 1
  var steps = 0
  var budget = 0.0
  var flags: UInt32 = 0
  /// What the user or a default says of each option, as text.
  var options: [String: String] = [:]
  var progress: (_ share: Double, _ step: Int, _ loss: Double) -> Bool = { _, _, _ in true }
  var tell: (Choice) -> Void = { _ in }

  /// The most bytes that the plugin may write.
  var mostWritten = 1 << 31
  /// Called where it writes more, or what is not in memory.
  var refuse: () -> Void = {}

  /// What the plugin wrote.
  private(set) var written = Data()
  /// What is wrong with what it wrote.
  private var flaw: String?
  private var message: String?
  private var announcements = 0

  /// The most choices that are told of a call, and the length of their texts.
  private static let mostAnnouncements = 1000, mostText = 2000
  private var optionTexts: [String: UnsafeMutablePointer<CChar>] = [:]

  deinit { for text in optionTexts.values { free(text) } }

  /// Calls a function.
  ///
  /// - Throws: ``PluginCallError``, or `CancellationError` where the plugin stopped because it was told to.
  func run(_ function: String, of plugin: String, _ body: (UnsafePointer<langevin_call>) -> Int32) throws {
    for (name, text) in options { optionTexts[name] = strdup(text) }
    let methodText = method.flatMap { strdup($0) }, requestText = try request.flatMap { strdup(try $0.json()) }
    defer {
      free(methodText)
      free(requestText)
    }
    var call = langevin_call()
    call.abi_version = PluginTable.version
    call.size = UInt32(MemoryLayout<langevin_call>.size)
    call.method = methodText.flatMap { UnsafePointer($0) }
    call.request = requestText.flatMap { UnsafePointer($0) }
    call.seed = seed
    call.rows = UInt64(rows)
    call.steps = UInt64(steps)
    call.budget = budget
    call.threads = UInt32(threads)
    call.flags = flags
    call.host = Unmanaged.passUnretained(self).toOpaque()
    call.option = { PluginCall.of($0)?.option($1) }
    call.write = { PluginCall.of($0)?.write($1, $2) }
    call.progress = { PluginCall.of($0)?.isToGoOn($1, $2, $3) == true ? 1 : 0 }
    call.announce = { PluginCall.of($0)?.announce($1, $2, $3) }
    call.fail = { PluginCall.of($0)?.message = PluginCall.text($1) }
    let status = body(&call)
    if let flaw { throw PluginCallError(plugin: plugin, function: function, fault: .plugin, message: flaw) }
    if status == Int32(LANGEVIN_OK) { return }
    if status == Int32(LANGEVIN_CANCELLED) { throw CancellationError() }
    let fault: PluginCallError.Fault =
      status == Int32(LANGEVIN_USAGE_ERROR)
      ? .usage : status == Int32(LANGEVIN_DATA_ERROR) ? .data : .plugin
    throw PluginCallError(
      plugin: plugin, function: function, fault: fault, message: message ?? "it gives no reason (status \(status))")
  }

  // MARK: Callbacks

  private static func of(_ call: UnsafePointer<langevin_call>?) -> PluginCall? {
    call?.pointee.host.map { Unmanaged<PluginCall>.fromOpaque($0).takeUnretainedValue() }
  }

  private func option(_ name: UnsafePointer<CChar>?) -> UnsafePointer<CChar>? {
    Self.text(name).flatMap { optionTexts[$0] }.map { UnsafePointer($0) }
  }

  private func write(_ bytes: UnsafeRawPointer?, _ count: Int) {
    guard count != 0, flaw == nil else { return }
    // A size beyond the greatest whole number arrives as a negative one.
    guard count > 0, count <= mostWritten - written.count else {
      flaw = "it writes more than \(mostWritten) bytes"
      written = Data()
      return refuse()
    }
    guard let bytes, ForeignMemory.holds(bytes, count, of: UInt8.self) else {
      flaw = "it writes \(count) bytes that are not in memory"
      return refuse()
    }
    written.append(bytes.assumingMemoryBound(to: UInt8.self), count: count)
  }

  private func isToGoOn(_ share: Double, _ step: UInt64, _ loss: Double) -> Bool {
    progress(share.isFinite ? min(max(share, 0), 1) : 0, Int(clamping: step), loss)
  }

  private func announce(
    _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?, _ reason: UnsafePointer<CChar>?
  ) {
    guard announcements < Self.mostAnnouncements, let name = Self.text(name), let value = Self.text(value) else {
      return
    }
    announcements += 1
    tell(Choice(name, value, because: Self.text(reason) ?? "", flag: options[name] == nil ? "" : "--set \(name)=…"))
  }

  /// A text of a plugin, repaired where it is not UTF-8, and cut where it is too long to be read.
  private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    ForeignMemory.text(pointer).map { $0.count > mostText ? $0.prefix(mostText) + "…" : $0 }
  }
}
