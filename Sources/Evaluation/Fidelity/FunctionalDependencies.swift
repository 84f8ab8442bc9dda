import DownstreamModels
import Foundation

/// Columns of the real table that are a function of one other or of two, and whether the synthetic rows keep to it.
///
/// A dependency counts where every real row keeps to it and the determinants recur: at least ten rows to each of their
/// values on average, else any column is a function of one that is unique. Of two determinants neither may do alone.
struct FunctionalDependencies {
  /// At least so many real rows to each value of the determinants, on average.
  static let support = 10
  /// Of wide tables only the columns with the fewest values can be determinants in pairs.
  static let mostPaired = 60

  /// The dependencies, and the share of real and of synthetic rows that keep to them.
  ///
  /// A synthetic row keeps to one where the dependent value is the one that the real table gives for its determinants;
  /// rows whose determinants the real table does not have do not count, and where all are such there is no share.
  static func measure(_ comparison: Comparison) -> [DependencyComparison] {
    let rows = comparison.real.rowCount
    let columns = comparison.columns.indices.map { codes(comparison, column: $0) }
    let varying = columns.indices.filter { columns[$0].realLevels > 1 }
    let candidates = varying.filter { columns[$0].realLevels * support <= rows }
    var found: [DependencyComparison] = []
    var isFunction = Set<[Int]>()

    func add(_ determinants: [Int], _ dependent: Int, _ map: [Int32]) {
      let width = determinants.count == 2 ? columns[determinants[1]].levels : 1
      var (kept, known) = (0, 0)
      for row in 0..<comparison.synthetic.rowCount {
        let (first, second) = (columns[determinants[0]].synthetic[row], columns[determinants.last!].synthetic[row])
        guard first >= 0, second >= 0 else { continue }
        let key = determinants.count == 2 ? Int(first) * width + Int(second) : Int(first)
        guard map[key] >= 0 else { continue }
        known += 1
        if map[key] == columns[dependent].synthetic[row] { kept += 1 }
      }
      found.append(
        DependencyComparison(
          determinants: determinants.map { comparison.columns[$0].name }, dependent: comparison.columns[dependent].name,
          real: 1,
          synthetic: known > 0
            ? Double(kept) / Double(known) : determinants.contains(where: comparison.isEmptied) ? 0 : nil))
    }

    for determinant in candidates {
      for dependent in varying where dependent != determinant {
        guard
          let map = function(
            of: columns[determinant].real, keys: columns[determinant].levels, columns[dependent].real)
        else { continue }
        isFunction.insert([determinant, dependent])
        add([determinant], dependent, map)
      }
    }
    let paired = candidates.sorted { (columns[$0].realLevels, $0) < (columns[$1].realLevels, $1) }
      .prefix(mostPaired).sorted()
    for (position, first) in paired.enumerated() {
      for second in paired.dropFirst(position + 1) {
        let (width, keys) = (columns[second].levels, columns[first].levels * columns[second].levels)
        guard keys <= 1 << 22, !isFunction.contains([first, second]), !isFunction.contains([second, first])
        else { continue }
        let joint = zip(columns[first].real, columns[second].real).map { Int32(Int($0) * width + Int($1)) }
        guard Set(joint).count * support <= rows else { continue }
        for dependent in varying where dependent != first && dependent != second {
          guard !isFunction.contains([first, dependent]), !isFunction.contains([second, dependent]),
            let map = function(of: joint, keys: keys, columns[dependent].real)
          else { continue }
          add([first, second], dependent, map)
        }
      }
    }
    return found
  }

  /// A column's values as codes that real and synthetic rows share; a number that the real table lacks is -1.
  private struct Codes {
    var real: [Int32], synthetic: [Int32]
    /// All codes from 0, and those that occur in the real table.
    var levels: Int, realLevels: Int
  }

  private static func codes(_ comparison: Comparison, column: Int) -> Codes {
    switch (comparison.real.columns[column], comparison.synthetic.columns[column]) {
    case (.categories(let real, let levels), .categories(let synthetic, _)):
      return Codes(real: real, synthetic: synthetic, levels: levels, realLevels: Set(real).count)
    case (.numbers(let real), .numbers(let synthetic)):
      // NaN equals nothing, so missing goes by another key: no bits of a number.
      func key(_ number: Double) -> UInt64 { number.isNaN ? .max : (number + 0).bitPattern }
      var codes: [UInt64: Int32] = [:]
      for number in real where codes[key(number)] == nil { codes[key(number)] = Int32(codes.count) }
      return Codes(
        real: real.map { codes[key($0)]! }, synthetic: synthetic.map { codes[key($0)] ?? -1 }, levels: codes.count,
        realLevels: codes.count)
    default: return Codes(real: [], synthetic: [], levels: 0, realLevels: 0)
    }
  }

  /// The value that each key determines, -1 for keys that do not occur; nil where a key has two values.
  private static func function(of keyed: [Int32], keys: Int, _ values: [Int32]) -> [Int32]? {
    var map = [Int32](repeating: -1, count: keys)
    for row in keyed.indices {
      let key = Int(keyed[row])
      if map[key] < 0 { map[key] = values[row] } else if map[key] != values[row] { return nil }
    }
    return map
  }
}
