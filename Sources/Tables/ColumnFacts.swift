/// What the distinct texts of a column say, gathered once for inference to judge by.
struct ColumnFacts {
  let name: String
  let rowCount: Int
  let markers: [String]
  /// Missing cells; `""` among them only where the format says so.
  private(set) var missingCount = 0
  /// Cells `""` that are values in a column of texts and missing in any other.
  private(set) var quotedEmptyCount = 0
  /// Cells with a value.
  private(set) var valueCount = 0
  private(set) var distinctCount = 0
  private(set) var numbers = NumberFacts()
  /// Cells that look like numbers and are codes; cells that are no numbers at all.
  private(set) var codeCount = 0
  private(set) var otherCount = 0
  private(set) var numberCount = 0
  private(set) var firstInfinite: (text: String, line: Int)?
  private(set) var meanLength = 0.0
  private(set) var commonestMissingText = ""

  private let builder: ColumnBuilder
  /// The dictionary's codes that are values.
  private var valueCodes: [Int] = []
  private var otherCodes: [Int] = []

  private static let infinities: Set<String> = ["inf", "-inf", "+inf", "infinity", "-infinity", "+infinity"]

  init(_ builder: ColumnBuilder, mark: UInt8, quotedEmptyIsMissing: Bool) {
    self.builder = builder
    name = builder.plan.name
    rowCount = builder.count
    markers = builder.plan.missingMarkers
    var missing = builder.missingCounts
    guard builder.mode == .dictionary else {
      numbers = builder.facts
      missingCount = missing.reduce(0, +)
      valueCount = rowCount - missingCount
      distinctCount = ColumnBuilder.spellingLimit
      numberCount = builder.mode == .numbers ? valueCount : 0
      settleMissingText(missing)
      return
    }
    let markerValues = markers.compactMap { NumberText($0, mark: mark)?.value }
    var length = 0
    for code in 0..<builder.dictionary.count {
      let bytes = builder.dictionary[code]
      let count = Int(builder.dictionary.entries[code].count)
      if bytes.isEmpty, !quotedEmptyIsMissing {
        quotedEmptyCount = count
        continue
      }
      if let marker = builder.markerIndex(bytes) {
        missing[marker] += count
        continue
      }
      length += bytes.count * count
      valueCount += count
      distinctCount += 1
      valueCodes.append(code)
      guard let number = NumberText(String(decoding: bytes, as: UTF8.self), mark: mark) else {
        otherCount += count
        otherCodes.append(code)
        continue
      }
      if number.isCode {
        codeCount += count
      } else if !number.value.isFinite {
        numberCount += count
        if firstInfinite == nil { firstInfinite = cell(code) }
      } else if let marker = markerValues.firstIndex(of: number.value) {
        // -999 is missing, so is -999.0.
        missing[marker + 1] += count
        valueCount -= count
        distinctCount -= 1
        valueCodes.removeLast()
      } else {
        numberCount += count
        numbers.observe(number)
      }
    }
    if otherCount > 0, numberCount > 0, codeCount == 0,
      otherCodes.allSatisfy({ ColumnFacts.infinities.contains(cell($0).text.lowercased()) })
    {
      firstInfinite = cell(otherCodes[0])
    }
    missingCount = missing.reduce(0, +)
    // "" alone, and nothing else, is a text; beside numbers or dates it is missing.
    if valueCount == 0, quotedEmptyCount > 0 { valueCount = quotedEmptyCount }
    meanLength = Double(length) / Double(max(valueCount, 1))
    settleMissingText(missing)
  }

  private mutating func settleMissingText(_ counts: [Int]) {
    guard let most = counts.max(), most > 0, let index = counts.firstIndex(of: most), index > 0 else { return }
    commonestMissingText = markers[index - 1]
  }

  private func cell(_ code: Int) -> (text: String, line: Int) {
    (String(decoding: builder.dictionary[code], as: UTF8.self), Int(builder.dictionary.entries[code].line))
  }

  /// Whether every value is a number and none a code. `inf` beside numbers counts, to be refused.
  var isNumeric: Bool {
    builder.mode == .numbers
      || (builder.mode == .dictionary && numberCount > 0 && codeCount == 0 && (otherCount == 0 || firstInfinite != nil))
  }

  /// The column's text, where there is only one.
  var onlyText: String? {
    guard builder.mode == .dictionary, quotedEmptyCount == 0 || valueCodes.isEmpty else { return nil }
    if valueCodes.isEmpty { return quotedEmptyCount > 0 ? "" : nil }
    return valueCodes.count == 1 ? cell(valueCodes[0]).text : nil
  }

  var firstText: String? { valueCodes.first.map { cell($0).text } }
  var firstLine: Int? { valueCodes.first.map { cell($0).line } }

  func distinctTexts() -> [String] {
    if builder.mode == .numbers { return (0..<builder.count).map { String(Int(builder.numbers[$0])) } }
    return valueCodes.map { cell($0).text }
  }

  // MARK: Numbers that name rows

