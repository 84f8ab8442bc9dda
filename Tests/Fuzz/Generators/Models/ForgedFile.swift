import DiffusionCore
import Foundation

/// A model file taken apart, to be put together again with right checksums, whatever it holds: a checksum finds accidents,
/// and a forger can compute it.
struct ForgedFile {
  struct Tensor {
    var name: String, type: String
    /// As written, so that they may be no numbers.
    var shape: [String]
    var bytes: Data
    /// Where the header says that the bytes lie; nil for where they do.
    var offsets: (String, String)?
  }

  var metadata: [(key: String, text: String)]
  var tensors: [Tensor]

  init(contentsOf file: URL) throws {
    let archive = try ModelArchive(contentsOf: file.path)
    metadata = archive.metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    tensors = archive.tensors.map {
      Tensor(
        name: $0.name, type: $0.type.rawValue, shape: $0.shape.map { "\($0)" }, bytes: Data($0.bytes), offsets: nil)
    }
  }

  /// The file's bytes.
  func data() -> Data {
    var all = metadata + [("langevin.format", "\(ModelArchive.formatVersion)")]
    var body = CRC64()
    for tensor in tensors { tensor.bytes.withUnsafeBytes { body.update($0) } }
    all.append(("langevin.tensors-crc64", body.text))
    var check = CRC64()
    func update(_ text: String) { (Array(text.utf8) + [0]).withUnsafeBytes { check.update($0) } }
    for (key, text) in all.sorted(by: { $0.key < $1.key }) {
      update(key)
      update(text)
    }
    for tensor in tensors {
      update(tensor.name)
      update(tensor.type)
      update("[" + tensor.shape.joined(separator: ", ") + "]")
    }
    all.append(("langevin.header-crc64", check.text))
    let texts = all.map { JSONTree.quoted($0.key) + ":" + JSONTree.quoted($0.text) }.joined(separator: ",")
    var members = ["\"__metadata__\":{\(texts)}"], end = 0
    for tensor in tensors {
      let start = end
      end += tensor.bytes.count
      let offsets = tensor.offsets ?? ("\(start)", "\(end)")
      members.append(
        "\(JSONTree.quoted(tensor.name)):{\"dtype\":\(JSONTree.quoted(tensor.type)),"
          + "\"shape\":[\(tensor.shape.joined(separator: ","))],\"data_offsets\":[\(offsets.0),\(offsets.1)]}")
    }
    var header = Data(("{" + members.joined(separator: ",") + "}").utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
    return tensors.reduce(into: length + header) { $0.append($1.bytes) }
  }
}
