import Foundation

/// What a file may take while it is read, so that a damaged or hostile one is refused early.
///
/// ```swift
/// var options = CSVReadOptions()
/// options.limits.memory = 4 << 30
/// ```
public struct ReadingLimits: Sendable, Equatable {
  /// The bytes of one field.
  public var field = 16 << 20
  /// The bytes of one row, its fields together.
  public var row = 64 << 20
  /// The number of columns.
  public var columns = 100_000
  /// The bytes of memory that a table may need while it is read; by default half of the machine's.
  public var memory = ReadingLimits.halfOfMemory
  /// How many bytes a byte of gzip data may become, once they are more than ``leastExpanded``; nil: any number.
  public var expansion: Int? = 100

  /// Gzip data that become no more than this are read whatever they expand to.
  static let leastExpanded = 256 << 20

  /// The default limits.
  public init() {}

  private static let halfOfMemory: Int = {
    let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    // A container has less than its machine.
    let group = (try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8)).flatMap {
      Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return min(machine, group ?? machine) / 2
  }()

  /// A number of bytes as people write it.
  static func text(_ bytes: Int) -> String {
    for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes >= size {
      let value = Double(bytes) / Double(size)
      return (value < 10 && value != value.rounded() ? String(format: "%.1f", value) : String(format: "%.0f", value))
        + " " + unit
    }
    return bytes == 1 ? "1 byte" : "\(bytes) bytes"
  }
}

extension ReadingLimits {
  func fieldTooLong(line: Int, column: String?, found: String) -> TableError {
    TableError(
      .fieldTooLong, line: line, column: column, found: found,
      expected: "fields of at most \(Self.text(field))", problem: "a field that begins on this line is too long",
      cure: "Look for a quote that is never closed, or another delimiter (--delimiter); shorten the field otherwise.")
  }

  func rowTooLong(line: Int) -> TableError {
    TableError(
      .rowTooLong, line: line, expected: "rows of at most \(Self.text(row))",
      problem: "a row that reaches this line is too long",
      cure: "Look for a quote that is never closed, and check that the file is a table with a row on each line.")
  }

  func tooManyColumns(line: Int) -> TableError {
    TableError(
      .tooManyColumns, line: line, expected: "at most \(columns) columns", problem: "the row has too many fields",
      cure: "Keep the columns that are needed, or name another delimiter (--delimiter).")
  }

  func tooMuchMemory(line: Int, rows: Int) -> TableError {
    TableError(
      .tooMuchMemory, line: line, expected: "at most \(Self.text(memory))",
      problem: "the table needs more memory than it may take; \(rows) rows were read up to here",
      cure:
        "Allow more (--memory 16G), leave columns out (--drop COLUMN), or take a part of the rows: head -n \(max(2, rows / 2))."
    )
  }

  func gzipExpands(_ size: Int, from compressed: Int) -> TableError {
    TableError(
      .gzipExpansion, found: "\(Self.text(size)) from \(Self.text(compressed))",
      expected: "at most \(expansion ?? 0) bytes from one",
      problem: "the gzip data expand too far, as those of a decompression bomb do",
      cure: "If you trust the file, decompress it with gunzip, or say how much memory it may take (--memory 8G).")
  }
}
