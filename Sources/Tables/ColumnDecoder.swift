/// Turns the cells of a finished builder into a column's values, as the column's kind demands.
struct ColumnDecoder {
  let schema: ColumnSchema
  let format: CSVFormat
  /// Whether the schema came before the file: then a constant or boolean takes no other text.
  var isStrict = false

  /// The values, and the levels where they are categories.
  func values(of builder: ColumnBuilder) throws(TableError) -> (Column.Values, levels: [String]) {
    if let misfit = builder.misfit { throw doesNotFit(misfit.text, line: misfit.line) }
    if schema.kind.isNumeric { return (.numbers(try numbers(of: builder)), []) }
    if schema.kind.isCategorical { return try categories(of: builder) }
    return (.texts(texts(of: builder)), [])
  }

  private func numbers(of builder: ColumnBuilder) throws(TableError) -> [Double] {
    guard builder.mode == .dictionary else {
      return [Double](unsafeUninitializedCapacity: builder.count) { target, count in
        target.baseAddress!.initialize(from: builder.numbers.base, count: builder.count)
        count = builder.count
      }
    }
    let markerNumbers = builder.plan.missingMarkers.compactMap { number($0) }
    var values: [Double] = []
    values.reserveCapacity(builder.dictionary.count)
    for code in 0..<builder.dictionary.count {
      let bytes = builder.dictionary[code]
      if builder.markerIndex(bytes) != nil {
        values.append(.nan)
        continue
      }
      let text = String(decoding: bytes, as: UTF8.self)
      guard let value = number(text), value.isFinite else {
        throw doesNotFit(text, line: Int(builder.dictionary.entries[code].line))
      }
      values.append(markerNumbers.contains(value) ? .nan : value)
    }
    return [Double](unsafeUninitializedCapacity: builder.count) { target, count in
      for row in 0..<builder.count {
        let code = builder.codes[row]
        (target.baseAddress! + row).initialize(to: code < 0 ? .nan : values[Int(code)])
      }
      count = builder.count
    }
  }

  private func number(_ text: String) -> Double? {
    switch schema.kind {
    case .date(let format), .dateTime(let format): return format.value(of: text)
    case .integer:
      guard let number = NumberText(text, mark: mark), number.value.rounded() == number.value, !number.isInexactInteger
      else { return nil }
      return number.value
    default: return NumberText(text, mark: mark)?.value
    }
  }

  private var mark: UInt8 { UInt8(ascii: format.decimalComma ? "," : ".") }

  private func categories(of builder: ColumnBuilder) throws(TableError) -> (Column.Values, levels: [String]) {
    var levels = isStrict ? schema.levels : []
    var positions: [ExactText: Int32] = [:]
    for (index, level) in levels.enumerated() { positions[ExactText(level)] = Int32(index) }
    func index(of text: String, line: Int) throws(TableError) -> Int32 {
      let key = ExactText(text)
      if let known = positions[key] { return known }
      if isStrict {
        switch schema.kind {
        case .constant(let value) where !sameBytes(value, text): throw doesNotFit(text, line: line)
        case .boolean where levels.count >= 2: throw doesNotFit(text, line: line)
        default: break
        }
      }
      let new = Int32(levels.count)
      positions[key] = new
      levels.append(text)
      return new
    }
    if builder.mode != .dictionary {
      // A column of numbers that the schema now calls a category: spelling is gone only where inference let it.
      preconditionFailure("a category must keep its spelling")
    }
    var mapped: [Int32] = []
    mapped.reserveCapacity(builder.dictionary.count)
    for code in 0..<builder.dictionary.count {
      let bytes = builder.dictionary[code]
      if isMissing(bytes, builder) {
        mapped.append(-1)
      } else {
        mapped.append(
          try index(of: String(decoding: bytes, as: UTF8.self), line: Int(builder.dictionary.entries[code].line)))
      }
    }
    let indices = [Int32](unsafeUninitializedCapacity: builder.count) { target, count in
      for row in 0..<builder.count {
        let code = builder.codes[row]
        (target.baseAddress! + row).initialize(to: code < 0 ? -1 : mapped[Int(code)])
      }
      count = builder.count
    }
    return (.categories(indices: indices, levels: levels), levels)
  }

  private func texts(of builder: ColumnBuilder) -> [String?] {
    guard builder.mode == .dictionary else {
      // Only sequences of integers come here: their decimal text is their spelling.
      return (0..<builder.count).map { row in
        let value = builder.numbers[row]
        return value.isNaN ? nil : String(Int(value))
      }
    }
    func text(_ code: Int) -> String? {
      let bytes = builder.dictionary[code]
      return isMissing(bytes, builder) ? nil : String(decoding: bytes, as: UTF8.self)
    }
    // Where most texts occur once, a list of the distinct ones would only double the memory.
    if builder.dictionary.count * 2 > builder.count {
      return (0..<builder.count).map { row in builder.codes[row] < 0 ? nil : text(Int(builder.codes[row])) }
    }
    let distinct = (0..<builder.dictionary.count).map(text)
    return (0..<builder.count).map { row in
      let code = builder.codes[row]
      return code < 0 ? nil : distinct[Int(code)]
    }
  }

  private func isMissing(_ bytes: UnsafeBufferPointer<UInt8>, _ builder: ColumnBuilder) -> Bool {
    bytes.isEmpty ? format.quotedEmptyIsMissing : builder.markerIndex(bytes) != nil
  }

  private func doesNotFit(_ text: String, line: Int) -> TableError {
    let expected: String
    var cure = "Correct the cell, or empty it if its value is unknown; "
    switch schema.kind {
    case .integer: expected = "a whole number smaller than 2^53"
    case .decimal: expected = format.decimalComma ? "a number with decimal comma" : "a number"
    case .date(let format), .dateTime(let format): expected = "a date as \(format.pattern)"
    case .boolean: expected = "one of " + schema.levels.listed()
    case .constant(let value): expected = "\"\(value.shortened())\" as in every other row"
    case .category, .identifier, .text: expected = "a text"
    }
    cure +=
      isStrict
      ? "or fit the schema to the new data." : "if it stands for missing, say so (--missing \"\(text.shortened())\")."
    if let number = NumberText(text, mark: mark), !number.value.isFinite {
      return TableError(
        .infiniteNumber, line: line, column: schema.name, found: text, expected: "a finite number",
        problem: "the number is too large", cure: "Correct the cell, or empty it if its value is unknown.")
    }
    return TableError(
      .doesNotFit, line: line, column: schema.name, found: text, expected: expected,
      problem: "the value does not fit the column, which is of kind \(schema.kind.name.rawValue)", cure: cure)
  }
}
