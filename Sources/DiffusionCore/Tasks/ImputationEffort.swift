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
    var own = max(given("draws").flatMap { draws == nil ? nil : $0 } ?? draws ?? 0, self.draws)
    var each = given("evaluations") ?? evaluations
    guard effort < 1 else { return (own, each) }
    let wanted = (draws: own, evaluations: each)
    var left = max(effort, 0) * Double(own) * Double(each)
    if draws != nil, given("draws") == nil {
      let least = max(min(own, Self.leastDraws), self.draws)
      own = min(own, max(least, Int((left / Double(max(each, 1))).rounded(.up))))
    }
    left /= Double(max(own, 1))
    if given("evaluations") == nil {
      each = min(each, max(min(each, Self.leastEvaluations), Int(left.rounded(.up))))
    }
    if draws != nil, given("draws") == nil,
      effort * Double(wanted.draws) * Double(wanted.evaluations) < Double(own * each)
    {
      own = max(2, self.draws, min(own, Int(left * Double(own) / Double(max(each, 1)))))
    }
    for (name, value, usual) in [("draws", own, wanted.draws), ("evaluations", each, wanted.evaluations)]
    where value < usual {
      var choice = Choice(
        name, "\(value), \(usual) would be better", because: "there is time for no more", flag: "--budget")
      choice.repeating = "\(name)=\(value)"
      announce(choice)
    }
    return (own, each)
  }
}
