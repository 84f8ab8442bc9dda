import Dispatch
import Synchronization

/// The fields of a block of a file, one after the other, as they pass from the parser to the columns.
final class FieldBatch {
  /// The storage, kept in a value of its own that the parser's calls reach by pointer, without exclusivity checks.
  struct Storage {
    var bytes = GrowingArray<UInt8>()
    /// A field's length; -1 for a field that is empty without quotes; below, the end of a row (see `endRow`), or
    /// `tooLong`.
    var tokens = GrowingArray<Int32>()
    /// The bytes that a field may have.
    var fieldLimit = Int(Int32.max)
    /// Where the row that is not ended begins.
    var rowStart = (byte: 0, token: 0)
  }

  /// Stands for a field that has more bytes than it may.
  static let tooLong = Int32.min

  let storage: UnsafeMutablePointer<Storage>
  /// What ended the parsing after these fields.
  var fault: ParsingFault?
  /// Whether no batch follows.
  var isLast = false

  init() {
    storage = .allocate(capacity: 1)
    storage.initialize(to: Storage())
  }

  deinit {
    storage.pointee.bytes.deallocate()
    storage.pointee.tokens.deallocate()
    storage.deallocate()
  }

  func clear() {
    storage.pointee.bytes.removeAll()
    storage.pointee.tokens.removeAll()
    storage.pointee.rowStart = (0, 0)
    fault = nil
  }

  @inline(__always)
  func append(_ bytes: UnsafeMutableRawPointer?, _ length: Int) {
    guard let bytes else { return storage.pointee.tokens.append(-1) }
    guard length <= storage.pointee.fieldLimit else { return storage.pointee.tokens.append(Self.tooLong) }
    // libcsv's own buffer has at least 128 bytes.
    storage.pointee.bytes.append(bytes, length)
    storage.pointee.tokens.append(Int32(truncatingIfNeeded: length))
  }

  /// libcsv gives the character that ended the row, or -1 at the end of the file.
  @inline(__always)
  func endRow(_ terminator: Int32) {
    storage.pointee.tokens.append(-3 &- terminator)
    storage.pointee.rowStart = (storage.pointee.bytes.count, storage.pointee.tokens.count)
  }

  static func terminator(_ token: Int32) -> Int32 { -3 &- token }
}

/// A few batches that go round between the parser and the taker of cells, so that neither outruns the other.
///
/// Unchecked Sendable: the semaphores see to it that a batch is in one hand at a time.
final class BatchRing: @unchecked Sendable {
  private let batches = (0..<4).map { _ in FieldBatch() }
  // Raised to 4 below: a semaphore that is lower at its end than at its start is a fault, and an error ends it anywhere.
  private let free = DispatchSemaphore(value: 0)
  private let filled = DispatchSemaphore(value: 0)
  private let isCancelled = Atomic<Bool>(false)
  private var writing = 0
  private var reading = 0

  init() { for _ in batches { free.signal() } }

  /// For the parser: the next batch to fill; nil when nobody wants it any more.
  func nextFree() -> FieldBatch? {
    free.wait()
    return isCancelled.load(ordering: .acquiring) ? nil : batches[writing % 4]
  }

  /// For the parser: hands the batch over.
  func publish() {
    writing += 1
    filled.signal()
  }

  /// For the taker: the next full batch.
  func nextFilled() -> FieldBatch {
    filled.wait()
    return batches[reading % 4]
  }

  /// For the taker: gives the batch back.
  func release() {
    reading += 1
    free.signal()
  }

  /// For the taker: no more batches are wanted.
  func cancel() {
    isCancelled.store(true, ordering: .releasing)
    free.signal()
  }
}
