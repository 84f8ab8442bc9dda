/// The registrations of the schedules that come with the core.
public enum StandardSchedules {
  /// All of them.
  public static var all: [Registration<any NoiseSchedule>] {
    [
      linear, linearSteps, cosine, cosineSteps, sigmoid, varianceExploding, karras, maskingLinear, maskingCosine,
      timeWarp,
    ]
  }

  private static let positive = OptionKind.number(1e-9...1e9)
  private static let stepCount = OptionKind.integer(1...100_000)

  private static var linear: Registration<any NoiseSchedule> {
    Registration(
      ComponentDescriptor(
        id: "linear", summary: "Noise whose rate grows linearly, in continuous time.",
        citation: "Song et al., ICLR 2021, equation 33",
        options: [
          OptionDescription("minimum-rate", positive, default: .number(0.1), help: "The rate at the data's end."),
          OptionDescription("maximum-rate", positive, default: .number(20), help: "The rate at the noise's end."),
        ], capabilities: ["continuous", "discrete"])
    ) { values in
      let (minimum, maximum) = try values.ordered("minimum-rate", "maximum-rate")
      return LinearBetaSchedule(minimumRate: minimum, maximumRate: maximum)
    }
  }

  private static var linearSteps: Registration<any NoiseSchedule> {
    Registration(
      ComponentDescriptor(
        id: "linear-steps", aliases: ["ddpm"], summary: "DDPM's linear rates in discrete steps.",
        citation: "Ho et al., NeurIPS 2020, section 4",
        options: [OptionDescription("steps", stepCount, default: .integer(1000), help: "The number of steps.")],
        capabilities: ["continuous", "discrete"])
    ) { values in SteppedSchedule.linear(steps: values.integer("steps")) }
  }

  private static var cosine: Registration<any NoiseSchedule> {
    Registration(
      ComponentDescriptor(
        id: "cosine", summary: "Noise that grows gently at both ends, in continuous time.",
        citation: "Nichol & Dhariwal, ICML 2021, equation 17",
        options: [
          OptionDescription(
            "offset", .number(0...1), default: .number(0.008), help: "Keeps the first steps from being too small.")
        ], capabilities: ["continuous", "discrete"])
    ) { values in CosineSchedule(offset: values.number("offset")) }
  }

  private static var cosineSteps: Registration<any NoiseSchedule> {
    Registration(
      ComponentDescriptor(
        id: "cosine-steps", summary: "The cosine rates in discrete steps, at most .999: TabDDPM's schedule.",
        citation: "Nichol & Dhariwal, ICML 2021, equation 17",
        options: [OptionDescription("steps", stepCount, default: .integer(1000), help: "The number of steps.")],
        capabilities: ["continuous", "discrete"])
    ) { values in SteppedSchedule.cosine(steps: values.integer("steps")) }
  }

  private static var sigmoid: Registration<any NoiseSchedule> {
    Registration(
      ComponentDescriptor(
        id: "sigmoid", summary: "Noise along a piece of the logistic curve.", citation: "Chen, 2023, algorithm 1",
        options: [
          OptionDescription("start", .number(-20...20), default: .number(-3), help: "Where on the curve the data lie."),
          OptionDescription("end", .number(-20...20), default: .number(3), help: "Where on the curve the noise lies."),
          OptionDescription("temperature", .number(0.05...20), default: .number(1), help: "Smaller is steeper."),
        ], capabilities: ["continuous", "discrete"])
    ) { values in
      let (start, end) = try values.ordered("start", "end")
      return SigmoidSchedule(start: start, end: end, temperature: values.number("temperature"))
    }
  }

  private static var varianceExploding: Registration<any NoiseSchedule> {
    Registration(
      ComponentDescriptor(
        id: "variance-exploding", aliases: ["ve"], summary: "Noise that grows geometrically while the signal stays.",
        citation: "Song et al., ICLR 2021, equation 31", options: sigmas(0.01, 50), capabilities: ["continuous"])
    ) { values in
      let (minimum, maximum) = try values.ordered("minimum-sigma", "maximum-sigma")
      return VarianceExplodingSchedule(minimumSigma: minimum, maximumSigma: maximum)
    }
  }

  private static var karras: Registration<any NoiseSchedule> {
    Registration(
      ComponentDescriptor(
        id: "karras", aliases: ["edm"], summary: "The EDM schedule: levels crowd near the data.",
        citation: "Karras et al., NeurIPS 2022, equation 5",
        options: sigmas(0.002, 80) + [
          OptionDescription("exponent", .number(1...100), default: .number(7), help: "Larger crowds levels more.")
        ], capabilities: ["continuous"])
    ) { values in
      let (minimum, maximum) = try values.ordered("minimum-sigma", "maximum-sigma")
      return KarrasSchedule(minimumSigma: minimum, maximumSigma: maximum, exponent: values.number("exponent"))
    }
  }

  private static var maskingLinear: Registration<any NoiseSchedule> {
    Registration(
      ComponentDescriptor(
        id: "masking-linear", aliases: ["masking"], summary: "As many cells are masked in each span of time.",
        citation: "Sahoo et al., NeurIPS 2024", capabilities: ["discrete"])
    ) { _ in MaskingSchedule(.linear) }
  }

  private static var maskingCosine: Registration<any NoiseSchedule> {
    Registration(
      ComponentDescriptor(
        id: "masking-cosine", summary: "Few cells are revealed first and many last.",
        citation: "Chang et al., CVPR 2022, section 3.2", capabilities: ["discrete"])
    ) { _ in MaskingSchedule(.cosine) }
  }

  private static var timeWarp: Registration<any NoiseSchedule> {
    Registration(
      ComponentDescriptor(
        id: "logistic-time-warp", aliases: ["cdtd"], summary: "A logistic curve of noise that training may learn.",
        citation: "Mueller et al., ICLR 2025, section 3.3",
        options: [
          OptionDescription("maximum-sigma", positive, default: .number(80), help: "The noise at the noise's end."),
          OptionDescription(
            "low-noise-weight", .number(0.01...100), default: .number(3),
            help: "How much more low noise counts than high noise before learning."),
        ], capabilities: ["continuous", "learnable"])
    ) { values in
      LogisticTimeWarp(
        lowNoiseWeight: values.number("low-noise-weight"), maximumSigma: values.number("maximum-sigma"))
    }
  }

  private static func sigmas(_ minimum: Double, _ maximum: Double) -> [OptionDescription] {
    [
      OptionDescription("minimum-sigma", positive, default: .number(minimum), help: "The noise at the data's end."),
      OptionDescription("maximum-sigma", positive, default: .number(maximum), help: "The noise at the noise's end."),
    ]
  }
}

extension OptionValues {
  /// Two numbers of which the second must be the greater.
  fileprivate func ordered(_ lower: String, _ upper: String) throws(OptionError) -> (lower: Double, upper: Double) {
    let bounds = (lower: number(lower), upper: number(upper))
    guard bounds.upper > bounds.lower else {
      throw .outOfRange(
        option: upper, value: plainText(bounds.upper),
        expected: "more than \(lower), which is \(plainText(bounds.lower))")
    }
    return bounds
  }
}
