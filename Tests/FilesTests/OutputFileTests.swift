import Foundation
import Testing

@testable import Files

/// How files come to be: whole, through links, with the permissions of what they replace.
@Suite struct OutputFileTests {
  private let scratch = Scratch()

  private func write(_ text: String, to name: String) throws {
    try OutputFile.write(Array(text.utf8), to: scratch.path(name))
  }

  @Test func `A file appears whole, and an abandoned one not at all`() throws {
    try scratch.file("old", "before")
    for name in ["new", "old"] {
      let file = try OutputFile(scratch.path(name))
      try file.write(Array("after".utf8))
      #expect(scratch.text("old") == "before" && !scratch.names.contains("new"))
      file.abandon()
    }
    #expect(scratch.names == ["old"] && scratch.text("old") == "before")
    try write("after", to: "old")
    #expect(scratch.text("old") == "after" && scratch.names == ["old"])
  }

  @Test(arguments: [0o600, 0o640, 0o664, 0o755]) func `A file keeps the permissions of the one it replaces`(mode: Int)
    throws
  {
    try scratch.file("file", "before", mode: mode)
    try write("after", to: "file")
    #expect(try scratch.mode("file") == mode)
  }

  @Test func `A new file has those of the umask, one that is being made is the owner's alone`() throws {
    try write("text", to: "usual")
    let plain = open(scratch.path("plain"), O_WRONLY | O_CREAT, 0o666)
    close(plain)
    #expect(try scratch.mode("usual") == scratch.mode("plain"))
    let file = try OutputFile(scratch.path("half"))
    let made = try #require(scratch.names.first { $0.hasPrefix(".langevin-") })
    #expect(try scratch.mode(made) == 0o600)
    file.abandon()
    try scratch.file("open", mode: 0o644)
    try OutputFile.write([1], to: scratch.path("open"), permissions: .ownerOnly)
    #expect(try scratch.mode("open") == 0o600)
    try OutputFile.write([1], to: scratch.path("open"), permissions: .exactly(0o755))
    #expect(try scratch.mode("open") == 0o755)
  }

  @Test func `Links are written through, also those to a file that is not there yet`() throws {
    try FileManager.default.createDirectory(atPath: scratch.path("below"), withIntermediateDirectories: true)
    try scratch.file("below/there", "before", mode: 0o600)
    _ = try scratch.link("first", to: "second")
    _ = try scratch.link("second", to: "below/there")
    _ = try scratch.link("dangling", to: "below/made")
    try write("after", to: "first")
    try write("made", to: "dangling")
    #expect(scratch.text("below/there") == "after" && scratch.text("below/made") == "made")
    #expect(try scratch.mode("below/there") == 0o600)
    #expect(scratch.names == ["below", "dangling", "first", "second"])
    for (link, target) in [("first", "second"), ("second", "below/there"), ("dangling", "below/made")] {
      #expect(FilePlace.target(ofLink: scratch.path(link)) == target)
    }
    // Only where it is asked for is a link replaced.
    try OutputFile.write([65], to: scratch.path("first"), permissions: .exactly(0o644))
    #expect(FilePlace.target(ofLink: scratch.path("first")) == nil && scratch.text("below/there") == "after")
  }

  @Test func `The longest name can be written, a longer one is told before`() throws {
    let most = FilePlace.longestName(in: scratch.folder.path)
    let name = String(repeating: "a", count: most)
    try OutputFile.probe(scratch.path(name))
    try write("text", to: name)
    #expect(scratch.text(name) == "text")
    let error = try #require(throws: FileError.self) { try OutputFile.probe(scratch.path(name + "a")) }
    #expect(error.code == ENAMETOOLONG && error.cure.contains("\(most) bytes"))
  }

  @Test func `The name of a companion is cut where it would be too long, and stays its own`() {
    let place = scratch.path("")
    #expect(FilePlace.companion(of: place + "out.csv", ending: "checkpoint") == place + "out.csv.checkpoint")
    let long = ["a", "b"].map { String(repeating: "ä", count: 120) + $0 }
    let names = long.map { FilePlace.companion(of: place + $0, ending: "checkpoint") }
    #expect(Set(names).count == 2)
    for name in names {
      #expect(name.hasPrefix(place + "ä") && name.hasSuffix(".checkpoint") && name.utf8.count - place.utf8.count <= 255)
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "the system has no /dev/full"))
  func `Errors name the file and the cure`() throws {
    let full = try #require(throws: FileError.self) { try OutputFile.write([1], to: "/dev/full") }
    #expect(full.path == "/dev/full" && full.description.contains("No space left") && full.cure.contains("make room"))
    let folder = try #require(throws: FileError.self) { try OutputFile.write([1], to: scratch.folder.path) }
    #expect(folder.code == EISDIR)
    let none = try #require(throws: FileError.self) { try OutputFile.write([1], to: scratch.path("none/file")) }
    #expect(none.isWithoutFolder && none.cure.hasPrefix("make it: mkdir -p"))
  }

  @Test func `A file behind a descriptor is written on, not replaced`() throws {
    let path = try scratch.file("log", "first\n")
    let descriptor = open(path, O_WRONLY | O_APPEND)
    defer { close(descriptor) }
    try OutputFile.write(Array("second\n".utf8), to: "/dev/fd/\(descriptor)")
    #expect(scratch.text("log") == "first\nsecond\n")
    #expect(throws: FileError.self) { try OutputFile.write([1], to: "/dev/fd/9999") }
  }
}
