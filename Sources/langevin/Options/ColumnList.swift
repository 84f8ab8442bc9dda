import Tables

/// Names of columns as they are given on the command line.
enum ColumnList {
  /// The columns that some texts name: each text is a name, or several with commas between.
  ///
  /// - Parameter flag: the flag that named them, for messages.
  /// - Throws: ``Failure`` for a name that no column has, with the nearest one.
  static func names(_ texts: [String], among known: [String], flag: String) throws(Failure) -> [String] {
    var names: [String] = []
    for text in texts {
      // A name may hold a comma.
      let parts = known.contains(text) ? [text] : text.split(separator: ",").map { String($0).trimmed }
      for part in parts {
        guard known.contains(part) else { throw unknown(part, among: known, flag: flag) }
        if !names.contains(part) { names.append(part) }
      }
    }
    return names
  }

  static func unknown(_ name: String, among known: [String], flag: String) -> Failure {
    let near = nearestName(to: name, in: known)
    let list = known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", …" : "")
    return Failure(
      .badData, "\(flag): there is no column '\(name)'",
      cure: near.map { "did you mean '\($0)'?" } ?? "the columns are \(list)")
  }

  private static func nearestName(to name: String, in known: [String]) -> String? {
    nearest(to: name, in: known).first
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