  /// Whether the numbers go up by 1 from row to row.
  var isSequence: Bool {
    let values = numberOfRow()
    return (1..<rowCount).allSatisfy { values($0) == values($0 - 1) + 1 }
  }

  var areNumbersDistinct: Bool {
    if builder.mode == .dictionary { return distinctCount == valueCount }
    let sorted = (0..<builder.count).map { builder.numbers[$0] }.sorted()
    return zip(sorted, sorted.dropFirst()).allSatisfy { $0 != $1 }
  }

  private func numberOfRow() -> (Int) -> Double {
    let builder = builder
    if builder.mode != .dictionary { return { builder.numbers[$0] } }
    let values = (0..<builder.dictionary.count).map {
      NumberText(String(decoding: builder.dictionary[$0], as: UTF8.self))?.value ?? .nan
    }
    return { builder.codes[$0] < 0 ? .nan : values[Int(builder.codes[$0])] }
  }

  /// Whether a name is one that identifiers bear: id, user_id, userID, uuid.
  static func isIdentifierName(_ name: String) -> Bool {
    let lowered = name.lowercased()
    if ["id", "uuid", "guid", "rowid", "rownumber", "row_number", "row_id"].contains(lowered) { return true }
    if lowered.hasSuffix("_id") || lowered.hasSuffix(" id") || lowered.hasSuffix("-id") { return true }
    guard name.hasSuffix("ID") || name.hasSuffix("Id"), let before = name.dropLast(2).last else { return false }
    return before.isLowercase
  }

  // MARK: Other notations and kinds

  /// The first cell with a thousands separator, if all cells that are not plain numbers have one.
  func thousandsSeparator(mark: UInt8) -> (text: String, line: Int)? {
    guard codeCount == 0 else { return nil }
    let isEach = otherCodes.allSatisfy { code in
      ForeignNumbers.hasThousandsSeparator(builder.dictionary[code], mark: mark)
        || MissingMarkerProposal.texts.contains(cell(code).text)
    }
    guard isEach else { return nil }
    return otherCodes.first { ForeignNumbers.hasThousandsSeparator(builder.dictionary[$0], mark: mark) }.map(cell)
  }

  /// The first cell with the other decimal mark, if all cells that are not plain numbers have it.
  func otherDecimalMark(mark: UInt8) -> (text: String, line: Int)? {
    guard let first = otherCodes.first, codeCount == 0 else { return nil }
    let other: UInt8 = mark == UInt8(ascii: ".") ? UInt8(ascii: ",") : UInt8(ascii: ".")
    let isEach = otherCodes.allSatisfy { NumberText(cell($0).text, mark: other)?.hasMark == true }
    return isEach ? cell(first) : nil
  }

  /// Markers for missing that keep a column of numbers or dates from being one.
  var spoilt: (wouldBe: String, markers: [(text: String, count: Int)])? {
    guard builder.mode == .dictionary else { return nil }
    let suspects = otherCodes.filter {
      builder.dictionary[$0].count <= 8 && MissingMarkerProposal.texts.contains(cell($0).text)
    }
    guard !suspects.isEmpty else { return nil }
    let found = suspects.map { (text: cell($0).text, count: Int(builder.dictionary.entries[$0].count)) }
    if suspects.count == otherCodes.count, numberCount > 0, codeCount == 0 { return ("numbers", found) }
    let rest = valueCodes.lazy.filter { !suspects.contains($0) }.map { builder.dictionary[$0] }
    return DateInference.formats(of: rest).isEmpty ? nil : ("dates", found)
  }

  /// The first cell that is no number in a column that is nearly all of numbers, too many different ones to be levels,
  /// how many such cells there are, and whether all are alike.
  var stray: (text: String, line: Int, count: Int, isOnly: Bool)? {
    guard builder.mode == .dictionary, codeCount == 0, otherCount > 0, otherCount * 20 <= valueCount,
      distinctCount - otherCodes.count >= 20
    else { return nil }
    let first = otherCodes.map(cell).min { $0.line < $1.line }!
    return (first.text, first.line, otherCount, otherCodes.count == 1)
  }

  func dateFormats() -> [DateFormat] {
    if let format = builder.dateFormat { return [format] }
    return DateInference.formats(of: valueCodes.lazy.map { builder.dictionary[$0] })
  }

  func dateRange(_ format: DateFormat) -> (Double?, Double?) {
    if builder.mode == .dates { return (builder.facts.minimum, builder.facts.maximum) }
    let values = valueCodes.compactMap { format.value(of: builder.dictionary[$0]) }
    return (values.min(), values.max())
  }

  var isBoolean: Bool {
    guard builder.mode == .dictionary, valueCodes.count == 2, quotedEmptyCount == 0 else { return false }
    let pair = Set(valueCodes.map { cell($0).text.lowercased() })
    return [["true", "false"], ["yes", "no"], ["t", "f"], ["y", "n"], ["on", "off"]].contains { Set($0) == pair }
  }
}
