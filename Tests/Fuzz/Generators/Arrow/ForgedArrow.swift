import CPluginABI
import Foundation
import Tensors

/// An Arrow struct array whose memory is its maker's own, so that every field can be forged.
///
/// Buffers have room for some cells more than they say: a lie that stays within it cannot be seen, and does no harm.
final class ForgedArrow {
  static let room = 32

  var schema = ArrowSchema()
  var array = ArrowArray()
  private var blocks: [UnsafeMutableRawPointer] = []

  deinit { for block in blocks { free(block) } }

  /// Memory for values, with room, zeroed.
  func memory<Value>(_ values: [Value]) -> UnsafeMutablePointer<Value> {
    let block = calloc(values.count + Self.room, MemoryLayout<Value>.stride)!
    blocks.append(block)
    let start = block.bindMemory(to: Value.self, capacity: values.count + Self.room)
    values.withUnsafeBufferPointer { if let first = $0.baseAddress { start.update(from: first, count: values.count) } }
    return start
  }

  func text(_ text: String) -> UnsafePointer<CChar> { UnsafePointer(memory(Array(text.utf8CString))) }

  func schema(_ format: String, _ name: String = "") -> ArrowSchema {
    var schema = ArrowSchema()
    schema.format = text(format)
    schema.name = self.text(name)
    schema.flags = 2
    schema.release = { $0?.pointee.release = nil }
    return schema
  }

  /// - Parameter buffers: after the one that says what is missing.
  func array(_ length: Int, missing: [Int] = [], _ buffers: [UnsafeRawPointer]) -> ArrowArray {
    var array = ArrowArray()
    array.length = Int64(length)
    array.null_count = Int64(missing.count)
    var bits = [UInt8](repeating: 0xFF, count: length / 8 + 1)
    for row in missing { bits[row / 8] &= ~(1 << UInt8(row % 8)) }
    let validity = missing.isEmpty ? nil : UnsafeRawPointer(memory(bits))
    array.buffers = memory([validity] + buffers.map { Optional($0) })
    array.n_buffers = Int64(buffers.count + 1)
    array.release = { $0?.pointee.release = nil }
    return array
  }

  func texts(_ texts: [String]) -> ArrowArray {
    var ends: [Int32] = [0], bytes: [UInt8] = []
    for text in texts {
      bytes += Array(text.utf8)
      ends.append(Int32(bytes.count))
    }
    return array(texts.count, [UnsafeRawPointer(memory(ends)), UnsafeRawPointer(memory(bytes))])
  }

  /// The columns of the table, to be changed in place.
  var columns: (schemas: [UnsafeMutablePointer<ArrowSchema>], arrays: [UnsafeMutablePointer<ArrowArray>]) = ([], [])

  /// Puts the table together.
  func join(_ parts: [(schema: ArrowSchema, array: ArrowArray)], rows: Int) {
    schema = schema("+s")
    array = array(rows, [])
    columns = (parts.map { memory([$0.schema]) }, parts.map { memory([$0.array]) })
    schema.children = memory(columns.schemas.map { Optional($0) })
    array.children = memory(columns.arrays.map { Optional($0) })
    schema.n_children = Int64(parts.count)
    array.n_children = Int64(parts.count)
  }
}
