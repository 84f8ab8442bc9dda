/// Layer normalisation over columns (Ba, Kiros & Hinton 2016).
public struct LayerNorm: Sendable {
  /// `[1, width]`, starting at 1.
  public let gain: Parameter
  /// `[1, width]`, starting at 0.
  public let bias: Parameter

  /// Lays out the parameters.
  public init(_ name: String, width: Int, in layout: inout ParameterLayout) {
    gain = layout.add("\(name).gain", columns: width, .constant(1))
    bias = layout.add("\(name).bias", columns: width, .constant(0))
  }

  /// `[rows, width]` to the same.
  public func callAsFunction(_ x: Variable) -> Variable {
    x.layerNorm(gain: x.tape.parameter(gain), bias: x.tape.parameter(bias))
  }
}
