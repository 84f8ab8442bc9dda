/// How well predictions fit what was observed. All verified against scikit-learn's functions of the same names.
///
/// A metric that does not apply (no rows, one class) is nil, never NaN.
public enum Metrics {}
