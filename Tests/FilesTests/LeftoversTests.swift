import Foundation
import Testing

@testable import Files

/// What killed runs leave is removed; what anybody else made, or is still making, is not.
@Suite struct LeftoversTests {
  private let scratch = Scratch()

  @Test func `What is being made stays, and goes when nobody holds it`() throws {
    let file = try OutputFile(scratch.path("out.csv"))
    let folder = try TemporaryFolder(beside: scratch.path("made"))
    try Data("rows".utf8).write(to: URL(fileURLWithPath: folder.path + "/rows.csv"))
    #expect(scratch.names.count == 2)
    #expect(Leftovers.remove(from: scratch.folder.path).isEmpty)
    try withExtendedLifetime(folder) { try file.finish() }
    #expect(scratch.names.contains("out.csv"))
    // As after a kill: the names stay, and nothing holds them.
    for name in [TemporaryName().text, TemporaryName().text] { try scratch.file(name, "half") }
    let left = scratch.path(TemporaryName().text)
    try FileManager.default.createDirectory(atPath: left + "/deep", withIntermediateDirectories: true)
    #expect(Leftovers.remove(from: scratch.folder.path).count == 3)
  }

  @Test func `Files of other names, of links and of other machines stay`() throws {
    let own = TemporaryName().text
    let parts = own.split(separator: "-")
    let foreign = ".langevin-00000000-\(parts[2])-\(parts[3])"
    let names = [
      ".out.csv.123.partial", "out.csv.checkpoint", ".langevin-notes.partial", own + "x", foreign, "out.csv.partial",
    ]
    for name in names { try scratch.file(name, "mine") }
    try scratch.file("target", "mine")
    let link = TemporaryName().text
    _ = try scratch.link(link, to: "target")
    #expect(Leftovers.remove(from: scratch.folder.path).isEmpty)
    #expect(Set(scratch.names) == Set(names + ["target", link]))
    #expect(TemporaryName(parsing: own) != nil && TemporaryName(parsing: foreign) == nil)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/flock"), "the system has no flock command"))
  func `A process that is killed holds nothing`() throws {
    // A child holds the lock until it ends.
    let name = TemporaryName().text
    try scratch.file(name, "half")
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/bin/sh")
    child.arguments = ["-c", "flock -x 9; echo held; exec sleep 60"]
    child.currentDirectoryURL = scratch.folder
    let output = Pipe()
    child.standardOutput = output
    child.arguments![1] = "exec 9<'\(name)'; " + child.arguments![1]
    try child.run()
    let said = output.fileHandleForReading.availableData
    #expect(String(decoding: said, as: UTF8.self) == "held\n")
    #expect(Leftovers.remove(from: scratch.folder.path).isEmpty)
    kill(child.processIdentifier, SIGKILL)
    child.waitUntilExit()
    #expect(Leftovers.remove(from: scratch.folder.path) == [name])
  }

  @Test func `A folder gets its name when it is whole, and the permissions of any`() throws {
    let folder = try TemporaryFolder(beside: scratch.path("made"))
    #expect(try scratch.mode(String(folder.path.split(separator: "/").last!)) == 0o700)
    try folder.move(to: scratch.path("made"))
    try FileManager.default.createDirectory(atPath: scratch.path("plain"), withIntermediateDirectories: true)
    #expect(scratch.names == ["made", "plain"])
    let plain = scratch.path("other")
    mkdir(plain, 0o777)
    #expect(try scratch.mode("made") == scratch.mode("other"))
  }
}
