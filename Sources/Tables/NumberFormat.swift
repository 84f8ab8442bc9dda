/// Writes the numbers of a column with its digits.
struct NumberFormat {
  let digits: Int
  let minimumDigits: Int
  let isShortest: Bool
  let mark: UInt8

  private let scale: Double
  private let integerScale: UInt64

  init(digits: Int, notation: ColumnSchema.NumberNotation, decimalComma: Bool) {
    self.digits = digits
    minimumDigits = min(notation.minimumDigits, digits)
    isShortest = notation.isShortest || digits > 15
    mark = UInt8(ascii: decimalComma ? "," : ".")
    scale = NumberText.powersOfTen[min(digits, 15)]
    integerScale = UInt64(scale)
  }

  /// Appends a finite number, rounded to the column's digits (halves away from zero) unless it is shortest.
  @inline(__always)
  func append(_ value: Double, to buffer: inout ByteBuffer) {
    // Below 2^53 the scaled number is a whole one that both types hold. A text of up to 15 digits lies so close to its
    // Double that rounding after scaling finds exactly its digits again.
    let scaled = (abs(value) * scale).rounded(.toNearestOrAwayFromZero)
    guard !isShortest, scaled < 9_007_199_254_740_992 else {
      appendShortest(value, to: &buffer)
      return
    }
    var ticks = UInt64(scaled)
    if value < 0, ticks > 0 { buffer.append(UInt8(ascii: "-")) }
    if digits == 0 {
      buffer.append(Int(ticks), width: 1)
      return
    }
    let whole = ticks / integerScale
    ticks -= whole * integerScale
    buffer.append(Int(whole), width: 1)
    var shown = digits
    while shown > minimumDigits, ticks % 10 == 0 {
      ticks /= 10
      shown -= 1
    }
    if shown > 0 {
      buffer.append(mark)
      buffer.append(Int(ticks), width: shown)
    }
  }

  @inline(never)
  private func appendShortest(_ value: Double, to buffer: inout ByteBuffer) {
    var text = value.description
    if minimumDigits == 0, text.hasSuffix(".0") { text.removeLast(2) }
    for byte in text.utf8 { buffer.append(byte == UInt8(ascii: ".") ? mark : byte) }
  }
}
