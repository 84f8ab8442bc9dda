import Foundation

/// The header of a safetensors file, parsed and checked against the length of the file.
///
/// The format: 8 bytes, the little-endian length of the header; the header, JSON; then the bytes of all tensors,
/// without holes or overlaps.
///
/// Source: the safetensors format description, huggingface.co/docs/safetensors.
struct SafetensorsHeader: Equatable {
  /// The format's own limit on the header's length.
  static let lengthLimit: UInt64 = 100_000_000

  /// Where a tensor lies.
  struct Entry: Equatable {
    var name: String
    var type: ElementType
    var shape: [Int]
    /// Bytes from the start of the tensors' part of the file.
    var range: Range<Int>
  }

  var metadata: [String: String]
  /// In the order of their bytes.
  var entries: [Entry]
  /// Where the tensors' part begins in the file.
  var bodyStart: Int

  /// Parses and checks the header at the start of a whole file.
  init(of file: Data, named path: String) throws(ArchiveError) {
    func fail(_ problem: ArchiveError.Problem) -> ArchiveError { ArchiveError(problem, file: path) }
    let total = UInt64(file.count)
    guard total >= 8 else {
      throw fail(Self.foreignFormat(file).map { .foreign(found: $0) } ?? .truncated(expected: 8, found: total))
    }
    let length = file.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    let first = total > 8 ? file[file.startIndex + 8] : UInt8(ascii: "{")
    if length > Self.lengthLimit || first != UInt8(ascii: "{"), let found = Self.foreignFormat(file) {
      throw fail(.foreign(found: found))
    }
    guard length <= Self.lengthLimit else { throw fail(.headerLength(claimed: length, limit: Self.lengthLimit)) }
    guard first == UInt8(ascii: "{") else { throw fail(.malformedHeader(reason: "it does not begin with '{'")) }
    guard length <= total - 8 else { throw fail(.truncated(expected: 8 + length, found: total)) }

    let start = file.startIndex + 8
    let read: (metadata: [String: String], tensors: [(name: String, HeaderScanner.Entry)])
    do throws(HeaderScanner.Flaw) {
      read = try HeaderScanner.read(file[start..<(start + Int(length))])
    } catch {
      throw fail(.malformedHeader(reason: error.reason))
    }
    metadata = read.metadata
    bodyStart = 8 + Int(length)
    entries = []
    entries.reserveCapacity(read.tensors.count)
    for (name, raw) in read.tensors { entries.append(try Self.entry(name, raw, path)) }
    // Tensors without bytes share their place, and keep the order of the header, which the checksum follows.
    entries = entries.enumerated().sorted { one, other in
      (one.element.range.lowerBound, one.element.range.upperBound, one.offset)
        < (other.element.range.lowerBound, other.element.range.upperBound, other.offset)
    }.map(\.element)

    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw fail(.layout(tensor: entry.name, expectedStart: UInt64(end), foundStart: UInt64(entry.range.lowerBound)))
      }
      end = entry.range.upperBound
    }
    let body = total - UInt64(bodyStart)
    if UInt64(end) > body { throw fail(.truncated(expected: UInt64(bodyStart) + UInt64(end), found: total)) }
    if UInt64(end) < body { throw fail(.trailingBytes(count: body - UInt64(end))) }
  }

  private static func entry(_ name: String, _ raw: HeaderScanner.Entry, _ path: String) throws(ArchiveError) -> Entry {
    guard let type = ElementType(rawValue: raw.type) else {
      throw ArchiveError(.elementType(tensor: name, found: raw.type), file: path)
    }
    guard raw.offsets.count == 2, raw.offsets[0] <= raw.offsets[1], raw.offsets[1] <= UInt64(Int.max) / 2 else {
      throw ArchiveError(.malformedHeader(reason: "the offsets of tensor '\(name)' are \(raw.offsets)"), file: path)
    }
    var needed = UInt64(type.size)
    for extent in raw.shape {
      let (product, overflow) = needed.multipliedReportingOverflow(by: extent)
      guard !overflow, extent <= UInt64(Int.max) else {
        throw ArchiveError(.malformedHeader(reason: "the shape of tensor '\(name)' is \(raw.shape)"), file: path)
      }
      needed = product
    }
    let found = raw.offsets[1] - raw.offsets[0]
    guard needed == found else { throw ArchiveError(.size(tensor: name, needed: needed, found: found), file: path) }
    return Entry(
      name: name, type: type, shape: raw.shape.map { Int($0) }, range: Int(raw.offsets[0])..<Int(raw.offsets[1]))
  }

  /// What other kind of file this is, by its first bytes.
  private static func foreignFormat(_ file: Data) -> String? {
    let signatures: [(bytes: [UInt8], name: String)] = [
      (Array("PK".utf8) + [3, 4], "a zip archive, such as a PyTorch checkpoint or an .npz file"),
      ([0x80, 2], "a Python pickle"), ([0x80, 3], "a Python pickle"), ([0x80, 4], "a Python pickle"),
      ([0x80, 5], "a Python pickle"), ([0x93] + Array("NUMPY".utf8), "a NumPy array"),
      ([0x89] + Array("HDF".utf8), "an HDF5 file"), (Array("GGUF".utf8), "a GGUF file"),
      ([0x1F, 0x8B], "gzip data"), (Array("SQLite".utf8), "an SQLite database"), (Array("PAR1".utf8), "a Parquet file"),
      (Array("{".utf8), "JSON text"),
    ]
    if let match = signatures.first(where: { file.starts(with: $0.bytes) }) { return match.name }
    let opening = file.prefix(256)
    let isText = !opening.isEmpty && opening.allSatisfy { (32..<127).contains($0) || (9...13).contains($0) }
    return opening.isEmpty ? "an empty file" : isText ? "a text, such as a CSV" : nil
  }
}

private struct RawEntry: Encodable {
  var dtype: String
  var shape: [UInt64]
  var offsets: [UInt64]
  enum CodingKeys: String, CodingKey {
    case dtype, shape
    case offsets = "data_offsets"
  }
}

extension SafetensorsHeader {
  /// The bytes that come before the tensors: the length and the JSON, padded to a multiple of 8.
  static func encoded(metadata: [String: String], tensors: [StoredTensor]) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A dictionary of strings and one of small structures always encode.
    func json(_ value: some Encodable) -> String { String(decoding: try! encoder.encode(value), as: UTF8.self) }
    var members = metadata.isEmpty ? [] : ["\"__metadata__\":" + json(metadata)]
    var end: UInt64 = 0
    for tensor in tensors {
      let start = end
      end += UInt64(tensor.bytes.count)
      let entry = RawEntry(dtype: tensor.type.rawValue, shape: tensor.shape.map { UInt64($0) }, offsets: [start, end])
      members.append(json(tensor.name) + ":" + json(entry))
    }
    var header = Data(("{" + members.joined(separator: ",") + "}").utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
    return length + header
  }
}
