/// What the elements of a stored tensor are, by the names of the safetensors format.
public enum ElementType: String, Sendable, Codable, CaseIterable {
  /// 32-bit float.
  case float32 = "F32"
  /// 64-bit float.
  case float64 = "F64"
  /// The upper half of a 32-bit float.
  case bfloat16 = "BF16"
  /// Signed 32-bit integer.
  case int32 = "I32"
  /// Signed 64-bit integer.
  case int64 = "I64"
  /// Unsigned byte.
  case uint8 = "U8"

  /// The bytes of one element.
  public var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .bfloat16: 2
    case .uint8: 1
    }
  }
}
