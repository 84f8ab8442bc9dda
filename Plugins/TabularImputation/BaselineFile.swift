import ChainedImputation
import DiffusionCore
import DownstreamModels
import Tables
import Tensors

extension FittedBaseline {
  private static let chainKey = "chain"

  /// What the file says beside a chain and tensors.
  private struct Contents: Codable {
    var schema: Schema
    var cells: CellCoding
    var donors: Givers?
  }

  /// How many rows give values, and how many of them a cell gets one from.
  fileprivate struct Givers: Codable {
    var neighbours: Int, rows: Int, levels: [Int]
  }

  func archive() throws -> ModelArchive {
    var archive = ModelArchive(metadata: ["method": method])
    var contents = Contents(schema: schema, cells: cells)
    switch filler {
    case .chain(let chain): try archive.add(chain, named: Self.chainKey)
    case .donors(let donors):
      let matrix = donors.matrix
      contents.donors = Givers(
        neighbours: donors.neighbours, rows: matrix.rows, levels: matrix.levels)
      archive.add(StoredTensor("cells", Tensor(matrix.cells.values, shape: [matrix.width, matrix.rows])))
      for (column, rows) in matrix.missing.enumerated() {
        archive.add(StoredTensor("missing.\(column)", rows, shape: [rows.count]))
      }
    }
    try archive.set(contents, for: "model")
    return archive
  }

  /// Reads a model back.
  init(_ archive: ModelArchive, method: String) throws {
    let contents: Contents = try archive.value(for: "model")
    let field = StoredField("model", file: archive.file)
    try contents.schema.check(field("schema"))
    try contents.cells.check(field("cells"), schema: contents.schema)
    try field("cells.modelled").require(!contents.cells.modelled.isEmpty, "no columns", "at least one")
    let filler: Filler
    if let givers = contents.donors {
      filler = .donors(try Donors(archive, givers, cells: contents.cells, field("donors")))
    } else {
      filler = .chain(try archive.chain(named: Self.chainKey, cells: contents.cells))
    }
    self.init(method: method, schema: contents.schema, cells: contents.cells, filler: filler)
  }
}

extension Donors {
  /// Reads the rows that give values, and checks that each cell is one of its column's.
  fileprivate init(
    _ archive: ModelArchive, _ givers: FittedBaseline.Givers, cells coding: CellCoding, _ field: StoredField
  ) throws(ArchiveError) {
    let levels = coding.modelled.indices.map { coding.classes($0) }
    try field("levels").require(givers.levels == levels, "\(givers.levels)", "\(levels)")
    try field("rows").within(givers.rows, 0...Int(Int32.max))
    try field("neighbours").within(givers.neighbours, 1...10_000)
    let values = try archive.numbers("cells", shape: [levels.count, givers.rows])
    var missing: [[Int32]] = []
    for (column, count) in levels.enumerated() {
      let own = values[column * givers.rows..<(column + 1) * givers.rows]
      let isFitting =
        count == 0
        ? own.allSatisfy { abs($0) <= 1e6 } : own.allSatisfy { $0 >= 0 && $0 < Float(count) && $0 == $0.rounded() }
      try StoredField("cells", file: archive.file)[column].require(isFitting, "another value", "those of the column")
      let gaps = try archive.integers("missing.\(column)")
      let areRows =
        gaps.allSatisfy { $0 >= 0 && Int($0) < givers.rows } && zip(gaps, gaps.dropFirst()).allSatisfy { $0 < $1 }
      try StoredField("missing", file: archive.file)[column].require(areRows, "other numbers", "rows in their order")
      missing.append(gaps)
    }
    self.init(
      matrix: CellMatrix(
        cells: DenseCells(values: values, isCategory: levels.map { $0 > 0 }, rows: givers.rows), missing: missing,
        levels: levels), neighbours: givers.neighbours)
  }
}
