import DiffusionCore
import DiffusionTesting
import Foundation
import Testing

@Suite struct OptionsTests {
  let options = [
    OptionDescription("steps", .integer(1...10_000), default: .integer(1500), help: "Training steps."),
    OptionDescription(
      "learning-rate", .number(0...1), automatic: "From the number of rows.", help: "The peak learning rate."),
    OptionDescription("ema", .flag, default: .flag(true), help: "Average the weights."),
    OptionDescription("schedule", .choice(["linear", "cosine"]), default: .text("linear"), help: "The noise."),
    OptionDescription("label", .text, default: .text(""), help: "The label's column."),
    OptionDescription("budget", .duration(1...86_400), default: .duration(300), help: "The time to take."),
  ]

  func error(_ texts: [String: String]) -> OptionError? {
    do throws(OptionError) {
      _ = try OptionValues(parsing: texts, as: options)
      return nil
    } catch { return error }
  }

  @Test func defaultsFillWhatIsNotGiven() throws {
    let values = try OptionValues(parsing: ["steps": "20", "ema": "no", "budget": "1h30m"], as: options)
    #expect(values.integer("steps") == 20)
    #expect(values.flag("ema") == false)
    #expect(values.duration("budget") == 5400)
    #expect(values.text("schedule") == "linear")
    #expect(values.isAutomatic("learning-rate"))
    #expect(values.number("learning-rate", automatic: 0.25) == 0.25)
    #expect(values.given == ["steps", "ema", "budget"])
  }

  @Test func valuesOfSomeOptionsAlone() throws {
    let values = try OptionValues(parsing: ["steps": "20", "ema": "no"], as: options)
    let some = values.restricted(to: Array(options[..<2]))
    #expect(Set(some.values.keys) == ["steps", "learning-rate"])
    #expect(some.integer("steps") == 20)
    #expect(some.given == ["steps"])
  }

  @Test func anUnknownOptionIsRefusedWithTheNearest() {
    let error = error(["stpes": "20"])
    #expect(error == .unknown(option: "stpes", known: options.map(\.name).sorted()))
    #expect(error?.description == "unknown option 'stpes'; did you mean 'steps'?")
  }

  @Test func valuesAreCheckedAgainstKindAndRange() {
    #expect(
      error(["steps": "ten"])?.description == "option 'steps' cannot be 'ten'; give a whole number from 1 to 10000")
    #expect(
      error(["steps": "0"])?.description == "option 'steps' is 0, out of range; give a whole number from 1 to 10000")
    #expect(
      error(["steps": "1.5"]) == .malformed(option: "steps", text: "1.5", expected: "a whole number from 1 to 10000"))
    #expect(error(["learning-rate": "nan"]) != nil)
    #expect(error(["learning-rate": "1.01"]) != nil)
    #expect(error(["ema": "maybe"]) != nil)
    #expect(error(["schedule": "cosin"])?.description == "option 'schedule' cannot be 'cosin'; did you mean 'cosine'?")
    #expect(error(["budget": "5 minutes"]) != nil)
    #expect(error(["budget": "0s"]) != nil)
    #expect(error(["steps": "10000", "learning-rate": "0", "budget": "1s"]) == nil)
  }

  @Test func autoIsReadOnlyWhereThereIsARule() throws {
    #expect(try OptionValues(parsing: ["learning-rate": "auto"], as: options).isAutomatic("learning-rate"))
    #expect(error(["steps": "auto"]) != nil)
  }

  @Test(arguments: [
    ("90", 90.0), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("1.5h", 5400), ("250ms", 0.25), ("2m5s", 125),
  ])
  func durationsAreReadAsPeopleWriteThem(text: String, seconds: Double) throws {
    let option = OptionDescription("time", .duration(0...1e9), default: .duration(0), help: "")
    #expect(try option.parse(text) == .duration(seconds))
    #expect(try option.parse(OptionValue.duration(seconds).description) == .duration(seconds))
  }

  @Test(arguments: ["", "m", "5x", "5m5m", "5s1h", "-1", "inf", "1h m", "h5"])
  func whatIsNoDurationIsRefused(text: String) {
    let option = OptionDescription("time", .duration(0...1e9), default: .duration(0), help: "")
    #expect(throws: OptionError.self) { try option.parse(text) }
  }

  @Test func argumentsAreSplitAtTheFirstEqualsSign() throws {
    let values = try OptionValues(arguments: ["label=a=b", "ema", "steps=3"], as: options)
    #expect(values.text("label") == "a=b")
    #expect(values.flag("ema"))
    #expect(throws: OptionError.repeated(option: "steps")) {
      try OptionValues(arguments: ["steps=3", "steps=4"], as: options)
    }
  }

  @Test func valuesSurviveCodingAndAreCheckedAgain() throws {
    var values = try OptionValues(parsing: ["steps": "20"], as: options)
    values.resolve("learning-rate", to: .number(0.125))
    let stored = try JSONDecoder().decode(OptionValues.self, from: JSONEncoder().encode(values))
    #expect(stored == values)
    #expect(try stored.validated(against: options).number("learning-rate") == 0.125)
    // A later version with one option more, and one without `steps`.
    let more = options + [OptionDescription("width", .integer(1...9), default: .integer(4), help: "")]
    #expect(try stored.validated(against: more).integer("width") == 4)
    #expect(throws: OptionError.unknown(option: "steps", known: options.dropFirst().map(\.name).sorted())) {
      try stored.validated(against: Array(options.dropFirst()))
    }
    let narrower = [OptionDescription("steps", .integer(1...10), default: .integer(4), help: "")] + options.dropFirst()
    #expect(throws: OptionError.self) { try stored.validated(against: narrower) }
  }

  @Test func theKitAcceptsGoodOptionsAndCatchesBadOnes() throws {
    try checkOptions(options)
    let broken = #expect(throws: ConformanceFailure.self) {
      try checkOptions([
        OptionDescription("steps", .integer(1...9), default: .integer(4), help: ""),
        OptionDescription("steps", .choice(["one", "one"]), default: .text("one"), help: "The number of steps."),
      ])
    }
    #expect(broken?.breaks("unique") == true)
    #expect(broken?.breaks("help") == true)
    #expect(broken?.breaks("choice") == true)
    #expect(broken?.breaks("default") == false)
  }
}
