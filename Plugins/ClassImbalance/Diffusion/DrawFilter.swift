import DiffusionCore
import DownstreamModels
import Neighbours
import Tables

/// Judges drawn rows of rare classes: which are copies, which lie too close to a row of the file, which lie beyond the
/// border.
///
/// *Too close*: nearer to a row of the class than `closeness` times that row's distance to the next row of the class.
/// Numbers count in deviations of the whole column, a category that differs as one deviation.
///
/// *Beyond the border*: forests (``ClassForests``) give the row a probability of its class that is below the `border`
/// quantile of what they give the class's own rows, each judged by the one forest that has not seen it. So a class is never held to be purer than it is, and where
/// it lies scattered among others little is left out.
struct DrawFilter: Sendable {
  enum Judgement: CaseIterable { case kept, beyondBorder, tooClose, copy }

  private let table: Table, schema: Schema, classes: ClassCounts
  private var closeness: Double
  private let border: Double, threads: Int
  /// Nil where no row can lie beyond the border.
  private let forests: ClassForests?
  /// The deviation of each column of numbers.
  private let deviations: [Double]
  /// Columns that tell nothing of a copy: identifiers and texts.
  let ignoredColumns: Set<String>

  init(
    _ table: Table, schema: Schema, classes: ClassCounts, closeness: Double, border: Double,
    rowsOfClass: Int = ClassForests.mostRowsOfClass, seed: UInt64, threads: Int
  ) throws(DownstreamError) {
    self.table = table
    self.schema = schema
    self.classes = classes
    self.closeness = closeness
    self.border = border
    self.threads = threads
    let features = FeatureTable(table, schema: schema, target: classes.target)
    ignoredColumns = Set(features.others.map { table.columns[$0].name })
    deviations = features.numbers.map { column in
      let deviation = Moments.deviation(column.values)
      return deviation > 0 ? deviation : 1
    }
    forests =
      border > 0 ? try ClassForests(features, classes, rowsOfClass: rowsOfClass, seed: seed, threads: threads) : nil
  }

  /// The same without the look for rows that lie close to one of the file.
  var withoutComparing: DrawFilter {
    var copy = self
    copy.closeness = 0
    return copy
  }

  /// How far each row of a class is from the next row of it.
  func spacing(of place: Int) -> [Double] {
    guard closeness > 0 else { return [] }
    let features = FeatureTable(table, schema: schema, target: classes.target)
    return space(features).rows(classes.rows(of: place)).nearestOthers(count: 1, threads: threads).distances
  }

  private func space(_ features: FeatureTable) -> NeighbourSpace {
    NeighbourSpace(
      numbers: zip(features.numbers, deviations).map { column, deviation in column.values.map { $0 / deviation } },
      codes: features.categories.map(\.codes), weights: features.categories.map { _ in 1 },
      rowCount: features.rowCount)
  }

  /// Judges rows that were drawn for a class.
  ///
  /// - Parameters:
  ///   - drawn: rows with the columns of the table.
  ///   - bases: the row of the table where each begins; nil: at none.
  ///   - spacing: of the class; see ``spacing(of:)``.
  func judge(_ drawn: Table, bases: [Int]?, place: Int, spacing: [Double]) throws -> [Judgement] {
    let all = try Table.concatenated([table, drawn])
    let features = FeatureTable(all, schema: schema, target: classes.target)
    let rows = Array(table.rowCount..<all.rowCount)
    // A row that equals one of another class contradicts it.
    let areCopies = CopyCount.areCopies(
      all.rows(rows), of: all.rows(0..<table.rowCount), ignoring: ignoredColumns.union([classes.target]))
    let areClose = closeRows(rows, features, place: place, spacing: spacing)
    let areBeyond = rowsBeyondBorder(rows, features, bases: bases, place: place)
    return rows.indices.map { row in
      areCopies[row] ? .copy : areClose[row] ? .tooClose : areBeyond[row] ? .beyondBorder : .kept
    }
  }

  private func closeRows(_ rows: [Int], _ features: FeatureTable, place: Int, spacing: [Double]) -> [Bool] {
    guard closeness > 0 else { return rows.map { _ in false } }
    let space = space(features)
    let nearest = space.rows(classes.rows(of: place)).nearest(to: space.rows(rows), count: 1, threads: threads)
    return rows.indices.map { nearest.distances[$0] < closeness * spacing[Int(nearest.indices[$0])] }
  }

  private func rowsBeyondBorder(_ rows: [Int], _ features: FeatureTable, bases: [Int]?, place: Int) -> [Bool] {
    guard let forests else { return rows.map { _ in false } }
    let own = forests.ownProbabilities[place]
    let least = own[min(Int(border * Double(own.count)), own.count - 1)]
    return forests.probabilities(of: place, features.modelled(rows), bases: bases, threads: threads)
      .map { $0 < least }
  }
}
