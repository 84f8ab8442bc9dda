/// What is known of the numbers of a column, whatever their count.
struct NumberFacts {
  var count = 0
  var minimum = Double.infinity
  var maximum = -Double.infinity
  var fewestFractionDigits = Int32.max
  var mostFractionDigits: Int32 = 0
  var mostSignificantDigits: Int32 = 0
  var hasMark = false
  var hasExponent = false

  @inline(__always)
  mutating func observe(_ number: NumberText) {
    count &+= 1
    if number.value < minimum { minimum = number.value }
    if number.value > maximum { maximum = number.value }
    if number.fractionDigits < fewestFractionDigits { fewestFractionDigits = number.fractionDigits }
    if number.fractionDigits > mostFractionDigits { mostFractionDigits = number.fractionDigits }
    if number.significantDigits > mostSignificantDigits { mostSignificantDigits = number.significantDigits }
    hasMark = hasMark || number.hasMark
    hasExponent = hasExponent || number.hasExponent
  }

  /// The kind and the way of writing that keep every value.
  var kind: (kind: ColumnKind, notation: ColumnSchema.NumberNotation) {
    guard hasMark || hasExponent else { return (.integer, .init()) }
    // 15 digits are what a Double holds of any decimal; with more, only its own shortest text is sure.
    let shortest = hasExponent || mostSignificantDigits > 15 || mostFractionDigits > 15
    return (
      .decimal(digits: Int(mostFractionDigits)),
      .init(minimumDigits: Int(min(fewestFractionDigits, mostFractionDigits)), isShortest: shortest)
    )
  }
}
