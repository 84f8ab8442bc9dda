/// What is settled about a column before its first cell.
struct ColumnPlan {
  var name: String
  /// Texts that stand for missing beside the empty field.
  var missingMarkers: [String] = []
  /// Whether a long column of numbers or dates may drop their spelling as it grows.
  var mayDropSpelling = true
  /// Whether a number with a fraction is a misfit.
  var takesWholeNumbersOnly = false
  /// Whether the cells are counted and not kept.
  var isDropped = false
}

/// A column as it is read, one cell after the other.
///
/// It begins as a dictionary of exact texts, so that its kind can be judged by the distinct texts alone when the whole
/// file is read. A column of ever new numbers (or date-times) turns into plain values once it has 8,192 of them.
struct ColumnBuilder {
  enum Mode: UInt8 { case dictionary, numbers, dates, dropped }

  static let spellingLimit = 8192

  let plan: ColumnPlan
  private(set) var mode = Mode.dictionary
  private(set) var dictionary = ByteDictionary()
  /// A code a row, -1 for missing: in mode `dictionary`.
  private(set) var codes = GrowingArray<Int32>()
  /// A value a row, NaN for missing: in the other modes.
  private(set) var numbers = GrowingArray<Double>()
  private(set) var facts = NumberFacts()
  private(set) var dateFormat: DateFormat?
  /// Missing cells by their text: empty first, then the plan's markers.
  private(set) var missingCounts: [Int]
  /// The first cell that does not fit a column that has dropped its spelling.
  private(set) var misfit: (line: Int, text: String)?

  private let mark: UInt8
  private let powers: UnsafePointer<Double>
  private let markerNumbers: [Double]
  private var distinctOther = 0
  private var distinctNumbers = 0

  init(plan: ColumnPlan, mark: UInt8, powers: UnsafePointer<Double>) {
    self.plan = plan
    if plan.isDropped { mode = .dropped }
    self.mark = mark
    self.powers = powers
    missingCounts = [Int](repeating: 0, count: plan.missingMarkers.count + 1)
    markerNumbers = plan.missingMarkers.map { NumberText($0, mark: mark)?.value ?? .nan }
  }

  func deallocate() {
    dictionary.deallocate()
    codes.deallocate()
    numbers.deallocate()
  }

  var count: Int { mode == .dictionary ? codes.count : numbers.count }

  /// The bytes that the column takes now, and about those of the values that are made of it.
  var memory: (now: Int, decoded: Int) {
    let texts = dictionary.memory
    let own = MemoryLayout<ColumnBuilder>.stride + codes.memory + numbers.memory + texts.now
    return (own, count * (mode == .dictionary ? 16 : 8) + texts.decoded)
  }

  /// Takes the next cell; nil is an empty field without quotes. Returns the number of line breaks inside it.
  @inline(__always)
  mutating func append(_ bytes: UnsafePointer<UInt8>?, _ length: Int, line: Int) -> Int {
    guard let bytes else {
      missingCounts[0] &+= 1
      if mode == .dictionary { codes.append(-1) } else if mode != .dropped { numbers.append(.nan) }
      return 0
    }
    if mode == .dictionary {
      let (code, isNew) = dictionary.code(bytes, length, line: line)
      codes.append(Int32(truncatingIfNeeded: code))
      let lineBreaks = Int(dictionary.entries[code].lineBreaks)
      if isNew { enter(code) }
      return lineBreaks
    }
    if mode == .numbers, markerNumbers.isEmpty,
      let number = NumberText(bytes, count: length, mark: mark, powers: powers), isFit(number)
    {
      facts.observe(number)
      numbers.append(number.value)
      return 0
    }
    let field = UnsafeBufferPointer(start: bytes, count: length)
    if mode == .dropped { return TextCheck.lineBreaks(field) }
    appendSlowly(field, line: line)
    return 0
  }

  @inline(never)
  private mutating func appendSlowly(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) {
    if let marker = markerIndex(bytes) {
      missingCounts[marker] += 1
      numbers.append(.nan)
      return
    }
    if mode == .dates, let value = dateFormat!.value(of: bytes) {
      facts.minimum = min(facts.minimum, value)
      facts.maximum = max(facts.maximum, value)
      numbers.append(value)
      return
    }
    if mode == .numbers,
      let number = NumberText(bytes.baseAddress!, count: bytes.count, mark: mark, powers: powers),
      isFit(number)
    {
      if let marker = markerNumbers.firstIndex(of: number.value) {
        missingCounts[marker + 1] += 1
        numbers.append(.nan)
      } else {
        facts.observe(number)
        numbers.append(number.value)
      }
      return
    }
    if misfit == nil { misfit = (line, String(decoding: bytes, as: UTF8.self)) }
    numbers.append(.nan)
  }

  @inline(__always)
  private func isFit(_ number: NumberText) -> Bool {
    !number.isCode && number.value.isFinite
      && (!plan.takesWholeNumbersOnly || number.value.rounded(.towardZero) == number.value)
  }

  /// Which text for missing this is: 0 empty, else 1 + its place in the plan; nil for a value.
  func markerIndex(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    if bytes.isEmpty { return 0 }
    return plan.missingMarkers.firstIndex { $0.utf8.elementsEqual(bytes) }.map { $0 + 1 }
  }

  @inline(never)
  private mutating func enter(_ code: Int) {
    guard plan.mayDropSpelling else { return }
    let bytes = dictionary[code]
    if markerIndex(bytes) != nil { return }
    if let number = NumberText(bytes.baseAddress!, count: bytes.count, mark: mark, powers: powers), isFit(number) {
      distinctNumbers += 1
    } else {
      distinctOther += 1
    }
    if distinctNumbers + distinctOther == ColumnBuilder.spellingLimit { dropSpelling() }
  }

  private mutating func dropSpelling() {
    if distinctOther == 0 {
      mode = .numbers
    } else if distinctNumbers == 0, let format = uniqueDateFormat() {
      mode = .dates
      dateFormat = format
    } else {
      return
    }
    var values = [Double](repeating: .nan, count: dictionary.count)
    for code in 0..<dictionary.count {
      let bytes = dictionary[code]
      if let marker = markerIndex(bytes) {
        missingCounts[marker] += Int(dictionary.entries[code].count)
      } else if let format = dateFormat {
        values[code] = format.value(of: bytes)!
        facts.minimum = min(facts.minimum, values[code])
        facts.maximum = max(facts.maximum, values[code])
      } else {
        let number = NumberText(bytes.baseAddress!, count: bytes.count, mark: mark, powers: powers)!
        if let marker = markerNumbers.firstIndex(of: number.value) {
          missingCounts[marker + 1] += Int(dictionary.entries[code].count)
        } else {
          values[code] = number.value
          facts.observe(number)
        }
      }
    }
    for row in 0..<codes.count { numbers.append(codes[row] < 0 ? .nan : values[Int(codes[row])]) }
    codes.deallocate()
    codes = GrowingArray()
    dictionary.deallocate()
    dictionary = ByteDictionary()
  }

  // Day-first or month-first must be settled before the spelling goes.
  private func uniqueDateFormat() -> DateFormat? {
    let texts = (0..<dictionary.count).lazy.map { dictionary[$0] }.filter { markerIndex($0) == nil }
    let formats = DateInference.formats(of: texts)
    return formats.count == 1 ? formats[0] : nil
  }
}
