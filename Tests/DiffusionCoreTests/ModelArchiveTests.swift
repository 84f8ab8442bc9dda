import DiffusionCore
import Foundation
import Tensors
import Testing

@Suite struct ModelArchiveTests {
  let archive = ModelArchive(
    metadata: ["model": #"{"width":512,"name":"Größe \"q\" \\ / 🙂"}"#, "note": "line one\nline two\u{1}"],
    tensors: [
      StoredTensor("codes", [0, 127, 255] as [UInt8], shape: [3]),
      StoredTensor("weight", Tensor([1.5, -2, .infinity, 0], shape: [2, 2])),
      StoredTensor("half", bfloat16: [0x3FC0, 0xC000], shape: [2]),
      StoredTensor("exact", [Double.pi, -1e300], shape: [1, 2]),
      StoredTensor("counts", [-1, Int32.max] as [Int32], shape: [2]),
      StoredTensor("long", [Int64.min] as [Int64], shape: []),
      StoredTensor("empty", Tensor([], shape: [0, 4])),
    ])

  func problem(_ bytes: Data) -> ArchiveError.Problem? {
    do throws(ArchiveError) {
      _ = try ModelArchive(data: bytes)
      return nil
    } catch { return error.problem }
  }

  /// A file with any header over a body.
  func file(_ header: String, body: [UInt8] = []) -> Data {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8) + Data(body)
  }

  func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("archive-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  func check(_ read: ModelArchive) throws {
    #expect(read.metadata == archive.metadata)
    #expect(Set(read.tensors.map(\.name)) == Set(archive.tensors.map(\.name)))
    for tensor in archive.tensors { #expect(try read.tensor(tensor.name) == tensor) }
    #expect(try read.tensor("weight", shape: [2, 2]).tensor().values == [1.5, -2, .infinity, 0])
    #expect(try read.tensor("half").tensor().values == [1.5, -2])
    #expect(try read.tensor("exact").doubles() == [.pi, -1e300])
    #expect(try read.tensor("counts").integers(Int32.self) == [-1, .max])
    #expect(try read.tensor("long").integers(Int64.self) == [.min])
  }

  @Test func whatIsWrittenIsReadBack() throws {
    try check(ModelArchive(data: archive.data()))
    try withFolder { folder in
      let path = folder.appendingPathComponent("m.safetensors").path
      try archive.write(to: path)
      try check(ModelArchive(contentsOf: path))
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == archive.data())
      // Written over, nothing else is left in the folder.
      try ModelArchive(metadata: ["a": "b"]).write(to: path)
      #expect(try ModelArchive(contentsOf: path).metadata == ["a": "b"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["m.safetensors"])
    }
  }

  @Test func tensorsLieAligned() throws {
    let read = try ModelArchive(data: archive.data())
    #expect(read.tensors.map(\.type.size) == read.tensors.map(\.type.size).sorted(by: >))
  }

