import CXGBoost

/// Rows as XGBoost holds them: categories as categories, missing cells as such, never a dense one-hot.
///
/// Numbers are kept in single precision, as the library does: numbers above 2²⁴ lose their last digits.
final class DataMatrix {
  let handle: DMatrixHandle
  let rows: Int

  init(_ features: Features, labels: [Float]? = nil, weights: [Double]? = nil) throws(DownstreamError) {
    try XGBoost.silence()
    rows = features.rowCount
    let cells = features.rowMajorCells()
    var made: DMatrixHandle?
    let status = cells.withUnsafeBufferPointer {
      XGDMatrixCreateFromMat_omp(
        $0.baseAddress, bst_ulong(features.rowCount), bst_ulong(features.columns.count), .nan, &made, 1)
    }
    try XGBoost.check(status)
    guard let made else { throw .library("no matrix was made") }
    handle = made
    try setTypes(of: features)
    if let labels { try set("label", labels) }
    if let weights { try set("weight", weights.map { Float($0) }) }
  }

  /// Rows of numbers, `[rows, columns]`; NaN is missing. Each row gets `outputs` labels of 0, which tell the library how
  /// many outputs a row has.
  init(cells: [Float], columns: Int, outputs: Int) throws(DownstreamError) {
    try XGBoost.silence()
    rows = cells.count / columns
    var made: DMatrixHandle?
    try XGBoost.check(XGDMatrixCreateFromMat_omp(cells, bst_ulong(rows), bst_ulong(columns), .nan, &made, 1))
    guard let made else { throw .library("no matrix was made") }
    handle = made
    let shape = "[\(rows),\(outputs)]"
    let status = [Float](repeating: 0, count: rows * outputs).withUnsafeBufferPointer {
      let address = UInt(bitPattern: $0.baseAddress)
      // The array interface of NumPy, version 3.
      return XGDMatrixSetInfoFromInterface(
        handle, "label", "{\"data\":[\(address),false],\"shape\":\(shape),\"typestr\":\"<f4\",\"version\":3}")
    }
    try XGBoost.check(status)
  }

  private func set(_ field: String, _ numbers: [Float]) throws(DownstreamError) {
    try XGBoost.check(XGDMatrixSetFloatInfo(handle, field, numbers, bst_ulong(numbers.count)))
  }

  private func setTypes(of features: Features) throws(DownstreamError) {
    let status = "c".withCString { category in
      "q".withCString { number in
        var types: [UnsafePointer<CChar>?] = features.columns.map { column in
          if case .categories = column { category } else { number }
        }
        return XGDMatrixSetStrFeatureInfo(handle, "feature_type", &types, bst_ulong(types.count))
      }
    }
    try XGBoost.check(status)
  }

  deinit { XGDMatrixFree(handle) }
}

/// What every call of the library's C interface shares.
enum XGBoost {
  /// Keeps the library from printing. Its log level belongs to the thread that calls.
  static func silence() throws(DownstreamError) { try check(XGBSetGlobalConfig("{\"verbosity\":0}")) }

  /// Turns a status other than 0 into the library's own words, without its place in the source and its stack.
  static func check(_ status: Int32) throws(DownstreamError) {
    guard status != 0 else { return }
    let words = XGBGetLastError().map { String(cString: $0) } ?? "no reason given"
    let line = words.split(separator: "\n").first.map(String.init) ?? words
    throw .library(line.split(separator: "]", maxSplits: 1).last.map { String($0.drop { $0 == " " }) } ?? line)
  }
}

extension Features {
  fileprivate func rowMajorCells() -> [Float] {
    let width = columns.count
    return [Float](unsafeUninitializedCapacity: rowCount * width) { cells, count in
      for (place, column) in columns.enumerated() {
        var target = place
        switch column {
        case .numbers(let numbers):
          // Beyond the range of Float the library would take a number for infinite, and refuse it.
          let largest = Float.greatestFiniteMagnitude
          for number in numbers {
            cells[target] = number.isNaN ? .nan : min(max(Float(number), -largest), largest)
            target += width
          }
        case .categories(let codes, _):
          for code in codes {
            cells[target] = code < 0 ? .nan : Float(code)
            target += width
          }
        }
      }
      count = rowCount * width
    }
  }
}
