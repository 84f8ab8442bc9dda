import DiffusionCore
import DiffusionTesting
import Tables
import Tensors
import Testing

/// The simplest encoder: levels by index after one for missing, numbers in units of their deviation after a code for missing,
/// all else left empty. It can be broken on purpose in one way at a time.
struct PlainEncoder: DataEncoder {
  enum Fault: String, Codable, CaseIterable {
    case fits, slots, cells, pure, roundTrip = "round trip", missing, precision, unknownCells = "unknown cells",
      refuses,
      coding
  }
  struct Failure: Error {}

  var fault: Fault?

  func fitted(to table: Table, schema: Schema, random: RandomStream) throws -> FittedPlainEncoder {
    if fault == .fits { throw Failure() }
    return FittedPlainEncoder(
      columns: table.columns.map { column in
        switch column.values {
        case .numbers(let values):
          let present = values.filter { !$0.isNaN }
          let mean = present.reduce(0, +) / Double(max(present.count, 1))
          let squares = present.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
          let deviation = (squares / Double(max(present.count, 1))).squareRoot()
          return .init(name: column.name, kind: .number(mean: mean, deviation: deviation == 0 ? 1 : deviation))
        case .categories(_, let levels): return .init(name: column.name, kind: .levels(levels))
        case .texts: return .init(name: column.name, kind: .text)
        }
      }, fault: fault)
  }
}

struct FittedPlainEncoder: FittedEncoder {
  struct Column: Codable {
    enum Kind: Codable { case number(mean: Double, deviation: Double), levels([String]), text }
    var name: String
    var kind: Kind
  }
  let columns: [Column]
  let fault: PlainEncoder.Fault?
  private enum CodingKeys: String, CodingKey { case columns, fault }

  var slots: [CellSlot] {
    var slots: [CellSlot] = [], scores = 0
    for (index, column) in columns.enumerated() {
      switch column.kind {
      case .levels(let levels): slots.append(CellSlot(.category(levels.count + 1), column: index))
      case .number:
        let follows = fault == .slots ? slots.count + 1 : slots.count
        slots.append(CellSlot(.category(2), column: index))
        slots.append(CellSlot(.number, column: index, follows: follows, score: scores))
        scores += 1
      case .text: break
      }
    }
    return slots
  }

  func precision(of column: Int) -> Double { fault == .precision ? 1e9 : 1e-3 }

  func encode(_ table: Table, missingIsUnknown: Bool, random: RandomStream) throws -> Cells {
    let slots = slots
    var random = fault == .pure ? RandomStream(seed: .random(in: 0...UInt64.max)) : random
    var cells = Cells(unknownRows: table.rowCount, slots: slots.count, scores: scoreCount)
    for (index, slot) in slots.enumerated() where slot.follows == nil {
      guard let place = table.columns.firstIndex(where: { $0.name == columns[slot.column].name }) else {
        throw PlainEncoder.Failure()
      }
      let column = table.columns[place]
      for row in 0..<table.rowCount where !(missingIsUnknown && column.isMissing(row)) || fault == .unknownCells {
        let at = row * slots.count + index
        switch (columns[slot.column].kind, column.values) {
        case (.levels(let levels), .categories(let indices, let found)):
          guard indices[row] >= 0 else { cells.codes[at] = 0; continue }
          let code = levels.firstIndex(of: found[Int(indices[row])])
          guard let code = code ?? (fault == .refuses ? 0 : nil) else { throw PlainEncoder.Failure() }
          cells.codes[at] = Int32(code + 1) + (fault == .cells ? 1 : 0)
        case (.number(let mean, let deviation), .numbers(let values)):
          let isMissing = values[row].isNaN
          cells.codes[at] = isMissing ? 0 : 1
          cells.codes[at + 1] = isMissing ? Cells.notApplicable : 0
          let noise = fault == .pure ? 1e-9 * random.uniformDouble() : 0
          cells.scores[row * scoreCount + slots[index + 1].score!] =
            isMissing ? 0 : Float((values[row] - mean) / deviation + noise)
        default: throw PlainEncoder.Failure()
        }
      }
    }
    if fault == .pure, !cells.scores.isEmpty { cells.scores[0] += random.uniform() * 1e-6 }
    return cells
  }

  func decode(_ cells: Cells, _ state: inout DecodingState) -> Table {
    let slots = slots
    return Table(
      columns: columns.enumerated().map { index, column in
        let own = slots.firstIndex { $0.column == index } ?? 0
        let codes = (0..<cells.rows).map { cells.codes[$0 * slots.count + own] }
        let values: Tables.Column.Values
        switch column.kind {
        case .levels(let levels):
          let shift: Int32 = fault == .missing ? 0 : 1
          values = .categories(indices: codes.map { $0 - shift }, levels: levels + [""])
        case .number(let mean, let deviation):
          let scale = fault == .roundTrip ? deviation * 1.01 : deviation
          values = .numbers(
            codes.enumerated().map { row, code in
              code == 0 ? .nan : mean + scale * Double(cells.scores[row * scoreCount + slots[own + 1].score!])
            })
        case .text: values = .texts(Array(repeating: nil, count: cells.rows))
        }
        return Tables.Column(name: column.name, values: values)
      })
  }
}

extension FittedPlainEncoder {
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let fault = try container.decodeIfPresent(PlainEncoder.Fault.self, forKey: .fault)
    let columns = try container.decode([Column].self, forKey: .columns)
    self.init(columns: fault == .coding ? columns.reversed() : columns, fault: fault)
  }
}

@Suite struct DataEncoderLawsTests {
  @Test func aSoundEncoderPasses() throws { try checkDataEncoder(PlainEncoder()) }

  @Test(arguments: PlainEncoder.Fault.allCases) func theKitCatchesEachFault(fault: PlainEncoder.Fault) {
    let failure = #expect(throws: ConformanceFailure.self) { try checkDataEncoder(PlainEncoder(fault: fault)) }
    #expect(failure?.breaks(fault.rawValue) == true, "\(failure?.description ?? "")")
  }

  @Test func cellsAreWholeRows() {
    let cells = Cells(unknownRows: 3, slots: 2, scores: 1)
    #expect(cells.codes == Array(repeating: Cells.unknown, count: 6) && cells.scores == [0, 0, 0])
  }

  @Test func piecesOfIdentifiersAreOneSeries() {
    let generator = IdentifierGenerator(pattern: .numbered(prefix: "id"), avoiding: [])
    var whole = DecodingState(random: RandomStream(seed: 1), identifiers: [2: generator]), parts = whole
    let all = whole.identifiers(of: 2, count: 5)
    #expect(parts.identifiers(of: 2, count: 2) + parts.identifiers(of: 2, count: 3) == all)
    #expect(Set(all).count == 5 && whole.identifiers(of: 0, count: 1) == [nil])
  }
}
