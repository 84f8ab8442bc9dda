import CKernels

extension Variable {
  /// The same elements in the same order with other extents.
  public func reshaped(rows newRows: Int, columns newColumns: Int) -> Variable {
    precondition(newRows * newColumns == count, "\(rows) × \(columns) is not \(newRows) × \(newColumns)")
    let tape = tape, input = self
    let output = tape.makeView(of: input, newRows, newColumns)
    tape.derivative(ofOperand: output) { gradient in tape.passGradient(gradient, to: input.index) }
    return output
  }

  /// Exchanges the two middle axes of `[outer, first, second, width]` that the matrix holds in row-major order. The
  /// result has `width` columns: splitting and merging attention heads, and turning time × feature into feature × time.
  public func swappingAxes(outer: Int, first: Int, second: Int, width: Int) -> Variable {
    precondition(
      count == outer * first * second * width, "\(rows) × \(columns) is not [\(outer), \(first), \(second), \(width)]")
    let tape = tape, input = self
    // A move keeps the format.
    let output =
      numbers.full == nil
      ? tape.makeOperand(outer * first * second, width, from: input)
      : tape.makeNode(outer * first * second, width, from: input)
    kernel_swap_axes(numbers, output.numbers, outer, first, second, width, 0)
    tape.derivative(ofOperand: output) { gradient in
      let (target, accumulate) = tape.gradientNumbers(input.index)
      kernel_swap_axes(gradient, target, outer, second, first, width, accumulate ? 1 : 0)
    }
    return output
  }

  /// Columns of several matrices side by side.
  ///
  /// - Precondition: there is at least one, and all have as many rows.
  public static func concatenating(_ parts: [Variable]) -> Variable {
    precondition(!parts.isEmpty && parts.allSatisfy { $0.rows == parts[0].rows }, "parts differ in rows")
    let tape = parts[0].tape, width = parts.reduce(0) { $0 + $1.columns }
    let output = tape.makeNode(parts[0].rows, width, isVariable: parts.contains { $0.isVariable })
    var start = 0
    for part in parts {
      for row in 0..<part.rows {
        (output.pointer + row * width + start).update(from: part.pointer + row * part.columns, count: part.columns)
      }
      start += part.columns
    }
    tape.derivative(of: output) { gradient in
      var start = 0
      for part in parts {
        if part.isVariable {
          let target = tape.zeroedGradient(part.index)
          for row in 0..<part.rows {
            kernel_accumulate(gradient + row * width + start, 1, target + row * part.columns, part.columns)
          }
        }
        start += part.columns
      }
    }
    return output
  }

  /// Some neighbouring columns.
  public func columns(_ range: Range<Int>) -> Variable {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    let tape = tape, input = self, width = range.count
    let output = tape.makeNode(rows, width, from: input)
    for row in 0..<rows {
      (output.pointer + row * width).update(from: pointer + row * columns + range.lowerBound, count: width)
    }
    tape.derivative(of: output) { gradient in
      let target = tape.zeroedGradient(input.index)
      for row in 0..<input.rows {
        kernel_accumulate(gradient + row * width, 1, target + row * input.columns + range.lowerBound, width)
      }
    }
    return output
  }

  /// Windows of a series laid side by side, so that a convolution becomes a product: from `[batch · time, channels]` to
  /// `[batch · time, kernel · channels]`, centred, zero outside the series.
  ///
  /// - Precondition: `kernel` is odd and `time` divides the rows.
  public func unfolded(time: Int, kernel: Int) -> Variable {
    precondition(kernel % 2 == 1 && rows % time == 0, "a kernel of \(kernel) over \(rows) rows of \(time) steps")
    let tape = tape, input = self, width = columns, reach = kernel / 2
    let output = tape.makeNode(rows, kernel * width, from: input)
    kernel_fill(output.pointer, 0, output.count)
    Self.forEachTap(rows: rows, time: time, reach: reach) { row, tap, neighbour in
      (output.pointer + (row * kernel + tap) * width).update(from: input.pointer + neighbour * width, count: width)
    }
    tape.derivative(of: output) { gradient in
      let target = tape.zeroedGradient(input.index)
      Self.forEachTap(rows: input.rows, time: time, reach: reach) { row, tap, neighbour in
        kernel_accumulate(gradient + (row * kernel + tap) * width, 1, target + neighbour * width, width)
      }
    }
    return output
  }

  private static func forEachTap(rows: Int, time: Int, reach: Int, _ body: (Int, Int, Int) -> Void) {
    for row in 0..<rows {
      for tap in -reach...reach where row % time + tap >= 0 && row % time + tap < time {
        body(row, tap + reach, row + tap)
      }
    }
  }
}
