import Foundation
import NeuralNetworks
import Tensors
import Testing

@testable import DiffusionCore

/// Files that are made to do harm: their checksums are right.
@Suite struct UntrustedArchiveTests {
  private func problem(header: String, body: [UInt8] = []) -> ArchiveError.Problem? {
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    do {
      _ = try ModelArchive(data: length + Data(header.utf8) + Data(body))
      return nil
    } catch { return error.problem }
  }

  private func isMalformed(_ header: String, because reason: String) -> Bool {
    guard case .malformedHeader(let found)? = problem(header: header) else { return false }
    return found.contains(reason)
  }

  @Test func `Too many keys are refused at the first that is too many`() {
    let texts = (0..<1_000_000).map { "\"k\($0)\":\"\"" }.joined(separator: ",")
    #expect(isMalformed("{\"__metadata__\":{\(texts)}}", because: "more than 1000 texts"))
  }

  @Test func `A header of many tensors is read`() throws {
    let tensors = (0..<20_000).map { StoredTensor("t\($0)", [UInt8](), shape: [0]) }
    #expect(try ModelArchive(data: ModelArchive(tensors: tensors).data()).hasTensor("t19999"))
  }

  @Test func `Names that stand twice, foreign fields and deep lists are refused`() {
    let entry = #"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#
    #expect(isMalformed("{\"a\":\(entry),\"a\":\(entry)}", because: "stands there twice"))
    #expect(isMalformed(#"{"__metadata__":{"a":"","a":""}}"#, because: "stands there twice"))
    #expect(isMalformed(#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}}"#, because: "a field 'x'"))
    #expect(isMalformed(#"{"a":{"dtype":"U8","shape":[0]}}"#, because: "lacks a field"))
    #expect(
      isMalformed(#"{"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,0]}}"#, because: "too large"))
    #expect(
      isMalformed(#"{"a":{"dtype":"U8","shape":["# + String(repeating: "1,", count: 50) + "1]", because: "too many"))
    #expect(isMalformed("{} {}", because: "something follows"))
    #expect(isMalformed(String(repeating: "{\"a\":", count: 100_000), because: "a field 'a'"))
    #expect(isMalformed("{\"a\u{1}\":1}", because: "control character"))
  }

  @Test func `Texts with every kind of escape are read as a JSON decoder reads them`() throws {
    var random = RandomStream(seed: 1)
    for _ in 0..<300 {
      let scalars = (0..<random.integer(below: 30)).map { _ -> Unicode.Scalar in
        let bound = [32, 128, 0x3000, 0x11_0000][random.integer(below: 4)]
        return Unicode.Scalar(UInt32(random.integer(below: bound))) ?? "\\"
      }
      var text = ""
      text.unicodeScalars.append(contentsOf: scalars)
      let archive = ModelArchive(metadata: ["key \(text)": text])
      let read = try ModelArchive(data: archive.data())
      #expect(read.metadata.allSatisfy { $0.value.utf8.elementsEqual(text.utf8) } && read.metadata.count == 1)
    }
    let escaped = #"{"__metadata__":{"a":"\u00e9\ud83d\ude00\n\/","langevin.format":"2"}}"#
    let bytes = withUnsafeBytes(of: UInt64(escaped.utf8.count).littleEndian) { Data($0) } + Data(escaped.utf8)
    #expect(try SafetensorsHeader(of: bytes, named: "").metadata["a"] == "é😀\n/")
    #expect(isMalformed(#"{"__metadata__":{"a":"\ud83d"}}"#, because: "not Unicode"))
    #expect(isMalformed(#"{"__metadata__":{"a":"\x"}}"#, because: "an escape that is none"))
  }

  @Test func `Values of metadata are bounded in depth and number before they are decoded`() throws {
    var archive = ModelArchive()
    archive.setText(String(repeating: "[", count: 65) + String(repeating: "]", count: 65), for: "deep")
    archive.setText("[" + String(repeating: "0,", count: JSONBounds.values) + "0]", for: "long")
    archive.setText(#"["[[[[", "\"[", 1]"#, for: "texts")
    for key in ["deep", "long"] {
      let error = #expect(throws: ArchiveError.self) { try archive.value([Int].self, for: key) }
      #expect(error?.description.contains("more than") == true)
    }
    #expect(JSONBounds.flaw(in: Array(archive.metadata["texts"]!.utf8)) == nil)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `Weights that are not finite are refused with their place`(bad: Float) throws {
    var layout = ParameterLayout()
    let weight = layout.add("weight", rows: 2, columns: 3, .constant(0))
    func archive(_ values: [Float]) -> ModelArchive {
      ModelArchive(tensors: [StoredTensor("weight", Tensor(values, shape: [2, 3]))])
    }
    #expect(try archive([1, 2, 3, 4, 5, 6]).parameters(for: layout).tensor(weight).values == [1, 2, 3, 4, 5, 6])
    #expect(throws: ArchiveError(.notFinite(tensor: "weight", place: 4))) {
      try archive([1, 2, 3, 4, bad, 6]).parameters(for: layout)
    }
  }

  @Test func `A layout of terabytes is refused before anything is allocated`() {
    var layout = ParameterLayout()
    _ = layout.add("small", rows: 1, columns: 1, .constant(0))
    _ = layout.add("large", rows: 1 << 20, columns: 1 << 20, .constant(0))
    let archive = ModelArchive(tensors: [
      StoredTensor("small", Tensor([1], shape: [1, 1])), StoredTensor("large", Tensor([1], shape: [1, 1])),
    ])
    #expect(throws: ArchiveError(.shape(tensor: "large", needed: [1 << 20, 1 << 20], found: [1, 1]))) {
      try archive.parameters(for: layout)
    }
  }

  @Test func `Whole numbers in the place of weights, and weights in the place of whole numbers, are refused`() {
    let archive = ModelArchive(tensors: [
      StoredTensor("whole", [Int32(1)], shape: [1]), StoredTensor("weights", Tensor([1], shape: [1])),
    ])
    #expect(throws: ArchiveError(.elementType(tensor: "whole", found: "I32"))) { try archive.numbers("whole") }
    #expect(throws: ArchiveError(.elementType(tensor: "weights", found: "F32"))) { try archive.integers("weights") }
  }
}
