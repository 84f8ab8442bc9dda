import Tables

/// Quantiles by linear interpolation between order statistics (type 7 of R. Hyndman and Y. Fan, 1996), as NumPy's.
struct SortedNumbers {
  private let numbers: [Double]

  init(_ numbers: [Double]) { self.numbers = numbers.sorted() }

  /// How many numbers there are.
  var count: Int { numbers.count }

  /// The quantile at a probability; NaN without numbers.
  func quantile(_ probability: Double) -> Double {
    guard let last = numbers.last else { return .nan }
    let place = probability * Double(numbers.count - 1)
    let below = min(numbers.count - 1, max(0, Int(clamping: place)))
    guard below + 1 < numbers.count else { return last }
    return numbers[below] + (numbers[below + 1] - numbers[below]) * (place - Double(below))
  }

  /// The share of the numbers that are at most a limit; 0 without numbers.
  func share(atMost limit: Double) -> Double {
    var low = 0, high = numbers.count
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] <= limit { low = middle + 1 } else { high = middle }
    }
    return numbers.isEmpty ? 0 : Double(low) / Double(numbers.count)
  }

  /// The percentiles 0, 1, …, 100; none without numbers.
  var percentiles: [Double] { numbers.isEmpty ? [] : (0...100).map { quantile(Double($0) / 100) } }
}
