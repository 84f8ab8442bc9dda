import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The bytes of a file or of standard input (`-`), decompressed where they begin with gzip's magic.
final class ByteSource {
  let name: String
  private let descriptor: Int32
  private var raw: UnsafeMutablePointer<UInt8>
  private var rawStart = 0
  private var rawEnd = 0
  private var rawFinished = false
  private var stream: UnsafeMutablePointer<z_stream>?
  private var memberFinished = false
  /// Bytes that are in memory already, in the place of a file, and how many of them were read.
  private let memory: [UInt8]?
  private var memoryRead = 0
  private let limits: ReadingLimits
  /// Bytes of the file that were read, and what they became.
  private var compressed = 0, expanded = 0
  private static let rawCapacity = 1 << 18

  /// Reads what was read before.
  init(_ text: CSVText) {
    name = text.path
    descriptor = -1
    memory = text.bytes
    limits = ReadingLimits()
    raw = .allocate(capacity: 1)
  }

  init(path: String, limits: ReadingLimits) throws(TableError) {
    name = path
    memory = nil
    self.limits = limits
    descriptor = path == "-" ? 0 : try ByteSource.open(path)
    raw = .allocate(capacity: ByteSource.rawCapacity)
    while rawEnd < 2, !rawFinished { try fill() }
    if rawEnd >= 2, raw[0] == 0x1f, raw[1] == 0x8b {
      let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
      stream.initialize(to: z_stream())
      // 31: the largest window, gzip's header and checksum required.
      guard inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        fatalError("zlib could not start: out of memory")
      }
      self.stream = stream
    }
  }

  deinit {
    if let stream {
      inflateEnd(stream)
      stream.deallocate()
    }
    raw.deallocate()
    if descriptor > 0 { close(descriptor) }
  }

  /// The bytes that are held in memory all the while.
  var heldBytes: Int { memory?.count ?? 0 }

  /// Fills the buffer as far as the source goes and returns the number of bytes; fewer than its size only at the end.
  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(TableError) -> Int {
    if let memory { return readMemory(memory, into: buffer) }
    var count = 0
    while count < buffer.count {
      let part = UnsafeMutableBufferPointer(rebasing: buffer[count...])
      let got = stream == nil ? try readPlain(into: part) : try readGzip(into: part)
      if got == 0 { break }
      count += got
    }
    return count
  }

  private func readMemory(_ memory: [UInt8], into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let count = min(buffer.count, memory.count - memoryRead)
    if count > 0 { _ = buffer.update(fromContentsOf: memory[memoryRead..<memoryRead + count]) }
    memoryRead += count
    return count
  }

  private func readPlain(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(TableError) -> Int {
    if rawStart == rawEnd {
      if rawFinished { return 0 }
      return try readDescriptor(buffer.baseAddress!, buffer.count)
    }
    let count = min(buffer.count, rawEnd - rawStart)
    buffer.baseAddress!.update(from: raw + rawStart, count: count)
    rawStart += count
    return count
  }

  private func readGzip(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(TableError) -> Int {
    let stream = stream!
    while true {
      if rawStart == rawEnd { try fill() }
      if memberFinished {
        // Members may follow one another, and tapes pad with zeros.
        while rawStart < rawEnd, raw[rawStart] == 0 { rawStart += 1 }
        if rawStart == rawEnd {
          if rawFinished { return 0 }
          continue
        }
        inflateReset(stream)
        memberFinished = false
      }
      if rawStart == rawEnd, rawFinished {
        throw TableError(
          .truncatedGzip, file: name, problem: "the gzip data end before their end mark",
          cure: "Copy or download the file anew.")
      }
      stream.pointee.next_in = raw + rawStart
      stream.pointee.avail_in = UInt32(rawEnd - rawStart)
      stream.pointee.next_out = buffer.baseAddress
      stream.pointee.avail_out = UInt32(buffer.count)
      let status = inflate(stream, Z_NO_FLUSH)
      rawStart = rawEnd - Int(stream.pointee.avail_in)
      guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
        throw TableError(
          .corruptGzip, file: name, problem: "the gzip data are damaged",
          cure: "Check the file with gzip -t; copy or download it anew.")
      }
      if status == Z_STREAM_END { memberFinished = true }
      let count = buffer.count - Int(stream.pointee.avail_out)
      expanded += count
      if let most = limits.expansion, expanded > ReadingLimits.leastExpanded, expanded / most > compressed {
        throw limits.gzipExpands(expanded, from: compressed)
      }
      if count > 0 { return count }
    }
  }

  private func fill() throws(TableError) {
    if rawStart == rawEnd { (rawStart, rawEnd) = (0, 0) }
    let count = try readDescriptor(raw + rawEnd, ByteSource.rawCapacity - rawEnd)
    rawEnd += count
    compressed += count
    if count == 0 { rawFinished = true }
  }

  private func readDescriptor(_ target: UnsafeMutablePointer<UInt8>, _ count: Int) throws(TableError) -> Int {
    while true {
      #if canImport(Glibc)
        let got = Glibc.read(descriptor, target, count)
      #elseif canImport(Musl)
        let got = Musl.read(descriptor, target, count)
      #else
        let got = Darwin.read(descriptor, target, count)
      #endif
      if got >= 0 { return got }
      if errno == EINTR { continue }
      if errno == EISDIR { throw ByteSource.isDirectory(name) }
      throw TableError(
        .readFailed, file: name, problem: "reading failed: \(systemMessage(errno))", cure: "Check the disk or the pipe."
      )
    }
  }

  private static func open(_ path: String) throws(TableError) -> Int32 {
    #if canImport(Glibc)
      let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    #elseif canImport(Musl)
      let descriptor = Musl.open(path, O_RDONLY | O_CLOEXEC)
    #else
      let descriptor = Darwin.open(path, O_RDONLY | O_CLOEXEC)
    #endif
    let code = errno
    guard descriptor < 0 else {
      var status = stat()
      if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        close(descriptor)
        throw isDirectory(path)
      }
      return descriptor
    }
    switch code {
    case ENOENT, ENOTDIR: throw missing(path)
    case EACCES, EPERM:
      throw TableError(
        .permissionDenied, file: path, problem: "permission to read the file is denied",
        cure: "Change it with chmod, or copy the file to where you may read it.")
    default:
      throw TableError(
        .readFailed, file: path, problem: "the file cannot be opened: \(systemMessage(code))", cure: "Check its path.")
    }
  }

  private static func isDirectory(_ path: String) -> TableError {
    TableError(.directory, file: path, problem: "this is a directory", cure: "Name a file inside it.")
  }

  private static func missing(_ path: String) -> TableError {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let wanted = slash.map { String(path[path.index(after: $0)...]) } ?? path
    var names: [String] = []
    if let directory = opendir(folder.isEmpty ? "." : folder) {
      defer { closedir(directory) }
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if !name.hasPrefix(".") { names.append(name) }
      }
    } else {
      return TableError(
        .missingFile, file: path, problem: "there is no such file, nor a folder \(folder)", cure: "Check the path.")
    }
    let near = nearest(to: wanted, in: names).first.map { "Did you mean \(folder)\($0)?" }
    return TableError(.missingFile, file: path, problem: "there is no such file", cure: near ?? "Check the path.")
  }
}

func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
