import DiffusionCore
import DiffusionTesting
import Foundation
import Testing

@Suite struct NoiseScheduleTests {
  static let ids = StandardSchedules.all.map(\.descriptor.id)

  func schedule(_ id: String, _ options: [String: String] = [:]) throws -> any NoiseSchedule {
    try PluginRegistry([CorePlugin()]).noiseSchedules.make(id, options: options)
  }

  @Test(arguments: ids) func keepsTheLaws(id: String) throws {
    try checkNoiseSchedule(try schedule(id))
  }

  @Test(arguments: [
    ("linear-steps", ["steps": "1"]), ("linear-steps", ["steps": "10"]), ("cosine-steps", ["steps": "4"]),
    ("karras", ["exponent": "1"]), ("sigmoid", ["temperature": "0.3"]), ("cosine", ["offset": "0"]),
    ("logistic-time-warp", ["low-noise-weight": "1"]), ("linear", ["minimum-rate": "20", "maximum-rate": "20.5"]),
  ])
  func keepsTheLawsWithOtherOptions(id: String, options: [String: String]) throws {
    try checkNoiseSchedule(try schedule(id, options))
  }

  /// Golden values from numpy. Tolerance 1e-8: cosine and sigmoid have a floor of 1e-9 that the papers have not.
  @Test(arguments: ids) func matchesThePaper(id: String) throws {
    let golden = try Golden.load().schedules
    let schedule = try schedule(id)
    let expected = try #require(golden.keep[id])
    // Steps are interpolated in ln ᾱ here and in ᾱ there, which agrees at whole steps, where the u of the test lie.
    #expect(worstDifference(golden.u.map { schedule.keepProbability(at: $0) }, expected) < 1e-8)
    for (u, keep) in zip(golden.u, expected) { #expect(abs(schedule.time(keepProbability: keep) - u) < 1e-6) }
  }

  @Test func aPathFollowsKarras() throws {
    let path = KarrasSchedule().path(evaluations: 18)
    #expect(worstDifference(path.map(\.sigma), try Golden.load().schedules.karrasPath) < 1e-12)
    #expect(path.allSatisfy { $0.signal == 1 })
  }

  @Test func aPathOfACleanEndIsEven() {
    let path = MaskingSchedule(.linear).path(evaluations: 4)
    #expect(worstDifference(path.map(\.keepProbability), [0, 0.25, 0.5, 0.75, 1]) < 1e-15 && path.count == 5)
  }

  @Test func lossWeightsAreThoseOfThePapers() {
    // DDPM's simple loss weights the noise's error evenly: the clean value's by the signal-to-noise ratio.
    let cosine = CosineSchedule()
    let level = cosine.level(at: 0.3)
    #expect(abs(cosine.lossWeight(at: 0.3) * level.sigma * level.sigma - 1) < 1e-12)
    // EDM: (σ² + σd²) / (σ σd)²
    let karras = KarrasSchedule(dataSigma: 0.5)
    let sigma = karras.level(at: 0.4).sigma
    #expect(abs(karras.lossWeight(at: 0.4) / ((sigma * sigma + 0.25) / (sigma * sigma * 0.25)) - 1) < 1e-12)
    // MDLM: −α′/(1 − α), by a central difference with an error of about 1e-9.
    for curve in MaskingSchedule.Curve.allCases {
      let masking = MaskingSchedule(curve)
      for u in [0.1, 0.5, 0.9] {
        let slope = (masking.keepProbability(at: u + 1e-5) - masking.keepProbability(at: u - 1e-5)) / 2e-5
        #expect(abs(masking.lossWeight(at: u) - -slope / (1 - masking.keepProbability(at: u))) < 1e-7)
      }
    }
  }

  @Test func theTimeWarpIsADistribution() {
    let warp = LogisticTimeWarp(location: -1.2, steepness: 1.7)
    for s in [0.01, 0.2, 0.5, 0.9] {
      let slope = (warp.cumulative(s + 1e-6) - warp.cumulative(s - 1e-6)) / 2e-6
      #expect(abs(warp.density(s) / slope - 1) < 1e-6)
      #expect(abs(warp.level(at: warp.cumulative(s)).sigma / 80 - s) < 1e-12)
    }
    // Low noise three times as dear: three quarters of the times lie below the middle.
    #expect(abs(LogisticTimeWarp(lowNoiseWeight: 3).cumulative(0.5) - 0.75) < 1e-12)
  }

  @Test func levelsKnowTheirRatios() {
    let level = NoiseLevel.variancePreserving(sigma: 0.75)
    #expect(abs(level.signal - 0.8) < 1e-15 && abs(level.noise - 0.6) < 1e-15)
    #expect(abs(level.sigma - 0.75) < 1e-15)
    #expect(abs(level.logSNR - 2 * log(0.8 / 0.6)) < 1e-14)
    #expect(abs(level.keepProbability - 0.64) < 1e-15)
    #expect(NoiseLevel.variancePreserving(sigma: .infinity) == NoiseLevel(signal: 0, noise: 1))
    #expect(NoiseLevel.clean.logSNR == .infinity)
  }

  @Test func steppedCodingRefusesBadRates() {
    for text in [#"{"betas":[]}"#, #"{"betas":[0.1,1]}"#, #"{"betas":[-0.1]}"#] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(SteppedSchedule.self, from: Data(text.utf8)) }
    }
  }
}

/// Broken on purpose: σ falls over time.
struct RisingSchedule: NoiseSchedule {
  func level(at u: Double) -> NoiseLevel { MaskingSchedule().level(at: 1 - u) }
  func time(logSNR: Double) -> Double { 1 - MaskingSchedule().time(logSNR: logSNR) }
  func lossWeight(at u: Double) -> Double { 1 }
}

/// Broken on purpose in one way at a time.
private struct BrokenSchedule: NoiseSchedule {
  enum Fault: String, Codable, CaseIterable { case inverse, ends, weight, coding, finite, clamp }
  var fault: Fault
  var marker = 0

