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

    struct Givers: Codable {
      var neighbours: Int, rows: Int, levels: [Int]
    }
  }

  func archive() throws -> ModelArchive {
    var archive = ModelArchive(metadata: ["method": method])
    var contents = Contents(schema: schema, cells: cells)
    switch filler {
    case .chain(let chain): try archive.add(chain, named: Self.chainKey)
    case .donors(let donors):
      let matrix = donors.matrix
      contents.donors = Contents.Givers(
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
    let width = contents.cells.modelled.count
    let filler: Filler
    if let givers = contents.donors {
      guard givers.levels.count == width else {
        throw ArchiveError(.metadata(key: "model", reason: "its parts do not fit together"), file: archive.file)
      }
      filler = .donors(
        Donors(
          matrix: CellMatrix(
            cells: DenseCells(
              values: try archive.tensor("cells", shape: [width, givers.rows]).tensor().values,
              isCategory: givers.levels.map { $0 > 0 }, rows: givers.rows),
            missing: try (0..<width).map { try archive.tensor("missing.\($0)").integers(Int32.self) },
            levels: givers.levels), neighbours: givers.neighbours))
    } else {
      filler = .chain(try archive.chain(named: Self.chainKey, columns: width))
    }
    self.init(method: method, schema: contents.schema, cells: contents.cells, filler: filler)
  }
}
