import Foundation
import Testing

@testable import Files

/// When two paths are one file.
@Suite struct FileIdentityTests {
  private let scratch = Scratch()

  @Test func `Paths of one file are equal, by whatever links`() throws {
    let file = try scratch.file("file", "text")
    let other = try scratch.file("other", "text")
    let identity = FileIdentity(of: file)
    #expect(identity != nil && identity != FileIdentity(of: other))
    try FileManager.default.linkItem(atPath: file, toPath: scratch.path("hard"))
    for path in [scratch.path("./file"), try scratch.link("link", to: "file"), scratch.path("hard")] {
      #expect(FileIdentity(of: path) == identity)
    }
    let descriptor = open(file, O_RDONLY)
    defer { close(descriptor) }
    #expect(FileIdentity(ofDescriptor: descriptor) == identity)
  }

  @Test func `Files that are not there yet are told by folder and name`() throws {
    try FileManager.default.createDirectory(atPath: scratch.path("folder"), withIntermediateDirectories: true)
    let identity = FileIdentity(of: scratch.path("folder/new"))
    #expect(identity != nil && identity != FileIdentity(of: scratch.path("folder/newer")))
    #expect(identity != FileIdentity(of: scratch.path("new")))
    let folder = try scratch.link("elsewhere", to: "folder")
    #expect(FileIdentity(of: folder + "/new") == identity)
    #expect(FileIdentity(of: try scratch.link("dangling", to: "folder/new")) == identity)
    #expect(FileIdentity(of: scratch.path("none/new")) == nil)
  }

  @Test func `Devices, pipes and folders have none`() {
    #expect(FileIdentity(of: "/dev/null") == nil && FileIdentity(of: scratch.folder.path) == nil)
    let pipe = Pipe()
    #expect(FileIdentity(ofDescriptor: pipe.fileHandleForReading.fileDescriptor) == nil)
  }
}
