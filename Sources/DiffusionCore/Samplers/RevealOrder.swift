import Errors
import Foundation
import Tensors

/// Random orders of codes in which some codes come after others: a fine code after its coarse code.
///
/// Every order that respects the constraints is equally likely.
public struct RevealOrder: Sendable, Equatable {
  /// For each code the code that must come before it, or nil.
  public let predecessors: [Int?]
  // Codes with every predecessor before its successors, and how many codes each holds back, itself included.
  private let ranked: [Int]
  private let held: [Int]

  /// Prepares the constraints.
  ///
  /// - Parameter predecessors: for each code the one that must come before it, or nil.
  /// - Throws: ``RevealOrderError`` when a code does not exist or codes wait for each other.
  public init(after predecessors: [Int?]) throws(RevealOrderError) {
    let count = predecessors.count
    for case (let code, let before?) in predecessors.enumerated() where !(0..<count).contains(before) {
      throw .noSuchCode(before, named: code, count: count)
    }
    var successors = Array(repeating: [Int](), count: count)
    for case (let code, let before?) in predecessors.enumerated() { successors[before].append(code) }
    var ranked = predecessors.indices.filter { predecessors[$0] == nil }
    var next = 0
    while next < ranked.count {
      ranked += successors[ranked[next]]
      next += 1
    }
    // What cannot be reached from a free code is on a cycle or behind one.
    guard ranked.count == count else {
      throw .cycle(codes: Set(0..<count).subtracting(ranked).sorted())
    }
    var held = Array(repeating: 1, count: count)
    for code in ranked.reversed() {
      if let before = predecessors[code] { held[before] += held[code] }
    }
    self.predecessors = predecessors
    self.ranked = ranked
    self.held = held
  }

  /// The number of codes.
  public var count: Int { predecessors.count }

  /// A random order of all codes.
  ///
  /// Each code waits after its predecessor for an exponential time whose rate is the number of codes it holds back:
  /// the first of n independent clocks. Sorting the times gives a uniform linear extension of the forest
  /// (D. Knuth, The Art of Computer Programming 3, section 5.1.4, exercise 20: n! / ∏ held orders exist).
  public func random(_ stream: inout RandomStream) -> [Int] {
    var times = Array(repeating: 0.0, count: count)
    for code in ranked {
      let start = predecessors[code].map { times[$0] } ?? 0
      times[code] = start - log1p(-stream.uniformDouble()) / Double(held[code])
    }
    // A tie is as unlikely as a repeated 53-bit number; the predecessor still comes first.
    var rank = Array(repeating: 0, count: count)
    for (position, code) in ranked.enumerated() { rank[code] = position }
    return ranked.sorted { (times[$0], rank[$0]) < (times[$1], rank[$1]) }
  }
}

/// Why an order of codes cannot be.
public enum RevealOrderError: DiagnosedError, Sendable, Equatable {
  /// A code waits for one that does not exist.
  case noSuchCode(Int, named: Int, count: Int)
  /// These codes wait for each other, or for codes that do.
  case cycle(codes: [Int])

  /// What is wrong, for the plugin's author.
  public var diagnosis: Diagnosis {
    switch self {
    case .noSuchCode(let code, let named, let count):
      Diagnosis("code \(named) comes after code \(code), which does not exist", cure: "codes are 0 ..< \(count)")
    case .cycle(let codes): Diagnosis("the codes \(codes) wait for each other", cure: "break the cycle")
    }
  }
}
