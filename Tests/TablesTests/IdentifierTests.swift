import Foundation
import Testing

@testable import Tables

@Suite struct IdentifierTests {
  @Test func `Shapes are learnt`() {
    func learn(_ values: [String]) -> IdentifierPattern { .learn(from: values, column: "key") }
    #expect(learn(["7", "3", "12"]) == .sequence(last: 12, step: 1))
    #expect(learn(["ID007", "ID123"]) == .counter(prefix: "ID", width: 3, suffix: "", last: 123))
    #expect(learn(["u9", "u12"]) == .counter(prefix: "u", width: 1, suffix: "", last: 12))
    #expect(learn(["0012", "0400"]) == .counter(prefix: "", width: 4, suffix: "", last: 400))
    #expect(learn(["a@b.org", "c.d@e.net"]) == .email)
    #expect(learn(["3F2504E0-4F89-11D3-9A0C-0305E82C3301"]) == .uuid(uppercase: true))
    #expect(
      learn(["AB-1x", "CD-2y"])
        == .template([
          .random(alphabet: "ABCDEF", count: 2), .literal("-"), .random(alphabet: "0123456789", count: 1),
          .random(alphabet: "abcdefghijklmnopqrstuvwxyz", count: 1),
        ]))
    #expect(learn(["Smith", "von Neumann"]) == .numbered(prefix: "key"))
  }

  @Test(arguments: [
    ["ID007", "ID999"], ["1", "2", "9"], ["a@b.org", "c@d.org"], ["AB-1x", "CD-2y"], ["Smith", "Jo Doe"],
    ["3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3302"], ["key-1", "key-22"],
  ]) func `New identifiers are new, differ, and repeat with the seed`(known: [String]) {
    let pattern = IdentifierPattern.learn(from: known, column: "key")
    func make() -> [String] {
      var generator = IdentifierGenerator(pattern: pattern, avoiding: known + [nil])
      var random = SeededGenerator(seed: 5)
      return (0..<2000).map { _ in generator.next(using: &random) }
    }
    let made = make()
    #expect(Set(made).count == 2000)
    #expect(Set(made).isDisjoint(with: known))
    #expect(made == make())
  }

  @Test func `A crowded template still finds free values`() {
    let known = (0..<10).flatMap { a in ["x", "y"].map { "\($0)\(a)" } }
    var generator = IdentifierGenerator(
      pattern: .template([.random(alphabet: "xy", count: 1), .random(alphabet: "0123456789", count: 1)]),
      avoiding: known)
    var random = SeededGenerator(seed: 5)
    let made = (0..<20).map { _ in generator.next(using: &random) }
    #expect(Set(made).count == 20)
    #expect(Set(made).isDisjoint(with: known))
  }

  @Test func `A generator travels as JSON without the training data`() throws {
    let known = ["Smith", "Jo Doe"]
    let generator = IdentifierGenerator(pattern: .numbered(prefix: "key"), avoiding: known)
    let data = try JSONEncoder().encode(generator)
    #expect(!String(decoding: data, as: UTF8.self).contains("Smith"))
    #expect(try JSONDecoder().decode(IdentifierGenerator.self, from: data) == generator)
  }
}
