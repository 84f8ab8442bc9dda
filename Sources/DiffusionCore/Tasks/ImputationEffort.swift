extension ImputationRequest {
  /// Points and intervals of fewer draws are rough; draws of fewer evaluations are off.
  private static let leastDraws = 8, leastEvaluations = 2

  /// Draws and evaluations that amount to ``effort`` of the usual work: first fewer draws, but some, then fewer
  /// evaluations, then hardly any draws.
  ///
  ///     let (draws, evaluations) = request.affordable(draws: settings.draws, evaluations: settings.evaluations)
  ///
  /// - Parameters:
  ///   - draws: those that the method makes for itself; nil where it makes as many as are asked for.
  ///   - evaluations: of the network a draw.
  /// - Returns: what the options of the request say, else what there is time for; never more draws than are made usually,
  ///   nor fewer than are asked for.
  public func affordable(draws: Int?, evaluations: Int) -> (draws: Int, evaluations: Int) {
    func given(_ name: String) -> Int? {
      guard let options, options.given.contains(name) else { return nil }
      return options.integer(name)
    }
    let usual = (
      draws: max(draws.map { given("draws") ?? $0 } ?? 0, self.draws), evaluations: given("evaluations") ?? evaluations
    )
    guard effort < 1 else { return usual }
    let canDrawLess = draws != nil && given("draws") == nil,
      work = max(effort, 0) * Double(usual.draws * usual.evaluations)
    var (own, each) = usual
    if canDrawLess {
      let least = max(min(own, Self.leastDraws), self.draws)
      own = min(own, max(least, Int((work / Double(max(each, 1))).rounded(.up))))
    }
    let left = work / Double(max(own, 1))
    if given("evaluations") == nil {
      each = min(each, max(min(each, Self.leastEvaluations), Int(left.rounded(.up))))
    }
    if canDrawLess, work < Double(own * each) {
      own = max(2, self.draws, min(own, Int(left * Double(own) / Double(max(each, 1)))))
    }
    for (name, value, wanted) in [("draws", own, usual.draws), ("evaluations", each, usual.evaluations)]
    where value < wanted {
      announce(.shortened(name, "\(value) instead of \(wanted)", repeating: "\(name)=\(value)"))
    }
    return (own, each)
  }
}
