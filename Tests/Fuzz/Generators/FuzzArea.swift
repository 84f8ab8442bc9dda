import Foundation
import Tensors

/// One kind of input that is attacked with cases made at random.
public protocol FuzzArea: Sendable {
  /// The name on the command line.
  var name: String { get }

  /// Makes what all cases share, once, in an empty folder.
  func prepare(in folder: URL) throws

  /// Makes one case, runs it and says how it ended. The same stream and shared files give the same case.
  ///
  /// - Parameter run: where files are, and where each step is announced before it begins.
  func run(_ random: RandomStream, _ run: FuzzRun) throws -> FuzzOutcome
}

/// The surroundings of one case.
public struct FuzzRun {
  /// What ``FuzzArea/prepare(in:)`` made.
  public let shared: URL
  /// An empty folder for the files of the case; it is kept where the case fails.
  public let scratch: URL
  /// Called before each step: each has the time limit for itself, and a crash is reported with the step's name.
  public let begin: (String) -> Void

  /// Makes the surroundings of a case.
  public init(shared: URL, scratch: URL, begin: @escaping (String) -> Void) {
    self.shared = shared
    self.scratch = scratch
    self.begin = begin
  }
}

/// How a case ended that came to an end.
public enum FuzzOutcome: Sendable, Equatable {
  /// The input was used, and what came of it is sound.
  case accepted
  /// The input was refused with an error of this type.
  case refused(String)
  /// The input was used, and what came of it is not sound: why.
  case garbage(String)
  /// The program says that the fault is its own: the message.
  case fault(String)

  /// Whether the program did wrong.
  var fails: Bool {
    switch self {
    case .accepted, .refused: false
    case .garbage, .fault: true
    }
  }

  /// The name of an error's type, with its case or that of its problem.
  public static func kind(of error: any Error) -> String {
    let type = "\(Swift.type(of: error))"
    let mirror = Mirror(reflecting: error)
    let inner = mirror.children.first { ["problem", "reason"].contains($0.label) }?.value ?? error
    let name = String("\(inner)".prefix { $0 != "(" && $0 != " " })
    let isCase = Mirror(reflecting: inner).displayStyle == .enum && name.count < 40
    return isCase ? "\(type).\(name)" : type
  }
}

extension RandomStream {
  /// One of some elements.
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[integer(below: elements.count)] }

  /// Whether an event of this probability happens.
  mutating func happens(_ probability: Double) -> Bool { uniformDouble() < probability }
}
