import Foundation
import Tensors

/// A named tensor as it lies in an archive: little-endian bytes, row-major, not yet decoded.
///
/// Of a tensor that was read the bytes are a window into the mapped file: nothing is copied before it is decoded.
public struct StoredTensor: Sendable, Equatable {
  /// The name, unique in its archive.
  public let name: String
  /// What the elements are.
  public let type: ElementType
  /// The extent of every axis, outermost first.
  public let shape: [Int]
  /// The elements; their count is the product of the shape times the size of one.
  public let bytes: Data

  init(name: String, type: ElementType, shape: [Int], bytes: Data) {
    self.name = name
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// Stores a tensor as 32-bit floats.
  public init(_ name: String, _ tensor: Tensor) {
    self.init(
      name: name, type: .float32, shape: tensor.shape, bytes: Self.littleEndian(tensor.values.map(\.bitPattern)))
  }

  /// Stores double-precision numbers.
  ///
  /// - Precondition: the count of values is the product of the shape; so for the other initialisers.
  public init(_ name: String, _ values: [Double], shape: [Int]) {
    Self.check(values.count, shape)
    self.init(name: name, type: .float64, shape: shape, bytes: Self.littleEndian(values.map(\.bitPattern)))
  }

  /// Stores 32-bit integers.
  public init(_ name: String, _ values: [Int32], shape: [Int]) {
    Self.check(values.count, shape)
    self.init(name: name, type: .int32, shape: shape, bytes: Self.littleEndian(values))
  }

  /// Stores 64-bit integers.
  public init(_ name: String, _ values: [Int64], shape: [Int]) {
    Self.check(values.count, shape)
    self.init(name: name, type: .int64, shape: shape, bytes: Self.littleEndian(values))
  }

  /// Stores bytes.
  public init(_ name: String, _ values: [UInt8], shape: [Int]) {
    Self.check(values.count, shape)
    self.init(name: name, type: .uint8, shape: shape, bytes: Data(values))
  }

  /// Stores the upper halves of 32-bit floats, given as bits.
  public init(_ name: String, bfloat16 values: [UInt16], shape: [Int]) {
    Self.check(values.count, shape)
    self.init(name: name, type: .bfloat16, shape: shape, bytes: Self.littleEndian(values))
  }

  /// The elements as 32-bit floats: exact for `float32` and `bfloat16`, rounded for others.
  public func tensor() -> Tensor {
    let values: [Float] =
      switch type {
      case .float32: integers(UInt32.self).map { Float(bitPattern: $0) }
      case .bfloat16: integers(UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
      case .float64: doubles().map { Float($0) }
      case .int32: integers(Int32.self).map { Float($0) }
      case .int64: integers(Int64.self).map { Float($0) }
      case .uint8: bytes.map { Float($0) }
      }
    return Tensor(values, shape: shape)
  }

  /// The elements of a `float64` tensor.
  ///
  /// - Precondition: the type is `float64`.
  public func doubles() -> [Double] {
    precondition(type == .float64, "tensor '\(name)' is \(type.rawValue), not F64")
    return integers(UInt64.self).map { Double(bitPattern: $0) }
  }

  /// The elements of an integer tensor in the integer type of the same size.
  ///
  /// - Precondition: the sizes agree.
  public func integers<Integer: FixedWidthInteger>(_: Integer.Type) -> [Integer] {
    precondition(MemoryLayout<Integer>.size == type.size, "tensor '\(name)' is \(type.rawValue), not \(Integer.self)")
    return bytes.withUnsafeBytes { raw in
      (0..<(raw.count / type.size)).map {
        Integer(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * type.size, as: Integer.self))
      }
    }
  }

  private static func littleEndian<Integer: FixedWidthInteger>(_ values: [Integer]) -> Data {
    values.map(\.littleEndian).withUnsafeBytes { Data($0) }
  }

  private static func check(_ count: Int, _ shape: [Int]) {
    precondition(count == shape.reduce(1, *), "a tensor of shape \(shape) cannot hold \(count) values")
  }
}
