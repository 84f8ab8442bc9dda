import Evaluation

extension Page.Card {
  /// An answer with its light.
  init(_ question: Markup, _ judgement: Verdict.Judgement, target: Markup) {
    self.init(
      light: Markup(text: judgement.light.rawValue), word: Markup(text: judgement.light.word),
      icon: Self.icon(judgement.light), question: question,
      sentence: Markup(text: judgement.sentence), reason: Markup(text: judgement.reason), target: target)
  }

  /// A light differs from the others in shape as well as in colour: circle, triangle, octagon, dashed circle.
  private static func icon(_ light: Verdict.Light) -> Markup {
    let shapes: Markup =
      switch light {
      case .green:
        "<circle class=\"shape\" cx=\"12\" cy=\"12\" r=\"11\"/><path class=\"sign\" d=\"M7 12.5l3.4 3.4L17 8.8\"/>"
      case .amber:
        "<path class=\"shape\" d=\"M12 1.5L23.5 22H.5z\"/><path class=\"sign\" d=\"M12 9v5.5M12 18.4v.1\"/>"
      case .red:
        "<path class=\"shape\" d=\"M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z\"/><path class=\"sign\" d=\"M8.2 8.2l7.6 7.6M15.8 8.2l-7.6 7.6\"/>"
      case .unknown:
        "<circle class=\"shape\" cx=\"12\" cy=\"12\" r=\"11\"/><path class=\"sign\" d=\"M8.8 9.2a3.2 3.2 0 1 1 4.6 2.9c-1 .5-1.4 1-1.4 2M12 18v.1\"/>"
      }
    return "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">\(shapes)</svg>"
  }
}
