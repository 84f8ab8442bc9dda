import Foundation
import Testing

@testable import Reports

/// The page as a browser shows it. With `REPORT_PAGES=folder`, pages and screenshots are left there to look at.
@Suite struct BrowserTests {
  @Test func pagesLoadQuietlyAndFit() throws {
    let environment = ProcessInfo.processInfo.environment
    guard let program = Browser.program else {
      // Where everything must be checked, a missing browser is a failure.
      if environment["CI"] == "true" {
        Issue.record("Chromium is needed to test the report: apt-get install chromium")
      } else {
        print("Skipped: the report's test in a browser needs Chromium (apt-get install chromium).")
      }
      return
    }
    let scratch = FileManager.default.temporaryDirectory.appending(path: "langevin-report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let gallery = environment["REPORT_PAGES"].map { URL(fileURLWithPath: $0) }

    let browser = try Browser(program: program, profile: scratch.appending(path: "profile"))
    defer { browser.close() }
    // The poor result differs from the good one in numbers alone: it is there to look at.
    let pages = try ExamplePages.every.get()
    for (name, page) in pages where name != "poor" || gallery != nil {
      let file = (gallery ?? scratch).appending(path: "\(name).html")
      try Data(page.utf8).write(to: file)
      for (width, dark) in [(1280, false), (390, true)] {
        try browser.open(file, width: width, dark: dark)
        #expect(browser.complaints.isEmpty, "\(name), \(width): \(browser.complaints)")
        if let gallery {
          try browser.screenshot().write(to: gallery.appending(path: "\(name)-\(width).png"))
        }
        try check(browser, name, width)
      }
    }
  }

  private func check(_ browser: Browser, _ name: String, _ width: Int) throws {
    let found = try #require(try browser.evaluate(Self.script) as? [String: Any])
    #expect(found["overflow"] as? [String] == [], "\(name), \(width): wider than the window")
    #expect(found["empty"] as? [String] == [], "\(name), \(width): charts without marks")
    #expect(found["charts"] as? Int ?? 0 >= (name == "filled-bare" ? 0 : 1), "\(name), \(width)")
    // Names in scripts of unknown width may touch; the rest must not.
    guard !name.hasSuffix("hostile") else { return }
    #expect(found["collisions"] as? [String] == [], "\(name), \(width): texts that overlap")
    #expect(found["clipped"] as? [String] == [], "\(name), \(width): texts outside their chart")
  }

  /// Opens all that folds, then looks for what does not fit.
  private static let script = #"""
    (() => {
      document.querySelectorAll('details').forEach(d => d.open = true);
      const found = {charts: 0, empty: [], overflow: [], collisions: [], clipped: []};
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth > width) {
        for (const e of document.querySelectorAll('main *, header *, footer *, nav *')) {
          if (e.getBoundingClientRect().right > width + 1 && !e.closest('.scroll, svg')) found.overflow.push(e.outerHTML.slice(0, 120));
        }
        if (!found.overflow.length) found.overflow.push('the page');
      }
      for (const svg of document.querySelectorAll('svg[role=img]')) {
        found.charts++;
        const title = svg.querySelector('title').textContent;
        const seen = [...svg.querySelectorAll('.marks *')].some(e => {
          if (!e.getBBox || e.tagName === 'g') return false;
          const box = e.getBBox(), style = getComputedStyle(e);
          return (box.width > 0 || box.height > 0) && (style.fill !== 'none' || style.stroke !== 'none');
        });
        if (!seen) found.empty.push(title);
        const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
        const frame = svg.getBoundingClientRect();
        const boxes = [...svg.querySelectorAll('text')].map(e => [e.textContent, e.getBoundingClientRect()]);
        for (const [text, box] of boxes) {
          const slack = 4 * scale;
          if (box.left < frame.left - slack || box.right > frame.right + slack || box.top < frame.top - slack || box.bottom > frame.bottom + slack)
            found.clipped.push(title + ': ' + text);
        }
        for (let a = 0; a < boxes.length; a++) for (let b = a + 1; b < boxes.length; b++) {
          const [s, p] = boxes[a], [t, q] = boxes[b];
          const x = Math.min(p.right, q.right) - Math.max(p.left, q.left), y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
          // A line of text is higher than its letters: a quarter of it may overlap.
          if (x > 1.5 * scale && y > 4 * scale) found.collisions.push(title + ': ' + s + ' / ' + t);
        }
      }
      return found;
    })()
    """#
}
