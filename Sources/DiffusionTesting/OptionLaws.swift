import DiffusionCore
import Foundation

/// Checks options as data: `unique` names, `help` that says something, defaults that read back as themselves
/// (`default`), unknown names refused (`unknown`), and values that survive `coding`.
///
/// - Throws: ``ConformanceFailure`` with every broken law.
public func checkOptions(_ options: [OptionDescription], of owner: String = "options") throws(ConformanceFailure) {
  var laws = LawBook(owner)
  for (index, option) in options.enumerated() {
    laws.expect(
      "unique", !options[..<index].contains { $0.name == option.name }, "'\(option.name)' is described twice")
    laws.expect("help", option.help.count >= 10, "'\(option.name)' is helped with '\(option.help)'")
    if let rule = option.automaticRule {
      laws.expect("help", rule.count >= 10, "'\(option.name)' is chosen by '\(rule)'")
    }
    if case .choice(let words) = option.kind {
      laws.expect("choice", Set(words).count == words.count && !words.isEmpty, "'\(option.name)' offers \(words)")
    }
    do {
      let value = try option.parse(option.defaultValue.description)
      laws.expect(
        "default", value == option.defaultValue, "the default of '\(option.name)' reads back as '\(value)'")
    } catch {
      laws.expect("default", false, "\(error)")
    }
  }
  do {
    let values = try OptionValues(as: options)
    let copy = try JSONDecoder().decode(OptionValues.self, from: try JSONEncoder().encode(values))
    laws.expect("coding", try copy.validated(against: options) == values, "defaults differ after coding")
  } catch {
    laws.expect("coding", false, "\(error)")
  }
  laws.expect(
    "unknown", (try? OptionValues(parsing: ["no-such-option-here": "1"], as: options)) == nil,
    "an option that is not described is taken")
  try laws.close()
}
