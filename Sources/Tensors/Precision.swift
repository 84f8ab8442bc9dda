import COneDNN

/// The number format of the operands of matrix products. Weights, sums, losses and everything else are Float32.
public enum Precision: String, Sendable, Codable, CaseIterable {
  /// 24 bits of mantissa: exact enough for anything, half the speed.
  case float32
  /// 8 bits of mantissa in the operands, sums in Float32.
  case bfloat16

  /// bfloat16 where the processor multiplies it natively, else Float32.
  public static var fastest: Precision { langevin_has_bfloat16() == 1 ? .bfloat16 : .float32 }

  /// The formats that this machine multiplies.
  public static var allCases: [Precision] { fastest == .bfloat16 ? [.float32, .bfloat16] : [.float32] }

  /// The format, or Float32 where this machine does not multiply it: models move between machines.
  public var available: Precision { Self.allCases.contains(self) ? self : .float32 }
}
