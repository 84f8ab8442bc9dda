import Foundation

/// A case in which the program did wrong.
struct FuzzFailure {
  enum Kind {
    /// The process ended: the signal or the status.
    case crashed(String)
    case overTime, overMemory
    case garbage(String), fault(String)

    var text: String {
      switch self {
      case .crashed(let how): "crashed (\(how))"
      case .overTime: "over time"
      case .overMemory: "over memory"
      case .garbage(let why): "garbage: \(why)"
      case .fault(let message): "internal error: \(message)"
      }
    }
  }

  let index: Int
  let step: String
  let kind: Kind
}

/// How many cases ended how.
struct FuzzTally {
  let area: String
  let seed: UInt64
  var accepted = 0
  /// By type of error.
  var refused: [String: Int] = [:]
  private(set) var failures: [FuzzFailure] = []
  var seconds = 0.0
  private var slowest = 0.0, largest = 0

  init(area: String, seed: UInt64) {
    self.area = area
    self.seed = seed
  }

  mutating func note(seconds: Double, megabytes: Int) {
    slowest = max(slowest, seconds)
    largest = max(largest, megabytes)
  }

  mutating func fail(_ index: Int, _ step: String, _ kind: FuzzFailure.Kind) {
    let failure = FuzzFailure(index: index, step: step, kind: kind)
    failures.append(failure)
    print("\(area) \(index), \(step): \(kind.text)   (fuzz \(area) --seed \(seed) --first \(index) --count 1)")
    // Seen at once, whatever standard output is.
    fflush(nil)
  }

  var text: String {
    func count(_ matches: (FuzzFailure.Kind) -> Bool) -> Int { failures.count { matches($0.kind) } }
    let refusals = refused.values.reduce(0, +)
    let kinds = refused.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
    let crashed = count { if case .crashed = $0 { true } else { false } }
    let late = count { if case .overTime = $0 { true } else { false } }
    let large = count { if case .overMemory = $0 { true } else { false } }
    let garbage = count { if case .garbage = $0 { true } else { false } }
    let total = accepted + refusals + failures.count
    return """
      \(area): \(total) cases in \(Int(seconds)) s, seed \(seed)
        accepted \(accepted), refused \(refusals)\(kinds.isEmpty ? "" : " (\(kinds.joined(separator: ", ")))")
        crashed \(crashed), over time \(late), over memory \(large), garbage \(garbage), \
      internal errors \(failures.count - crashed - late - large - garbage)
        slowest \((slowest * 100).rounded() / 100) s, largest \(largest) MB
      """
  }
}
