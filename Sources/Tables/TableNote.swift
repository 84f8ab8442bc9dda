/// Something a reader of a table decided or noticed, as data: what, why, and how to choose otherwise.
public struct TableNote: Sendable, Codable, Equatable {
  /// How much it matters.
  public enum Severity: String, Sendable, Codable {
    /// A choice made; most users need not act.
    case note
    /// Probably not what the user wants, unless they know better.
    case warning
  }

  /// How much it matters.
  public var severity: Severity
  /// The column it is about, or nil for the whole file.
  public var column: String?
  /// What was decided or seen, as a sentence.
  public var what: String
  /// Why, as a sentence; may be empty.
  public var why: String
  /// The option that changes it, such as `--kind zip=text`, or nil.
  public var option: String?

  /// Makes a note from its facts.
  public init(
    _ severity: Severity = .note, column: String? = nil, what: String, why: String = "", option: String? = nil
  ) {
    self.severity = severity
    self.column = column
    self.what = what
    self.why = why
    self.option = option
  }
}

extension TableNote: CustomStringConvertible {
  /// The note as one line of text.
  public var description: String {
    let subject = column.map { "\($0): " } ?? ""
    let reason = why.isEmpty ? "" : " " + why
    let change = option.map { " (\($0) changes this)" } ?? ""
    return subject + what + reason + change
  }
}
