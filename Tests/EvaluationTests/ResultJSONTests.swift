import Testing

@testable import Evaluation

@Suite struct ResultJSONTests {
  @Test func aNumberThatIsNotFiniteLosesNoResult() throws {
    let text = try ResultJSON.text(["b": Double.infinity, "a": 0.5, "c": .nan])
    #expect(text == "{\n  \"a\" : 0.5,\n  \"b\" : \"inf\",\n  \"c\" : \"nan\"\n}\n")
  }
}
