import DiffusionCore
import Foundation

/// Checks the laws of ``NoiseSchedule``: `finite`, `monotone`, `ends`, `inverse`, `clamp`, `weight`, `coding`, `path`.
///
/// - Parameters:
///   - schedule: the schedule.
///   - count: how many even pieces of (0, 1) are looked at, at least 2.
///   - tolerance: how far time may be off after going to log-SNR and back. Where the log-SNR is large, one rounding
///     of a probability near 1 moves it by about its own size in time, hence a value well above machine precision.
/// - Throws: ``ConformanceFailure`` with every broken law.
public func checkNoiseSchedule<Schedule: NoiseSchedule>(
  _ schedule: Schedule, count: Int = 257, tolerance: Double = 1e-7
) throws(ConformanceFailure) {
  var laws = LawBook("\(Schedule.self)")
  let times = (0...count).map { Double($0) / Double(count) }

  for u in times {
    let level = schedule.level(at: u)
    let keep = schedule.keepProbability(at: u)
    laws.expect(
      "finite",
      level.signal.isFinite && level.noise.isFinite && (0...1).contains(level.signal) && level.noise >= 0
        && (0...1).contains(keep),
      "at u = \(u) the signal is \(level.signal), the noise \(level.noise), the keep-probability \(keep)")
    if u > 0, u < 1 {
      let weight = schedule.lossWeight(at: u)
      laws.expect("weight", weight.isFinite && weight >= 0, "at u = \(u) the loss weight is \(weight)")
      let back = schedule.time(logSNR: level.logSNR)
      laws.expect("inverse", abs(back - u) <= tolerance, "u = \(u) comes back from its log-SNR as \(back)")
    }
  }
  for (u, next) in zip(times, times.dropFirst()) {
    let sigmas = (schedule.level(at: u).sigma, schedule.level(at: next).sigma)
    let keeps = (schedule.keepProbability(at: u), schedule.keepProbability(at: next))
    laws.expect("monotone", sigmas.0 < sigmas.1, "σ goes from \(sigmas.0) at u = \(u) to \(sigmas.1) at \(next)")
    laws.expect(
      "monotone", keeps.0 > keeps.1, "the keep-probability goes from \(keeps.0) at u = \(u) to \(keeps.1) at \(next)")
  }
  checkEnds(schedule, &laws)

  do {
    let copy = try JSONDecoder().decode(Schedule.self, from: try JSONEncoder().encode(schedule))
    laws.expect("coding", copy == schedule, "\(schedule) comes back as \(copy)")
    laws.expect(
      "coding", times.allSatisfy { copy.level(at: $0) == schedule.level(at: $0) }, "levels differ after coding")
  } catch {
    laws.expect("coding", false, "\(error)")
  }
  try laws.close()
}

/// The laws about u = 0, u = 1 and beyond.
private func checkEnds(_ schedule: some NoiseSchedule, _ laws: inout LawBook) {
  let (first, last) = (schedule.keepProbability(at: 0), schedule.keepProbability(at: 1))
  laws.expect("ends", first >= 0.98, "at u = 0 only \(first) of the cells are kept")
  laws.expect("ends", last <= 0.02, "at u = 1 still \(last) of the cells are kept")
  let (clean, noisy) = (schedule.time(logSNR: .infinity), schedule.time(logSNR: -.infinity))
  laws.expect("clamp", clean == 0, "the time without noise is \(clean), not 0")
  laws.expect("clamp", noisy == 1, "the time without signal is \(noisy), not 1")

  for count in [1, 2, 7] {
    let path = schedule.path(evaluations: count)
    laws.expect("path", path.count == count + 1, "\(count) evaluations give \(path.count) levels")
    laws.expect("path", path.last?.noise == 0, "a path ends at \(path.last.map(String.init(describing:)) ?? "nothing")")
    laws.expect(
      "path", zip(path, path.dropFirst()).allSatisfy { $0.sigma > $1.sigma }, "σ does not fall along \(path)")
  }
}
