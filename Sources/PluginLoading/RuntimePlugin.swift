import CPluginABI
import DiffusionCore
import Foundation

/// A plugin from a shared library, behind the same registry as those that were compiled in.
///
/// The library exports the table of functions of `langevin_plugin.h`. To be described it is loaded in a process of its own,
/// so that one that crashes is an error; only when one of its methods learns a table or reads a model does it become part
/// of this process.
public struct RuntimePlugin: Plugin {
  /// The library, as it was named.
  public let path: String
  /// The plugin as it describes itself.
  public let descriptor: PluginDescriptor
  /// The methods that it brings.
  public let methods: [MethodDescriptor]
  private let file: PluginFile

  /// Describes the library at a path that the user named.
  ///
  /// - Throws: ``PluginLoadingError``.
  public init(contentsOf path: String) throws(PluginLoadingError) { try self.init(PluginFile(path, origin: .named)) }

  /// - Parameter patience: seconds that a description may take.
  init(_ file: PluginFile, patience: Double = 10) throws(PluginLoadingError) {
    self.file = file
    path = file.path
    let description: PluginDescription
    do throws(PluginLoadingError) {
      description = try PluginDescription(json: Self.json(of: file, patience: patience), of: file.path)
    } catch { throw file.error(error.problem) }
    descriptor = description.plugin
    methods = description.methods
  }

  /// Adds the methods.
  public func register(into registry: inout PluginRegistry.Builder) throws {
    for method in methods {
      try registry.add(RuntimeMethod(descriptor: method, plugin: descriptor, library: file.resolved))
    }
  }

  // MARK: Description in a process of its own

  private enum Answer: Codable {
    case described(Data)
    case problem(PluginLoadingError.Problem)
  }

  /// The most bytes of a description, and the megabytes that a library may take to give it.
  private static let mostWritten = 1 << 22, memory: UInt32 = 512

  /// What a library writes of itself.
  static func json(of file: PluginFile, patience: Double = 10) throws(PluginLoadingError) -> Data {
    let ending = IsolatedRun.run(seconds: patience, megabytes: memory, most: 4 * mostWritten) { begin in
      (try? JSONEncoder().encode(answer(of: file.resolved, begin))) ?? Data()
    }
    let data: Data
    switch ending {
    case .finished(let result): data = result
    case .broken(3, _):
      throw file.error(.badDescription(reason: "it writes more than \(mostWritten) bytes, or what is not in memory"))
    case .broken(let step, let how):
      throw file.error(.crashed(during: step < 2 ? "while it was opened" : "in describe", how: how))
    }
    switch try? JSONDecoder().decode(Answer.self, from: data) {
    case .problem(let problem): throw file.error(problem)
    case .described(let json): return json
    case nil: throw file.error(.crashed(during: "in describe", how: "gave no answer"))
    }
  }

  private static func answer(of library: String, _ begin: @escaping (UInt8) -> Void) -> Answer {
    do {
      begin(1)
      let table = try PluginTable(opening: library)
      begin(2)
      let call = PluginCall()
      call.mostWritten = mostWritten
      // What writes without end would go on until its time is over.
      call.refuse = {
        begin(3)
        _exit(1)
      }
      try call.run("describe", of: library) { table.functions.describe($0) }
      return .described(call.written)
    } catch let error as PluginLoadingError {
      return .problem(error.problem)
    } catch let error as PluginCallError {
      return .problem(.refused(message: error.message))
    } catch {
      return .problem(.refused(message: "\(error)"))
    }
  }
}
