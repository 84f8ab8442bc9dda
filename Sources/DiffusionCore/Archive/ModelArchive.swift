import Files
import Foundation
import Tensors

/// A trained model as one `.safetensors` file: named tensors, and everything else as text in the header's metadata.
///
/// Any safetensors reader opens it. Metadata are strings by key; structured values are stored as JSON by
/// ``set(_:for:)``. Keys beginning `langevin.` belong to the archive: the format version, and CRC-64/XZ checksums
/// (see ``CRC64``) of the tensors' bytes and of the rest of the header, so that damage is noticed on reading.
public struct ModelArchive: Sendable, Equatable {
  /// The version that this program writes, and the only one that it reads. In 1 a network had no name of its own.
  public static let formatVersion = 2

  private static let versionKey = "langevin.format"
  private static let bodyKey = "langevin.tensors-crc64"
  private static let headerKey = "langevin.header-crc64"
  private static let ownPrefix = "langevin."

  /// Texts by key, without the archive's own.
  public private(set) var metadata: [String: String]
  /// The tensors, in the order in which they were added or lie in the file.
  public private(set) var tensors: [StoredTensor]
  /// Where each of them stands, by name.
  private var places: [String: Int] = [:]
  /// The file it was read from, for messages; empty if it was made in memory.
  public private(set) var file = ""

  /// Makes an archive in memory.
  ///
  /// - Precondition: tensor names are unique and not `__metadata__`; no metadata key begins `langevin.`.
  public init(metadata: [String: String] = [:], tensors: [StoredTensor] = []) {
    self.metadata = [:]
    self.tensors = []
    for (key, text) in metadata { setText(text, for: key) }
    for tensor in tensors { add(tensor) }
  }

  /// Whether bytes can be the beginning of an archive, as far as they go.
  public static func canBegin(with bytes: Data) -> Bool {
    guard bytes.count > 8 else { return true }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    return length <= SafetensorsHeader.lengthLimit && bytes[bytes.startIndex + 8] == UInt8(ascii: "{")
  }

  /// Sets a metadata text.
  ///
  /// - Precondition: the key does not begin `langevin.`.
  public mutating func setText(_ text: String, for key: String) {
    precondition(!key.hasPrefix(Self.ownPrefix), "the metadata key '\(key)' belongs to the archive")
    metadata[key] = text
  }

  /// Stores a value as JSON with sorted keys, so that equal values give equal files. Times that were measured are left
  /// out (see ``Swift/CodingUserInfoKey/withoutTimes``): two runs with one seed would differ in nothing else.
  ///
  /// - Throws: ``ArchiveError`` when the value cannot be written as JSON (a number that is not finite).
  public mutating func set(_ value: some Encodable, for key: String) throws(ArchiveError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.userInfo[.withoutTimes] = true
    do {
      setText(String(decoding: try encoder.encode(value), as: UTF8.self), for: key)
    } catch {
      throw ArchiveError(.metadata(key: key, reason: "it cannot be written as JSON: \(error)"), file: file)
    }
  }

  /// Reads a value that ``set(_:for:)`` stored.
  ///
  /// - Throws: ``ArchiveError`` when the key is absent or holds something else.
  public func value<Value: Decodable>(_: Value.Type = Value.self, for key: String) throws(ArchiveError) -> Value {
    guard let text = metadata[key] else {
      throw ArchiveError(.metadata(key: key, reason: suggestion(for: key, in: Array(metadata.keys))), file: file)
    }
    if let flaw = JSONBounds.flaw(in: text.utf8) { throw ArchiveError(.metadata(key: key, reason: flaw), file: file) }
    do {
      return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch {
      throw ArchiveError(.metadata(key: key, reason: "this version of langevin cannot read it"), file: file)
    }
  }

  /// Adds a tensor.
  ///
  /// - Precondition: its name is new and not `__metadata__`.
  public mutating func add(_ tensor: StoredTensor) {
    precondition(
      tensor.name != "__metadata__" && places[tensor.name] == nil, "the tensor name '\(tensor.name)' is taken")
    places[tensor.name] = tensors.count
    tensors.append(tensor)
  }

  /// Finds a tensor by name, and checks its shape if one is given.
  public func tensor(_ name: String, shape: [Int]? = nil) throws(ArchiveError) -> StoredTensor {
    guard let place = places[name] else {
      throw ArchiveError(.missingTensor(name: name, known: tensors.prefix(1000).map(\.name)), file: file)
    }
    let found = tensors[place]
    if let shape, found.shape != shape {
      throw ArchiveError(.shape(tensor: name, needed: shape, found: found.shape), file: file)
    }
    return found
  }
}

extension ModelArchive {
  /// Writes the archive atomically; an older file at the path stays until the new one is on disk. A device, a pipe and
  /// standard output (`-`) are written straight.
  ///
  /// - Parameter permissions: who may read the file.
  public func write(to path: String, permissions: OutputFile.Permissions = .usual) throws(ArchiveError) {
    let (header, bodies) = encoded()
    do {
      let file = try OutputFile(path, permissions: permissions)
      for part in [header] + bodies { try file.write(part) }
      try file.finish()
    } catch {
      throw ArchiveError(.writing(error), file: path)
    }
  }

