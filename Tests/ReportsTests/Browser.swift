import Foundation

/// Headless Chromium, driven over a pipe by the DevTools protocol.
final class Browser {
  /// What went wrong between the test and the browser.
  struct Failure: Error { var message: String }

  private let process = Process()
  private let input = Pipe(), output = Pipe()
  private var unread = Data(), messages: [Data] = []
  private var lastCommand = 0
  private var session: String?
  /// Every message that no command asked for.
  private(set) var events: [[String: Any]] = []

  /// Where Chromium is; nil where it is not installed.
  static let program: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let names = ["chromium", "chromium-browser", "google-chrome"]
    return folders.lazy.flatMap { folder in names.map { "\(folder)/\($0)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Starts the browser with a profile of its own.
  init(program: String, profile: URL) throws {
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    // DevTools speaks on the descriptors 3 and 4.
    process.arguments = [
      "-c", #"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"#, program, "--headless", "--no-sandbox",
      "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
      "--disable-background-networking",
      "--user-data-dir=\(profile.path)", "--remote-debugging-pipe",
    ]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // A browser that hangs must not hang the tests: once it ends, reading ends.
    let process = process
    DispatchQueue.global().asyncAfter(deadline: .now() + 60) { if process.isRunning { process.terminate() } }
    let target = try send("Target.createTarget", ["url": "about:blank"])
    session =
      try send("Target.attachToTarget", ["targetId": target["targetId"]!, "flatten": true])["sessionId"] as? String
    for domain in ["Page", "Network", "Runtime", "Log"] { try send("\(domain).enable") }
  }

  func close() {
    process.terminate()
    process.waitUntilExit()
  }

  /// Loads a file in a window of a size, light or dark.
  func open(_ file: URL, width: Int, dark: Bool = false) throws {
    events = []
    try send(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500])
    let feature = ["name": "prefers-color-scheme", "value": dark ? "dark" : "light"]
    try send("Emulation.setEmulatedMedia", ["media": "screen", "features": [feature]])
    try send("Page.navigate", ["url": file.absoluteString])
    while !events.contains(where: { $0["method"] as? String == "Page.loadEventFired" }) { events.append(try read()) }
  }

  /// The value of an expression.
  func evaluate(_ expression: String) throws -> Any {
    let answer = try send("Runtime.evaluate", ["expression": expression, "returnByValue": true])
    guard let result = answer["result"] as? [String: Any], let value = result["value"] else {
      throw Failure(message: "\(answer)")
    }
    return value
  }

  /// The whole page as a picture.
  func screenshot() throws -> Data {
    let answer = try send("Page.captureScreenshot", ["captureBeyondViewport": true, "format": "png"])
    return (answer["data"] as? String).flatMap { Data(base64Encoded: $0) } ?? Data()
  }

  /// Errors on the console, and requests for anything but the file itself.
  var complaints: [String] {
    events.compactMap { event in
      let parameters = event["params"] as? [String: Any] ?? [:]
      switch event["method"] as? String {
      case "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled": return "\(parameters)"
      case "Network.requestWillBeSent":
        let url = (parameters["request"] as? [String: Any])?["url"] as? String ?? ""
        return url.hasPrefix("data:") || parameters["type"] as? String == "Document" ? nil : "request: \(url)"
      default: return nil
      }
    }
  }

  // MARK: Messages

  @discardableResult
  private func send(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    lastCommand += 1
    var message: [String: Any] = ["id": lastCommand, "method": method, "params": parameters]
    if let session { message["sessionId"] = session }
    try input.fileHandleForWriting.write(contentsOf: JSONSerialization.data(withJSONObject: message) + [0])
    while true {
      let answer = try read()
      guard answer["id"] as? Int == lastCommand else {
        events.append(answer)
        continue
      }
      if let error = answer["error"] { throw Failure(message: "\(method): \(error)") }
      return answer["result"] as? [String: Any] ?? [:]
    }
  }

  /// The next message; they end with a zero.
  private func read() throws -> [String: Any] {
    while messages.isEmpty {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { throw Failure(message: "the browser ended") }
      // Only what is new is searched: a screenshot comes in many pieces.
      let pieces = data.split(separator: 0, omittingEmptySubsequences: false)
      for (index, piece) in pieces.enumerated() {
        unread.append(piece)
        guard index < pieces.count - 1 else { break }
        messages.append(unread)
        unread = Data()
      }
    }
    return try JSONSerialization.jsonObject(with: messages.removeFirst()) as? [String: Any] ?? [:]
  }
}
