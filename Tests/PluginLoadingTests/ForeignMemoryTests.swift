import Foundation
import Testing

@testable import PluginLoading

@Suite struct ForeignMemoryTests {
  /// Three pages of which the second may not be read, as malloc keeps some for later.
  private func withGuardedPages(_ body: (UnsafeMutableRawPointer, Int) -> Void) {
    let page = Int(getpagesize())
    let start = mmap(nil, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    mprotect(start + page, page, PROT_NONE)
    body(start, page)
    munmap(start, 3 * page)
  }

  @Test func whatMayNotBeReadDoesNotLieInMemory() {
    withGuardedPages { start, page in
      #expect(ForeignMemory.holds(start, page, of: UInt8.self))
      #expect(!ForeignMemory.holds(start, page + 1, of: UInt8.self))
      #expect(!ForeignMemory.holds(start + page, 1, of: UInt8.self))
      #expect(ForeignMemory.holds(start + 2 * page, page / 8, of: Int64.self))
    }
  }

  @Test func aTextEndsBeforeSuchAPage() {
    withGuardedPages { start, page in
      memset(start, 0x61, page)
      let text = start.assumingMemoryBound(to: CChar.self)
      #expect(ForeignMemory.text(text) == nil)
      text[page - 1] = 0
      #expect(ForeignMemory.text(text)?.utf8.count == page - 1)
    }
  }

  @Test func largeRangesAreLookedAtToTheirEnd() {
    let bytes = 3_000_000
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
    defer { memory.deallocate() }
    #expect(ForeignMemory.holds(memory, bytes, of: UInt8.self))
    #expect(!ForeignMemory.holds(memory, 1 << 45, of: UInt8.self) && !ForeignMemory.holds(nil, 0, of: UInt8.self))
  }
}
