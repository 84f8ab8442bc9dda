import DiffusionCore
import Foundation
import Tables
import Tensors

/// Puts generated codes and numbers together to a table.
struct TableAssembly: Sendable {
  let coding: TableCoding

  func table(_ shards: [MaskedSampler.Rows], _ state: inout DecodingState) -> Table {
    let layout = coding.layout, slots = layout.slots.count, width = coding.columns.count
    let count = shards.reduce(0) { $0 + $1.count }
    func codes(_ column: Int, place: Int = 0) -> [Int32] {
      let slot = layout.slotsOfColumn[column][place]
      return shards.flatMap { shard in (0..<shard.count).map { shard.codes[$0 * slots + slot] } }
    }
    let columns = coding.columns.enumerated().map { index, column -> Column in
      let values: Column.Values
      switch column.content {
      case .levels(let levels):
        let missing = column.hasMissing ? Int32(column.missingCode) : -1
        values = .categories(
          indices: layout.slotsOfColumn[index].isEmpty
            ? Array(repeating: levels.isEmpty ? -1 : 0, count: count) : codes(index).map { $0 == missing ? -1 : $0 },
          levels: levels)
      case .groupedLevels(let levels, let size):
        let missing = column.hasMissing ? Int32(column.missingCode) : -1
        values = .categories(
          indices: zip(codes(index), codes(index, place: 1)).map { group, place in
            group == missing ? -1 : min(group * Int32(size) + place, Int32(levels.count - 1))
          }, levels: levels)
      case .values, .continuous:
        values = .numbers(
          shards.flatMap { shard in (0..<shard.count).map { shard.numbers[$0 * width + index] } })
      case .derived(let derived):
        let cells = codes(derived.source).map { Int(derived.cellOfCode[Int($0)]) }
        switch derived.cells {
        case .numbers(let numbers): values = .numbers(cells.map { numbers[$0] ?? .nan })
        case .levels(let levels):
          values = .categories(
            indices: cells.map { levels[$0] == nil ? -1 : Int32($0) }, levels: levels.compactMap { $0 })
        }
      case .constant(let cell):
        values =
          switch cell {
          case .number(let number): .numbers(Array(repeating: number, count: count))
          case .level(let level): .categories(indices: Array(repeating: 0, count: count), levels: [level])
          }
      case .identifier: values = .texts(state.identifiers(of: index, count: count))
      case .text, .empty: values = .texts(Array(repeating: nil, count: count))
      }
      return Column(name: column.name, values: values)
    }
    return Table(columns: columns)
  }

  /// A generated table with the cells that were given put back.
  func keeping(_ given: Table, in made: Table) -> Table {
    Table(
      columns: zip(given.columns, made.columns).map { old, new in
        let values: Column.Values
        switch (old.values, new.values) {
        case (.numbers(let a), .numbers(let b)): values = .numbers(zip(a, b).map { $0.isNaN ? $1 : $0 })
        case (.texts(let a), .texts(let b)): values = .texts(zip(a, b).map { $0 ?? $1 })
        case (.categories(let a, let aLevels), .categories(let b, let bLevels)):
          var places: [String: Int32] = [:], levels = aLevels
          for (index, level) in aLevels.enumerated() { places[level] = Int32(index) }
          let moved = bLevels.map { level -> Int32 in
            if let place = places[level] { return place }
            levels.append(level)
            places[level] = Int32(levels.count - 1)
            return Int32(levels.count - 1)
          }
          values = .categories(indices: zip(a, b).map { $0 >= 0 ? $0 : $1 < 0 ? -1 : moved[Int($1)] }, levels: levels)
        default: values = old.values
        }
        return Column(name: new.name, values: values)
      })
  }
}
