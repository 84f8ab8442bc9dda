import Errors

/// What went wrong with a table, its file or its schema: the evidence and the cure, as facts.
///
/// ``diagnosis`` builds what a user reads: file, line, column, the text found, what was expected, and the cure.
public struct TableError: DiagnosedError, Sendable, Equatable {
  /// What kind of fault it is; one for each kind, so that programs and tests can tell them apart.
  public enum Reason: String, Sendable, CaseIterable {
    case missingFile, directory, permissionDenied, readFailed, writeFailed, closedPipe
    case corruptGzip, truncatedGzip, notCSV, utf16, invalidUTF8, nulByte
    case emptyFile, headerOnly, emptyHeader, longHeader, duplicateHeader
    case tooManyFields, tooFewFields, unterminatedQuote, strayQuote
    case fieldTooLong, rowTooLong, tooManyColumns, tooMuchMemory, gzipExpansion
    case allMissing, infiniteNumber, thousandsSeparator, decimalMark, mixedColumn, doesNotFit
    case unknownColumn, missingColumn, unknownKind, unknownFormat, invalidSchema, ambiguousMissing, tablesDiffer
    case invalidOption
  }

  /// The kind of fault.
  public var reason: Reason
  /// The file as the caller named it; `-` is standard input or output.
  public var file: String?
  /// The physical line in the file, from 1, line breaks inside quotes counted.
  public var line: Int?
  /// The byte offset in the (decompressed) file, from 0.
  public var byteOffset: Int?
  /// The name of the column.
  public var column: String?
  /// The text found.
  public var found: String?
  /// What was expected in its place.
  public var expected: String?
  /// What happened, in one clause.
  public var problem: String
  /// What the user can do about it, in one sentence.
  public var cure: String

  /// Makes an error from its facts.
  public init(
    _ reason: Reason, file: String? = nil, line: Int? = nil, byteOffset: Int? = nil, column: String? = nil,
    found: String? = nil, expected: String? = nil, problem: String, cure: String
  ) {
    self.reason = reason
    self.file = file
    self.line = line
    self.byteOffset = byteOffset
    self.column = column
    self.found = found
    self.expected = expected
    self.problem = problem
    self.cure = cure
  }

  /// Whose fault it is.
  public var category: ErrorCategory {
    switch reason {
    case .unknownKind, .invalidOption: .usage
    case .missingFile, .directory, .permissionDenied, .readFailed, .writeFailed, .closedPipe: .inputOutput
    case .corruptGzip, .truncatedGzip, .notCSV, .utf16, .invalidUTF8, .nulByte, .emptyFile, .headerOnly, .emptyHeader,
      .longHeader, .duplicateHeader, .tooManyFields, .tooFewFields, .unterminatedQuote, .strayQuote, .fieldTooLong,
      .rowTooLong, .tooManyColumns, .tooMuchMemory, .gzipExpansion, .allMissing, .infiniteNumber, .thousandsSeparator,
      .decimalMark, .mixedColumn, .doesNotFit, .unknownColumn, .missingColumn, .unknownFormat, .invalidSchema,
      .ambiguousMissing, .tablesDiffer:
      .badData
    }
  }

  func inFile(_ name: String) -> TableError {
    var copy = self
    copy.file = copy.file ?? name
    return copy
  }

  static func tablesDiffer(table: Int, column: String?, found: String, expected: String) -> TableError {
    TableError(
      .tablesDiffer, column: column, found: found, expected: expected,
      problem: "table \(table + 1) differs from the first",
      cure: "Read all tables with the same schema before joining them.")
  }
}

extension TableError {
  /// Where, what, the text found, what was expected; and the cure.
  public var diagnosis: Diagnosis {
    var place: [String] = []
    if let file { place.append(file == "-" ? "standard stream" : file) }
    if let line { place.append("line \(line)") }
    if let byteOffset { place.append("byte \(byteOffset)") }
    if let column { place.append("column \(quoted(column))") }
    var sentence = place.isEmpty ? problem : place.joined(separator: ", ") + ": " + problem
    if let found { sentence += "; found \(quoted(found))" }
    if let expected { sentence += ", expected \(expected)" }
    return Diagnosis(sentence, cure: clause(cure))
  }

  /// Two sentences: ``diagnosis`` without the cure, and the cure.
  public var description: String { "\(diagnosis.problem). \(cure)" }

  /// A sentence as a clause: it begins small and ends without a stop.
  private func clause(_ sentence: String) -> String {
    let body = sentence.hasSuffix(".") && !sentence.hasSuffix("…") ? sentence.dropLast() : Substring(sentence)
    let second = body.dropFirst().first
    return second?.isLowercase == true ? body.prefix(1).lowercased() + body.dropFirst() : String(body)
  }

  private func quoted(_ text: String) -> String {
    let plain = text.shortened().unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      default:
        scalar.properties.generalCategory == .control ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
      }
    }
    return "\"" + plain.joined() + "\""
  }
}
