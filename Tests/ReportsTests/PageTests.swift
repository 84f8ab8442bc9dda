import Foundation
import Testing

@testable import Reports

@Suite struct PageTests {
  @Test func writesPagesToLookAt() throws {
    guard let folder = ProcessInfo.processInfo.environment["REPORT_PAGES"] else { return }
    for (name, page) in try ExamplePages.all.get() {
      try page.write(toFile: "\(folder)/\(name).html", atomically: true, encoding: .utf8)
    }
  }
}
