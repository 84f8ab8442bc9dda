import CPluginABI
import DiffusionCore
import Errors

/// Why a library could not be loaded as a plugin. The text names the file, what was found, and the cure.
public struct PluginLoadingError: DiagnosedError, Sendable, Equatable {
  /// What is wrong.
  public enum Problem: Sendable, Equatable, Codable {
    /// The file or the folder cannot be read.
    case unreadable(reason: String)
    /// The file is of another kind.
    case notALibrary(found: String)
    /// The system's loader refuses it.
    case unloadable(reason: String)
    /// It lacks the entry function.
    case missingEntry(name: String)
    /// It was built for another version of the interface.
    case wrongVersion(found: UInt32, supported: UInt32)
    /// Its table of functions is shorter than that of its version.
    case tableTooSmall(found: UInt32, needed: UInt32)
    /// A function of the table is not there.
    case missingFunction(name: String)
    /// It ended its process, or did not come to an end.
    case crashed(during: String, how: String)
    /// It says itself that it cannot be described.
    case refused(message: String)
    /// Its description cannot be used.
    case badDescription(reason: String)
    /// Something else has its id.
    case duplicate(RegistryKind, id: String, owner: String)
    /// Everybody may write there, and nobody named the file.
    case writableByAll(path: String)
    /// A group may write there, and nobody named the file.
    case writableByGroup(path: String, group: String)
    /// It belongs to another user, and nobody named the file.
    case foreignOwner(path: String, owner: String)
    /// It cannot be copied to the installed ones.
    case notInstalled(reason: String)
    /// A folder to search depends on where the program is started.
    case relativeFolder
  }

  /// The library or the folder.
  public let path: String
  /// What is wrong.
  public let problem: Problem
  /// The name to remove it by, where it is an installed one.
  public let installedName: String?

  /// Makes an error about a library.
  public init(_ problem: Problem, path: String, installedName: String? = nil) {
    self.problem = problem
    self.path = path
    self.installedName = installedName
  }

  /// What is wrong, and the cure.
  public var diagnosis: Diagnosis { Diagnosis(message, cure: cure) }

  /// A library that cannot be read, one that was refused, or one that is unfit.
  public var category: ErrorCategory {
    switch problem {
    case .unreadable: .inputOutput
    case .duplicate, .writableByAll, .writableByGroup, .foreignOwner, .relativeFolder: .usage
    case .notALibrary, .unloadable, .missingEntry, .wrongVersion, .tableTooSmall, .missingFunction, .crashed, .refused,
      .badDescription, .notInstalled:
      .badData
    }
  }

  /// What is wrong, with the file.
  public var message: String { "\(path): \(finding)" }

  private var finding: String {
    switch problem {
    case .unreadable(let reason): "this cannot be read: \(reason)"
    case .notALibrary(let found): "this is no plugin but \(found)"
    case .unloadable(let reason): "the plugin cannot be loaded: \(reason)"
    case .missingEntry(let name): "this library is no plugin: it has no function \(name)"
    case .wrongVersion(let found, let supported):
      "the plugin was built for version \(found) of the interface, and this program loads version \(supported)"
    case .tableTooSmall(let found, let needed):
      "the plugin's table of functions has \(found) bytes, and version \(LANGEVIN_PLUGIN_ABI_VERSION) has \(needed)"
    case .missingFunction(let name): "the plugin's table has no function '\(name)'"
    case .crashed(let stage, let how): "the plugin \(how) \(stage)"
    case .refused(let message): "the plugin cannot describe itself: \(message)"
    case .badDescription(let reason): "the plugin describes itself badly: \(reason)"
    case .duplicate(let kind, let id, let owner): "the \(kind.rawValue) '\(id)' is there already, from \(owner)"
    case .writableByAll(let place):
      "everybody may write to \(place == path ? "it" : place), so that it may be anybody's code"
    case .writableByGroup(let place, let group):
      "the group \(group) may write to \(place == path ? "it" : place), so that it may be the code of any member"
    case .foreignOwner(let place, let owner):
      "\(place == path ? "it" : place) belongs to the user \(owner), so that it may be their code"
    case .notInstalled(let reason): "nothing can be installed there: \(reason)"
    case .relativeFolder: "a folder of LANGEVIN_PLUGIN_PATH must not depend on where the program is started"
    }
  }

  /// What to do about it.
  public var cure: String {
    if let installedName {
      let what = "remove it with: langevin plugins remove \(installedName)"
      return problem.trustCommand.map { "change that with: \($0), or " + what } ?? what + ", or install it anew"
    }
    return switch problem {
    case .unreadable: "name a library that is there, or in LANGEVIN_PLUGIN_PATH a folder"
    case .notALibrary: "name the shared library, mostly called lib….so"
    case .unloadable: "build it on this machine, with the libraries that it needs"
    case .missingEntry: "export the function, with C linkage, as langevin_plugin.h says"
    case .wrongVersion(let found, let supported):
      found > supported ? "use a newer Langevin" : "build it anew with the langevin_plugin.h of this version"
    case .tableTooSmall, .missingFunction: "build it with the langevin_plugin.h of this version, every function set"
    case .crashed: "ask its author; run it by itself in a debugger"
    case .refused, .badDescription: "see langevin_plugin.h for what describe writes"
    case .duplicate: "rename one in its source, or leave one out"
    case .writableByAll, .writableByGroup, .foreignOwner:
      "name the file with --plugin, or change that with: \(problem.trustCommand ?? "")"
    case .notInstalled: "set XDG_DATA_HOME to a folder that you may write to"
    case .relativeFolder: "write the folder from the root, such as $PWD/plugins"
    }
  }
}

extension PluginLoadingError.Problem {
  /// What makes a file trusted that is not; nil for other problems.
  fileprivate var trustCommand: String? {
    switch self {
    case .writableByAll: "chmod o-w"
    case .writableByGroup: "chmod g-w"
    case .foreignOwner: "chown"
    default: nil
    }
  }
}