  init(_ fault: Fault) {
    self.fault = fault
    marker = fault == .coding ? 1 : 0
  }
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    fault = try container.decode(Fault.self, forKey: .fault)
  }
  private var sound: MaskingSchedule { MaskingSchedule() }
  func level(at u: Double) -> NoiseLevel {
    switch fault {
    case .ends: sound.level(at: u * 0.9)
    case .finite: NoiseLevel(signal: sound.level(at: u).signal * 2, noise: sound.level(at: u).noise)
    default: sound.level(at: u)
    }
  }
  func time(logSNR: Double) -> Double {
    switch fault {
    case .inverse: min(1, sound.time(logSNR: logSNR) * 1.001)
    case .ends: min(1, sound.time(logSNR: logSNR) / 0.9)
    case .clamp: logSNR == .infinity ? -1 : sound.time(logSNR: logSNR)
    default: sound.time(logSNR: logSNR)
    }
  }
  func lossWeight(at u: Double) -> Double { fault == .weight ? 0.5 - u : 1 }
}

@Suite struct NoiseScheduleLawsTests {
  @Test func theKitCatchesARisingSchedule() {
    let failure = #expect(throws: ConformanceFailure.self) { try checkNoiseSchedule(RisingSchedule()) }
    #expect(failure?.breaks("monotone") == true)
    #expect(failure?.breaks("ends") == true)
  }

  @Test(arguments: ["inverse", "ends", "weight", "coding", "finite", "clamp"])
  func theKitCatchesEachFault(name: String) throws {
    let fault = try #require(BrokenSchedule.Fault(rawValue: name))
    let failure = #expect(throws: ConformanceFailure.self) { try checkNoiseSchedule(BrokenSchedule(fault)) }
    #expect(failure?.breaks(name) == true, "\(failure?.description ?? "")")
    #expect(failure?.breaks("monotone") == false)
  }
}
