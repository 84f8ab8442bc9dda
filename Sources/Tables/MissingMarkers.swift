/// A text or number that may stand for missing, proposed and never taken unasked.
public struct MissingMarkerProposal: Sendable, Codable, Equatable {
  /// The column it occurs in.
  public var column: String
  /// The text, to be given as a missing marker.
  public var text: String
  /// The number of cells that hold it.
  public var count: Int

  static let texts: Set<String> = [
    "?", "??", "NA", "N/A", "n/a", "na", "#N/A", "<NA>", "NaN", "nan", "NAN", "null", "NULL", "Null", "None", "none",
    "NONE", "nil", "-", "--", "---", ".", "missing", "Missing", "MISSING", "NaT", "#NULL!", "#VALUE!",
  ]
  static let sentinels: [Double] = [-9, -99, -999, -9999, -99_999, -999_999, -200, 999, 9999, 99_999, 999_999]
}

extension Table {
  /// Texts such as `?` and `NA`, and far-off repeated numbers such as -999, that may stand for missing, by column with
  /// their counts. None of them is taken for missing unless the reader is told to.
  public func proposedMissingMarkers() -> [MissingMarkerProposal] {
    columns.flatMap { column -> [MissingMarkerProposal] in
      switch column.values {
      case .numbers(let numbers):
        return Table.sentinel(in: numbers).map { value, count in
          [MissingMarkerProposal(column: column.name, text: String(Int(value)), count: count)]
        } ?? []
      case .categories(let indices, let levels):
        let suspects = levels.indices.filter { MissingMarkerProposal.texts.contains(levels[$0]) }
        return suspects.compactMap { index in
          let count = indices.count { $0 == Int32(index) }
          return count == 0 ? nil : MissingMarkerProposal(column: column.name, text: levels[index], count: count)
        }
      case .texts(let texts):
        var counts: [String: Int] = [:]
        for case let text? in texts where MissingMarkerProposal.texts.contains(text) { counts[text, default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }
          .map { MissingMarkerProposal(column: column.name, text: $0.key, count: $0.value) }
      }
    }
  }

  // A sentinel is the extreme value, recurs, and stands apart from the rest by at least the rest's own width, or is the
  // only negative number.
  private static func sentinel(in numbers: [Double]) -> (value: Double, count: Int)? {
    let minimum = numbers.reduce(Double.infinity) { $1 < $0 ? $1 : $0 }
    let maximum = numbers.reduce(-Double.infinity) { $1 > $0 ? $1 : $0 }
    for value in [minimum, maximum] where MissingMarkerProposal.sentinels.contains(value) {
      var count = 0
      var (least, most) = (Double.infinity, -Double.infinity)
      for number in numbers {
        if number == value {
          count += 1
        } else {
          if number < least { least = number }
          if number > most { most = number }
        }
      }
      guard count >= 3, least <= most else { continue }
      let gap = value < least ? least - value : value - most
      if gap >= most - least || (value < 0 && least >= 0) { return (value, count) }
    }
    return nil
  }
}
