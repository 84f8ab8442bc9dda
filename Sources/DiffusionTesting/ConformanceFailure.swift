/// The laws that a conforming type was found to break. Any test framework can show it: it is an ordinary error.
public struct ConformanceFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// One broken law.
  public struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// The law, as a short name: `monotone`, `inverse`.
    public let law: String
    /// What was seen where, with numbers.
    public let evidence: String

    /// The law and its evidence.
    public var description: String { "\(law): \(evidence)" }
  }

  /// What was checked.
  public let subject: String
  /// Every law that was found broken, the first evidence of each.
  public let findings: [Finding]

  /// A line for each broken law.
  public var description: String {
    "\(subject) breaks \(findings.count) law(s):\n" + findings.map { "  - \($0)" }.joined(separator: "\n")
  }

  /// Whether a law is among the broken ones.
  public func breaks(_ law: String) -> Bool { findings.contains { $0.law == law } }
}

/// Gathers the first evidence against each law.
struct LawBook {
  let subject: String
  private(set) var findings: [ConformanceFailure.Finding] = []

  init(_ subject: String) { self.subject = subject }

  /// Notes evidence when a law does not hold.
  mutating func expect(_ law: String, _ holds: Bool, _ evidence: @autoclosure () -> String) {
    if !holds, !findings.contains(where: { $0.law == law }) {
      findings.append(.init(law: law, evidence: evidence()))
    }
  }

  /// Throws when evidence was found.
  func close() throws(ConformanceFailure) {
    if !findings.isEmpty { throw ConformanceFailure(subject: subject, findings: findings) }
  }
}
