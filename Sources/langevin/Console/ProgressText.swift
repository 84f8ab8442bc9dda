/// Progress in words and as a bar.
enum ProgressText {
  /// For a log: `training 42%, 1,234 steps, 18.3 steps/s, loss 21.310, held-out 22.030, 1m 12s left`.
  static func sentence(_ event: Event.Progress) -> String {
    ([event.phase + " " + Wording.percent(event.share)] + facts(event)).joined(separator: ", ")
  }

  /// For a terminal: what fits in the width, the least needed facts left out first.
  static func line(_ event: Event.Progress, width: Int, hasBlocks: Bool) -> String {
    let percent = Wording.percent(event.share)
    let head = event.phase + " " + String(repeating: " ", count: max(0, 4 - percent.count)) + percent
    var facts = facts(event)
    while facts.count > 1, head.count + facts.joined(separator: "  ").count + 4 > width { facts.removeFirst() }
    let tail = facts.joined(separator: "  ")
    let room = min(24, width - head.count - tail.count - 4)
    let bar = room >= 6 ? " " + bar(event.share, width: room, hasBlocks: hasBlocks) : ""
    return String((head + bar + "  " + tail).prefix(max(width, 10)))
  }

  private static func facts(_ event: Event.Progress) -> [String] {
    let unit = event.phase == "training" ? "steps" : "rows"
    var facts: [String] = []
    if let done = event.done { facts.append("\(Wording.count(done)) \(unit)") }
    if let rate = event.rate { facts.append("\(Wording.rate(rate)) \(unit)/s") }
    if let loss = event.loss { facts.append("loss \(Wording.loss(loss))") }
    if let heldOut = event.heldOut { facts.append("held-out \(Wording.loss(heldOut))") }
    if let left = event.remaining { facts.append("\(Wording.span(left)) left") }
    return facts
  }

  private static func bar(_ share: Double, width: Int, hasBlocks: Bool) -> String {
    let full = hasBlocks ? "█" : "#", empty = hasBlocks ? "░" : "."
    let filled = Int((min(max(share, 0), 1) * Double(width)).rounded())
    return String(repeating: full, count: filled) + String(repeating: empty, count: width - filled)
  }
}
