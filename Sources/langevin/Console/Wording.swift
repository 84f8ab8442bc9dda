import Foundation
import Tables

/// Numbers and spans of time as people read them.
enum Wording {
  /// 32561 → `32,561`.
  static func count(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// `1 row`, `32,561 rows`.
  static func count(_ value: Int, _ noun: String) -> String { "\(count(value)) \(noun)\(value == 1 ? "" : "s")" }

  /// 5 → `5 s`, 95 → `1m 35s`, 5400 → `1h 30m`.
  static func span(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "?" }
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    let whole = Int(clamping: seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60)m \(whole % 60)s" }
    return "\(whole / 3600)h \(whole % 3600 / 60)m"
  }

  /// A rate with three digits that matter.
  static func rate(_ value: Double) -> String {
    if value >= 100 { return count(Int(clamping: value.rounded())) }
    return String(format: value >= 10 ? "%.1f" : "%.2f", value)
  }

  /// A loss: enough digits to see it fall.
  static func loss(_ value: Double) -> String { String(format: value.magnitude >= 100 ? "%.2f" : "%.3f", value) }

  /// A share: `0.4%`, `12%`.
  static func percent(_ share: Double) -> String {
    if share == 0 { return "0%" }
    if share < 0.1 { return share < 0.001 ? "<0.1%" : String(format: "%.1f%%", share * 100) }
    return share < 1 && share > 0.99
      ? String(format: "%.1f%%", min(share, 0.999) * 100) : String(format: "%.0f%%", share * 100)
  }
}
