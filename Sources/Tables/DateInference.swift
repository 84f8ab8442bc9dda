/// Finds the formats that every date of a column fits.
enum DateInference {
  private static let days = [
    "yyyy-MM-dd", "yyyy/MM/dd", "yyyy.MM.dd", "dd.MM.yyyy", "dd/MM/yyyy", "MM/dd/yyyy", "dd-MM-yyyy", "MM-dd-yyyy",
    "d.M.yyyy", "d/M/yyyy", "M/d/yyyy", "yyyy-M-d", "yyyy/M/d",
  ].map { try! DateFormat(pattern: $0) }

  /// The formats that fit all texts, the likeliest first. More than one only where day and month cannot be told apart;
  /// then day first, as in most of the world, stands before month first. Empty where these are not all dates.
  static func formats(of texts: some Sequence<UnsafeBufferPointer<UInt8>>) -> [DateFormat] {
    var candidates: [DateFormat]?
    for text in texts {
      if candidates == nil { candidates = formats(fitting: text) }
      candidates!.removeAll { $0.value(of: text) == nil }
      if candidates!.isEmpty { return [] }
    }
    // Padded formats come before their unpadded twins, which fit whatever the padded ones fit.
    var found: [DateFormat] = []
    var orders: Set<String> = []
    for format in candidates ?? [] where orders.insert(String(format.pattern.first { "ydM".contains($0) }!)).inserted {
      found.append(format)
    }
    return found
  }

  private static func formats(fitting text: UnsafeBufferPointer<UInt8>) -> [DateFormat] {
    guard (8...40).contains(text.count), text[0] &- 48 < 10 else { return [] }
    let split = text.firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "T") }
    guard let split else { return days }
    guard let times = timePatterns(text[(split + 1)...]) else { return [] }
    let separator = String(UnicodeScalar(text[split]))
    return days.flatMap { day in times.compactMap { try? DateFormat(pattern: day.pattern + separator + $0) } }
  }

  // The shape of the time: hours, minutes, then seconds, a fraction and a zone as far as they are there.
  private static func timePatterns(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> [String]? {
    var rest = text[...]
    func digits() -> Int {
      let run = rest.prefix { $0 &- 48 < 10 }.count
      rest = rest.dropFirst(run)
      return run
    }
    func skip(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard (1...2).contains(digits()), skip(":"), digits() == 2 else { return nil }
    var pattern = ":mm"
    if skip(":") {
      guard digits() == 2 else { return nil }
      pattern += ":ss"
      if skip(".") {
        let count = digits()
        guard (1...6).contains(count) else { return nil }
        pattern += "." + String(repeating: "S", count: count)
      }
    }
    let zone = String(decoding: rest, as: UTF8.self)
    guard zone.isEmpty || zone == "Z" || zone == " UTC" || isOffset(zone) else { return nil }
    return ["HH" + pattern + zone, "H" + pattern + zone]
  }

  private static func isOffset(_ zone: String) -> Bool {
    let digits = zone.dropFirst().filter { $0 != ":" }
    return (zone.hasPrefix("+") || zone.hasPrefix("-")) && [2, 4].contains(digits.count)
      && digits.utf8.allSatisfy { $0 &- 48 < 10 }
  }
}
