/// How many masked cells to reveal at each evaluation.
public enum RevealCounts {
  /// Divides `codes` cells over at most `evaluations` evaluations as a schedule's keep-probability says.
  ///
  /// Before evaluation i of n about `codes` · keep(1 − i/n) cells are visible. Every evaluation reveals at least
  /// one, the counts sum to `codes`, and with as many evaluations as codes each reveals exactly one: that is
  /// ancestral sampling of an autoregressive model in random order, without any independence assumption.
  ///
  /// Source: H. Chang et al., "MaskGIT: masked generative image transformer", CVPR 2022, section 3.2; one at a time:
  /// E. Hoogeboom et al., "Autoregressive diffusion models", ICLR 2022, algorithm 1.
  ///
  /// - Parameters:
  ///   - codes: how many cells are masked, 0 or more.
  ///   - evaluations: how many times the denoiser may be asked, at least 1.
  ///   - schedule: when cells become visible.
  /// - Returns: `min(codes, evaluations)` counts, each at least 1.
  public static func plan(
    codes: Int, evaluations: Int, schedule: some NoiseSchedule = MaskingSchedule(.linear)
  ) -> [Int] {
    precondition(codes >= 0, "a number of codes is not negative")
    precondition(evaluations >= 1, "revealing needs at least one evaluation, not \(evaluations)")
    let n = min(codes, evaluations)
    var counts: [Int] = []
    var visible = 0
    for i in 1..<(n + 1) {
      let wanted = Int((Double(codes) * schedule.keepProbability(at: 1 - Double(i) / Double(n))).rounded())
      // At least one now, and at least one left for each evaluation to come.
      let now = i == n ? codes : max(visible + 1, min(wanted, codes - (n - i)))
      counts.append(now - visible)
      visible = now
    }
    return counts
  }
}