  /// The archive's file as bytes.
  public func data() -> Data {
    let (header, bodies) = encoded()
    return bodies.reduce(into: header) { $0.append($1) }
  }

  private func encoded() -> (header: Data, bodies: [Data]) {
    // Larger elements first keeps every tensor aligned to its element size.
    let sorted = tensors.enumerated().sorted {
      ($1.element.type.size, $0.offset) < ($0.element.type.size, $1.offset)
    }.map(\.element)
    var all = metadata
    all[Self.versionKey] = String(Self.formatVersion)
    all[Self.bodyKey] = Self.checksum(of: sorted.map(\.bytes))
    all[Self.headerKey] = Self.headerChecksum(metadata: all, tensors: sorted)
    return (SafetensorsHeader.encoded(metadata: all, tensors: sorted), sorted.map(\.bytes))
  }

  /// Reads an archive that Langevin wrote. The file is mapped: tensors are decoded only when asked for, and nothing
  /// is allocated on the word of a damaged header.
  ///
  /// - Throws: ``ArchiveError`` when the file is of another kind, cut, altered, or of a later version.
  public init(contentsOf path: String) throws(ArchiveError) {
    try self.init(file: try Self.map(path), named: path, isOurs: true)
  }

  /// Reads an archive from bytes in memory.
  public init(data: Data, named name: String = "") throws(ArchiveError) {
    try self.init(file: data, named: name, isOurs: true)
  }

  /// Reads the safetensors file of any program, without checksums.
  public static func foreign(contentsOf path: String) throws(ArchiveError) -> ModelArchive {
    try ModelArchive(file: try map(path), named: path, isOurs: false)
  }

  private init(file bytes: Data, named path: String, isOurs: Bool) throws(ArchiveError) {
    let header = try SafetensorsHeader(of: bytes, named: path)
    let start = bytes.startIndex + header.bodyStart
    tensors = header.entries.map { entry in
      StoredTensor(
        name: entry.name, type: entry.type, shape: entry.shape,
        bytes: bytes[(start + entry.range.lowerBound)..<(start + entry.range.upperBound)])
    }
    places = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    file = path
    if isOurs { try Self.verify(header.metadata, tensors, bytes[start...], path) }
    metadata = isOurs ? header.metadata.filter { !$0.key.hasPrefix(Self.ownPrefix) } : header.metadata
  }

  private static func verify(
    _ metadata: [String: String], _ tensors: [StoredTensor], _ body: Data, _ path: String
  ) throws(ArchiveError) {
    guard let text = metadata[versionKey], let version = Int(text) else { throw ArchiveError(.notOurs, file: path) }
    guard version <= formatVersion else {
      throw ArchiveError(.newerFormat(found: version, known: formatVersion), file: path)
    }
    guard version >= formatVersion else {
      throw ArchiveError(.olderFormat(found: version, oldest: formatVersion), file: path)
    }
    let header = headerChecksum(metadata: metadata, tensors: tensors)
    guard let written = metadata[headerKey], written == header else {
      throw ArchiveError(
        .altered(part: "header", expected: metadata[headerKey] ?? "absent", found: header), file: path)
    }
    let found = checksum(of: [body])
    guard let expected = metadata[bodyKey], expected == found else {
      throw ArchiveError(.altered(part: "tensors", expected: metadata[bodyKey] ?? "absent", found: found), file: path)
    }
  }

  /// Whether there is a tensor of that name.
  public func hasTensor(_ name: String) -> Bool { places[name] != nil }

  private static func map(_ path: String) throws(ArchiveError) -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      let reason =
        (error as? CocoaError)?.code == .fileReadNoSuchFile ? "there is no such file" : "\(error.localizedDescription)"
      throw ArchiveError(.inputOutput(action: "read", reason: reason), file: path)
    }
  }

  private static func checksum(of parts: [Data]) -> String {
    var check = CRC64()
    for part in parts { part.withUnsafeBytes { check.update($0) } }
    return check.text
  }

  /// Over metadata by key (without this check itself) and over the tensors' names, types and shapes.
  private static func headerChecksum(metadata: [String: String], tensors: [StoredTensor]) -> String {
    var check = CRC64()
    for (key, text) in metadata.sorted(by: { $0.key < $1.key }) where key != headerKey {
      check.update(key)
      check.update(text)
    }
    for tensor in tensors {
      check.update(tensor.name)
      check.update(tensor.type.rawValue)
      check.update("\(tensor.shape)")
    }
    return check.text
  }
}