  @Test func aPlaceThatCannotBeWrittenIsAnError() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("absent/m.safetensors").path
      let error = #expect(throws: ArchiveError.self) { try archive.write(to: path) }
      guard case .writing(let reason) = error?.problem else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason.isWithoutFolder && error?.description.contains("mkdir -p") == true)
      // A folder in the file's place: the rename fails, and the part beside it is taken away.
      let taken = folder.appendingPathComponent("taken")
      try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: true)
      #expect(throws: ArchiveError.self) { try archive.write(to: taken.path) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken"])
      #expect(throws: ArchiveError.self) { try ModelArchive(contentsOf: taken.path) }
      #expect(throws: ArchiveError.self) { try ModelArchive(contentsOf: path) }
    }
  }

  @Test func structuredMetadataSurvive() throws {
    var copy = archive
    let values = try OptionValues(
      parsing: ["steps": "3"],
      as: [OptionDescription("steps", .integer(1...9), default: .integer(1), help: "The number of steps.")])
    try copy.set(values, for: "options")
    let read = try ModelArchive(data: copy.data())
    #expect(try read.value(OptionValues.self, for: "options") == values)
    let absent = #expect(throws: ArchiveError.self) { try read.value(OptionValues.self, for: "optoins") }
    #expect(absent?.description.contains("did you mean 'options'?") == true)
    #expect(throws: ArchiveError.self) { try read.value([Int].self, for: "options") }
    #expect(throws: ArchiveError.self) { try copy.set([Double.nan], for: "bad") }
  }

  @Test func missingAndMisshapenTensorsAreErrors() throws {
    let missing = #expect(throws: ArchiveError.self) { try archive.tensor("wieght") }
    #expect(missing?.description.contains("did you mean 'weight'?") == true)
    #expect(throws: ArchiveError(.shape(tensor: "weight", needed: [4], found: [2, 2]))) {
      try archive.tensor("weight", shape: [4])
    }
  }

  // MARK: files of others

  @Test func readsWhatThePythonPackageWrote() throws {
    let path = Golden.folder.appendingPathComponent("python.safetensors").path
    let read = try ModelArchive.foreign(contentsOf: path)
    #expect(read.metadata == ["note": "made by the safetensors package, \"quoted\" and ünïcode"])
    #expect(try read.tensor("weight", shape: [2, 3]).tensor().values == [-0.5, -0.25, 0, 0.25, 0.5, 0.75])
    #expect(try read.tensor("double").doubles() == [.pi, -1e300])
    #expect(try read.tensor("codes", shape: [1, 2]).integers(Int32.self) == [-1, .max])
    #expect(try read.tensor("long").integers(Int64.self) == [.min, 7])
    #expect(try read.tensor("bytes").integers(UInt8.self) == [0, 127, 255])
    #expect(try read.tensor("scalar", shape: []).tensor().values == [2.5])
    #expect(try read.tensor("empty", shape: [0, 4]).tensor().values == [])
    let error = #expect(throws: ArchiveError.self) { try ModelArchive(contentsOf: path) }
    #expect(error?.problem == .notOurs)
  }

  static let foreign: [(bytes: [UInt8], kind: String)] = [
    (Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 7, count: 40), "zip"),
    ([0x80, 0x04, 0x95, 0x10] + [UInt8](repeating: 9, count: 40), "pickle"),
    (Array("age,income,label\n31,50000,yes\n".utf8), "text"),
    (Array("{\"a\": [1, 2, 3]}".utf8), "JSON"),
    ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1], "gzip"),
    ([], "empty"),
  ]

  @Test(arguments: foreign)
  func foreignFilesAreNamed(bytes: [UInt8], kind: String) {
    guard case .foreign(let found) = problem(Data(bytes)) else {
      Issue.record("\(String(describing: problem(Data(bytes))))")
      return
    }
    #expect(found.contains(kind))
  }

  /// Writes the archive where `Tests/Fixtures/core/check_archive.py` can compare it with the Python package's reading.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["LANGEVIN_ARCHIVE_OUT"] != nil))
  func writesForThePythonPackage() throws {
    try archive.write(to: #require(ProcessInfo.processInfo.environment["LANGEVIN_ARCHIVE_OUT"]))
  }

  // MARK: damage

  @Test func everyCutIsNoticed() throws {
    let whole = archive.data()
    for length in 1..<whole.count {
      let found = problem(whole.prefix(length))
      switch found {
      case .truncated: break
      // Too short even to hold the length.
      case .foreign where length < 8: break
      default: Issue.record("cut at \(length): \(String(describing: found))")
      }
    }
    #expect(problem(whole + [0]) == .trailingBytes(count: 1))
  }

  @Test func everyAlteredByteIsNoticed() throws {
    let whole = archive.data()
    for index in whole.indices {
      var bytes = whole
      bytes[index] ^= 1
      // White space and key spelling apart, every bit of the file is under a checksum or the format's own rules.
      if problem(bytes) == nil { Issue.record("byte \(index) of \(whole.count)") }
    }
    var last = whole
    last[whole.count - 1] ^= 0x80
    guard case .altered(part: "tensors", _, _) = problem(last) else {
      Issue.record("\(String(describing: problem(last)))")
      return
    }
  }

  @Test func absurdHeadersAllocateNothing() {
    let huge = withUnsafeBytes(of: (UInt64(1) << 62).littleEndian) { Data($0) } + Data("{}".utf8)
    #expect(problem(huge) == .headerLength(claimed: 1 << 62, limit: 100_000_000))
    let long = withUnsafeBytes(of: UInt64(90_000_000).littleEndian) { Data($0) } + Data("{}".utf8)
    #expect(problem(long) == .truncated(expected: 90_000_008, found: 10))
    // A tensor of 2⁶⁰ bytes in a file of few.
    let big = file(#"{"a":{"dtype":"U8","shape":[1152921504606846976],"data_offsets":[0,1152921504606846976]}}"#)
    guard case .truncated = problem(big) else {
      Issue.record("\(String(describing: problem(big)))")
      return
    }
  }

  @Test func offsetsAndSizesAreChecked() {
    func tensor(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
      #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }
    func problem(_ entries: String..., body: Int) -> ArchiveError.Problem? {
      self.problem(file("{" + entries.joined(separator: ",") + "}", body: Array(repeating: 0, count: body)))
    }
    let a = tensor("a", "F32", "[2]", "[0,8]")
    #expect(problem(a, body: 8) == .notOurs)
    #expect(
      problem(a, tensor("b", "F32", "[1]", "[4,8]"), body: 8) == .layout(tensor: "b", expectedStart: 8, foundStart: 4))
    #expect(
      problem(a, tensor("b", "F32", "[1]", "[12,16]"), body: 16)
        == .layout(tensor: "b", expectedStart: 8, foundStart: 12))
    #expect(problem(tensor("a", "F32", "[3]", "[0,8]"), body: 8) == .size(tensor: "a", needed: 12, found: 8))
    #expect(problem(tensor("a", "F16", "[2]", "[0,4]"), body: 4) == .elementType(tensor: "a", found: "F16"))
    for bad in [
      tensor("a", "F32", "[2]", "[8,0]"), tensor("a", "F32", "[2]", "[0]"), tensor("a", "F32", "[-2]", "[0,8]"),
      tensor("a", "F32", "[4611686018427387904,8]", "[0,8]"), tensor("a", "F32", "[2]", "[-1,7]"),
      tensor("a", "F32", "\"2\"", "[0,8]"), #""a":{"dtype":"F32"}"#, #""__metadata__":{"x":1}"#, "nonsense",
    ] {
      guard case .malformedHeader = problem(bad, body: 8) else {
        Issue.record("\(bad): \(String(describing: problem(bad, body: 8)))")
        continue
      }
    }
  }

  @Test func aLaterFormatIsRefusedClearly() {
    let bytes = file(#"{"__metadata__":{"langevin.format":"3"}}"#)
    #expect(problem(bytes) == .newerFormat(found: 3, known: 2))
    let error = ArchiveError(.newerFormat(found: 3, known: 2), file: "m.safetensors")
    #expect(
      error.description
        == "'m.safetensors' is of format version 3, and this program reads up to 2; install a newer version of Langevin"
    )
  }

  @Test func anEarlierFormatIsRefusedClearly() {
    let bytes = file(#"{"__metadata__":{"langevin.format":"1"}}"#)
    #expect(problem(bytes) == .olderFormat(found: 1, oldest: 2))
    let error = ArchiveError(.olderFormat(found: 1, oldest: 2), file: "m.safetensors")
    #expect(
      error.description == "'m.safetensors' is of format version 1, and this program reads 2 and later; train again")
  }
}
