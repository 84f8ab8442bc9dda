import DiffusionCore
import Foundation
import Testing

@testable import PluginLoading

/// Where plugins are found, and whom to trust.
@Suite struct PluginFoldersTests {
  private struct Bundled: Plugin {
    var descriptor = PluginDescriptor(id: "stub", version: "1", summary: "A plugin of this program.")
    func register(into registry: inout PluginRegistry.Builder) throws {}
  }

  /// Folders for tests: `found` is searched, and what is installed goes below `data`.
  private func folders(_ scratch: Scratch) throws -> PluginFolders {
    try FileManager.default.createDirectory(
      atPath: scratch.path("found"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
    return PluginFolders(
      environment: ["LANGEVIN_PLUGIN_PATH": scratch.path("found"), "XDG_DATA_HOME": scratch.path("data")])
  }

  private func problem(_ body: () throws -> Void) throws -> PluginLoadingError {
    try #require(throws: PluginLoadingError.self, performing: body)
  }

  @Test func `Folders are those of the environment`() {
    let folders = PluginFolders(environment: ["LANGEVIN_PLUGIN_PATH": "/a:/b:", "HOME": "/home/ada"])
    #expect(folders.searched == ["/a", "/b"])
    #expect(folders.installed == "/home/ada/.local/share/langevin/plugins")
    #expect(PluginFolders(environment: ["XDG_DATA_HOME": "/d", "HOME": "/h"]).installed == "/d/langevin/plugins")
    // The specification has relative folders ignored.
    #expect(
      PluginFolders(environment: ["XDG_DATA_HOME": "d", "HOME": "/h"]).installed == "/h/.local/share/langevin/plugins")
    #expect(PluginFolders(environment: [:]).installed == nil)
  }

  @Test func `Named and found plugins are loaded, each once`() throws {
    let scratch = Scratch()
    let folders = try folders(scratch)
    let named = try scratch.library("named.so", #"STUB_ID="one""#)
    _ = try scratch.library("found/two.so", #"STUB_ID="two""#)
    try Data("no plugin".utf8).write(to: scratch.folder.appending(path: "found/README"))
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("found/again.so"), withDestinationPath: scratch.path("found/two.so"))
    let loaded = try folders.load(named: [named, named], beside: [])
    #expect(loaded.map(\.descriptor.id) == ["one", "two"])
  }

  @Test func `A duplicate id names both files, or the program`() throws {
    let scratch = Scratch()
    let folders = try folders(scratch)
    let first = try scratch.library("first.so")
    let second = try scratch.library("found/second.so")
    let error = try problem { _ = try folders.load(named: [first], beside: []) }
    #expect(error.path == second && error.problem == .duplicate(.plugin, id: "stub", owner: "'\(first)'"))
    let bundled = try problem { _ = try folders.load(named: [], beside: [Bundled()]) }
    #expect(bundled.problem == .duplicate(.plugin, id: "stub", owner: "the plugin 'stub' of this program"))
    // The id of a method, under another plugin's name.
    let json =
      #"STUB_JSON="{ \"id\": \"other\", \"version\": \"1\", \"summary\": \"\", \"methods\": [ { \"id\": \"new\", \"aliases\": [\"stub\"], \"summary\": \"\", \"citation\": \"\" } ] }""#
    let third = try scratch.library("third.so", json)
    let method = try problem { _ = try folders.load(named: [first, third], beside: []) }
    #expect(method.path == third && method.problem == .duplicate(.method, id: "stub", owner: "'\(first)'"))
  }

  @Test func `What everybody may write is not loaded unless it is named`() throws {
    let scratch = Scratch()
    let folders = try folders(scratch)
    let library = try scratch.library("found/stub.so")
    func allow(_ mode: Int, _ path: String) throws {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
    #expect(try folders.load(named: [], beside: []).count == 1)
    try allow(0o777, library)
    #expect(try problem { _ = try folders.load(named: [], beside: []) }.problem == .writableByAll(path: library))
    #expect(try folders.load(named: [library], beside: []).count == 1)
    try allow(0o755, library)
    for place in ["found", ""] {
      try allow(0o777, scratch.path(place))
      let error = try problem { _ = try folders.load(named: [], beside: []) }
      guard case .writableByAll(let path) = error.problem else {
        Issue.record("it is refused for another reason: \(error)")
        return
      }
      #expect(path.hasSuffix(place.isEmpty ? scratch.folder.lastPathComponent : "/" + place))
      #expect(error.cure.contains("--plugin"))
      try allow(0o755, scratch.path(place))
    }
    // A link in a folder of everybody's, to a file that is in order.
    try FileManager.default.createDirectory(atPath: scratch.path("open"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: scratch.path("open/link.so"), withDestinationPath: library)
    try allow(0o777, scratch.path("open"))
    let open = PluginFolders(environment: ["LANGEVIN_PLUGIN_PATH": scratch.path("open")])
    #expect(throws: PluginLoadingError.self) { try open.load(named: [], beside: []) }
    // A folder above of which only owners may remove files, such as /tmp.
    try allow(0o1777, scratch.folder.path)
    #expect(try folders.load(named: [], beside: []).count == 1)
  }

  @Test func `Every link and folder on the way is looked at`() throws {
    let scratch = Scratch()
    func make(_ folder: String, mode: Int) throws {
      try FileManager.default.createDirectory(atPath: scratch.path(folder), withIntermediateDirectories: true)
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: scratch.path(folder))
    }
    func link(_ name: String, to target: String) throws {
      try FileManager.default.createSymbolicLink(atPath: scratch.path(name), withDestinationPath: target)
    }
    func found(in folder: String) throws -> Int {
      try PluginFolders(environment: ["LANGEVIN_PLUGIN_PATH": scratch.path(folder)]).load(named: [], beside: []).count
    }
    for folder in ["", "good", "real", "real/deep", "chain"] { try make(folder, mode: 0o755) }
    _ = try scratch.library("real/deep/stub.so")
    // Links are followed, from the root and from where they are, as often as the system does.
    try link("chain/direct.so", to: scratch.path("real/deep/stub.so"))
    try link("good/stub.so", to: "../chain/direct.so")
    try link("good/folder", to: "../real")
    #expect(try found(in: "good") == 1)
    #expect(try found(in: "good/folder/deep") == 1 && found(in: "real/deep") == 1)
    // A link, or a folder that is passed, where everybody or a group may write.
    for (folder, starts) in [("chain", ["good"]), ("real", ["good", "good/folder/deep", "real/deep"])] {
      for mode in [0o777, 0o757] {
        try make(folder, mode: mode)
        for start in starts {
          let error = try problem { _ = try found(in: start) }
          #expect(error.problem == .writableByAll(path: scratch.path(folder)), "\(folder) on the way of \(start)")
        }
        try make(folder, mode: 0o755)
      }
    }
    // The sticky bit is enough above, not where the file or a link is.
    try make("real", mode: 0o1777)
    #expect(try found(in: "real/deep") == 1)
    for folder in ["real/deep", "chain"] {
      try make(folder, mode: 0o1777)
      #expect(try problem { _ = try found(in: "good") }.problem == .writableByAll(path: scratch.path(folder)))
      try make(folder, mode: 0o755)
    }
    #expect(try found(in: "good") == 1)
    try link("good/loop.so", to: "loop.so")
    guard case .unreadable = try problem({ _ = try found(in: "good") }).problem else {
      Issue.record("a loop of links leads somewhere")
      return
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root gives files away")) func `What belongs to others is not loaded`() throws
  {
    let scratch = Scratch()
    let folders = try folders(scratch)
    let library = try scratch.library("found/stub.so")
    let stranger: uid_t = 54_321
    for place in [library, scratch.path("found"), scratch.folder.path] {
      chown(place, stranger, gid_t.max)
      #expect(
        try problem { _ = try folders.load(named: [], beside: []) }.problem
          == .foreignOwner(path: place, owner: String(stranger)))
      chown(place, 0, gid_t.max)
    }
    // The group of the user alone may write, that of others not.
    chmod(scratch.path("found"), 0o775)
    #expect(try folders.load(named: [], beside: []).count == 1)
    chown(scratch.path("found"), uid_t.max, stranger)
    let error = try problem { _ = try folders.load(named: [], beside: []) }
    #expect(error.problem == .writableByGroup(path: scratch.path("found"), group: String(stranger)))
    #expect(error.cure.contains("chmod g-w") && error.message.contains("the group \(stranger) may write"))
    #expect(try folders.load(named: [library], beside: []).count == 1)
  }

  @Test func `Folders that are relative or not there are errors`() throws {
    let relative = PluginFolders(environment: ["LANGEVIN_PLUGIN_PATH": "plugins"])
    #expect(try problem { _ = try relative.load(named: [], beside: []) }.problem == .relativeFolder)
    let missing = PluginFolders(environment: ["LANGEVIN_PLUGIN_PATH": Scratch().path("none")])
    #expect(
      try problem { _ = try missing.load(named: [], beside: []) }.problem
        == .unreadable(reason: "there is no such folder"))
  }

  @Test func `A plugin is installed, replaced, found and removed`() throws {
    let scratch = Scratch()
    let folders = PluginFolders(environment: ["XDG_DATA_HOME": scratch.path("data")])
    #expect(try folders.load(named: [], beside: []).isEmpty)
    let library = try scratch.library()
    let first = try folders.install(library, beside: [])
    #expect(first.path == scratch.path("data/langevin/plugins/stub.so") && first.replaced == nil)
    #expect(try folders.load(named: [], beside: []).map(\.path) == [first.path])
    #expect(try folders.install(library, beside: []).replaced == "1.2.3")
    #expect(try problem { _ = try folders.install(library, beside: [Bundled()]) }.path == library)
    #expect(try folders.installedIDs() == ["stub"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("data/langevin/plugins")) == ["stub.so"])
    #expect(try folders.remove("stub") == first.path)
    #expect(try folders.remove("stub") == nil)
  }

  @Test func `A broken installed plugin is an error that says how to remove it`() throws {
    let scratch = Scratch()
    let folders = PluginFolders(environment: ["XDG_DATA_HOME": scratch.path("data")])
    let installed = try folders.install(try scratch.library(), beside: []).path
    let broken = try Data(contentsOf: URL(fileURLWithPath: scratch.library("broken.so", "STUB_CRASHES")))
    try broken.write(to: URL(fileURLWithPath: installed))
    let error = try problem { _ = try folders.load(named: [], beside: []) }
    #expect(error.path == installed && error.cure.contains("langevin plugins remove stub"))
    // Neither installing it anew nor removing it needs it to work.
    #expect(try folders.install(scratch.path("plugin.so"), beside: []).replaced == nil)
    try broken.write(to: URL(fileURLWithPath: installed))
    #expect(try folders.remove("stub") == installed)
  }
}
