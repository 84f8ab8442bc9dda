import DiffusionCore
import Foundation
import Tables

/// Fills gaps within a time: starts with the usual work, and where its pace says that this would take too long, starts again
/// with fewer draws and evaluations.
public struct TimedFilling: Sendable {
  /// Seconds that filling may take; nil: as long as it takes.
  public var seconds: Double?
  /// The fewest draws that do where not so many have to be made as the request says; nil: they have to.
  public var leastDraws: Int?
  /// The least share of the usual work that is worth anything; with less `FillingTooSlow` is thrown.
  public var leastEffort = 0.0

  /// Projections below this are noise, and so many attempts are made at most.
  private static let leastSeconds = 0.05, mostAttempts = 4

  /// Filling within some seconds.
  public init(seconds: Double?, leastDraws: Int? = nil, leastEffort: Double = 0) {
    self.seconds = seconds
    self.leastDraws = leastDraws
    self.leastEffort = leastEffort
  }

  /// Fills the gaps of a table.
  ///
  /// - Parameter method: what the model was learned by: only one that draws can do with less work.
  /// - Throws: what the model throws; `FillingTooSlow`; `CancellationError` where the request's `shouldContinue` said no.
  public func impute(
    _ model: any FittedImputer, of method: MethodDescriptor, _ table: Table, _ request: ImputationRequest
  ) throws -> Imputation {
    let canDoLess = method.options.contains { $0.name == "evaluations" }
    guard let seconds, canDoLess else { return try model.impute(table, request) }
    let clock = Stopwatch()
    func left() -> Double { max(seconds - clock.seconds, seconds / 20) }
    var effort = 1.0
    for attempt in 1...Self.mostAttempts {
      var own = lessened(request, to: effort)
      let choices = Locked<[Choice]>([])
      own.announce = { choice in choices.withValue { $0.append(choice) } }
      let pace = Pace(allowed: attempt < Self.mostAttempts ? left() : .infinity)
      own.shouldContinue = { request.shouldContinue($0) && pace.goesOn(at: $0) }
      do {
        let result = try model.impute(table, own)
        for choice in choices.withValue({ $0 }) { request.announce(choice) }
        return result
      } catch let error as CancellationError {
        guard let projected = pace.projected else { throw error }
        // A little less than what should fit, for the time that is lost by starting again.
        effort *= min(0.8 * left() / projected, 0.8)
        if effort < leastEffort { throw FillingTooSlow() }
      }
    }
    preconditionFailure("the last attempt is not stopped by its pace")
  }

  private func lessened(_ request: ImputationRequest, to effort: Double) -> ImputationRequest {
    var own = request
    own.effort = effort
    guard effort < 1, let leastDraws, request.draws > leastDraws else { return own }
    own.draws = max(leastDraws, Int((Double(request.draws) * effort).rounded(.up)))
    own.effort = min(1, effort * Double(request.draws) / Double(own.draws))
    return own
  }

  /// Watches one attempt.
  private final class Pace: @unchecked Sendable {
    private let lock = NSLock()
    private let allowed: Double
    private var begin: (clock: Stopwatch, share: Double)?
    private var stopped: Double?

    init(allowed: Double) { self.allowed = allowed }

    /// How long the whole would have taken, where it was stopped for that; nil otherwise.
    var projected: Double? { lock.withLock { stopped } }

    /// Whether the work is fast enough, from the first share above 0 on.
    func goesOn(at share: Double) -> Bool {
      lock.withLock {
        guard stopped == nil else { return false }
        guard share > 0, share < 1 else { return true }
        guard let begin else {
          begin = (Stopwatch(), share)
          return true
        }
        let spent = begin.clock.seconds, done = share - begin.share
        guard spent > max(TimedFilling.leastSeconds, allowed / 50), done > 0 else { return true }
        let whole = spent / done
        // A little late is sooner than to begin anew.
        guard whole * (1 - share) > 1.2 * allowed else { return true }
        stopped = whole
        return false
      }
    }
  }
}
