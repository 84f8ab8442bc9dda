/// The registrations of the samplers that come with the core.
public enum StandardSamplers {
  /// All of them.
  public static var all: [Registration<any Sampler>] { [heun, euler, dpmSolver, ddim, ancestral] }

  private static var heun: Registration<any Sampler> {
    Registration(
      ComponentDescriptor(
        id: "heun", aliases: ["edm"], summary: "Second order, two evaluations a step, with optional churn.",
        citation: "Karras et al., NeurIPS 2022, algorithm 2",
        options: [
          OptionDescription(
            "churn", .number(0...1000), default: .number(0), help: "Fresh noise over the whole path; 0 adds none.")
        ])
    ) { values in HeunSampler(churn: values.number("churn")) }
  }

  private static var euler: Registration<any Sampler> {
    Registration(
      ComponentDescriptor(
        id: "euler", summary: "First order, one evaluation a step, deterministic.",
        citation: "Karras et al., NeurIPS 2022, algorithm 1")
    ) { _ in EulerSampler() }
  }

  private static var dpmSolver: Registration<any Sampler> {
    Registration(
      ComponentDescriptor(
        id: "dpm-solver-2m", aliases: ["dpm-solver"], summary: "Second order, one evaluation a step, deterministic.",
        citation: "Lu et al., 2022 (DPM-Solver++), algorithm 2")
    ) { _ in DPMSolverSampler() }
  }

  private static var ddim: Registration<any Sampler> {
    Registration(
      ComponentDescriptor(
        id: "ddim", summary: "From deterministic to as noisy as ancestral.",
        citation: "Song, Meng & Ermon, ICLR 2021, equation 12",
        options: [
          OptionDescription(
            "eta", .number(0...1), default: .number(0), help: "0 is deterministic, 1 as noisy as ancestral sampling.")
        ])
    ) { values in DDIMSampler(eta: values.number("eta")) }
  }

  private static var ancestral: Registration<any Sampler> {
    Registration(
      ComponentDescriptor(
        id: "ancestral", aliases: ["ddpm"], summary: "DDPM's sampler: fresh noise at every step.",
        citation: "Ho et al., NeurIPS 2020, algorithm 2",
        options: [
          OptionDescription(
            "variance", .choice(AncestralSampler.Variance.allCases.map(\.rawValue)), default: .text("posterior"),
            help: "Which of the paper's two variances is drawn.")
        ])
    ) { values in
      AncestralSampler(variance: AncestralSampler.Variance(rawValue: values.text("variance")) ?? .posterior)
    }
  }
}
