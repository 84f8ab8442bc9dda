import DiffusionCore
import DownstreamModels
import Tensors

/// Random forests that tell how typical of its class a row is: one a fold, so that the table's own rows are judged by a
/// forest that has not seen them. Classes have equal weight.
struct ClassForests: Sendable {
  private let forests: [any FittedDownstreamModel]
  private let classes: Int
  /// The forest that has not seen a row of the table; nil where none has.
  private let blindForest: [Int: Int]
  /// The probabilities of their own class that rows got out of fold, class by class, ascending.
  let ownProbabilities: [[Double]]

  private static let folds = 5
  /// More rows of a class than this teach a forest no more.
  static let mostRowsOfClass = 10_000

  init(
    _ features: FeatureTable, _ classes: ClassCounts, rowsOfClass: Int = mostRowsOfClass, seed: UInt64, threads: Int
  ) throws(DownstreamError) {
    let random = RandomStream(seed: seed).child(0xb04d), count = classes.labels.count
    let rows = classes.labels.indices.flatMap { place in
      let own = classes.rows(of: place)
      return Folds.sample(rowsOfClass, of: own.count, stream: random.child(UInt64(place))).map { own[$0] }
    }.sorted()
    let known = features.modelled(rows), labels = rows.map { Int(classes.classOfRow[$0]) }
    let weights = labels.map { 1 / Double(min(classes.counts[$0], rowsOfClass)) }
    let fold = Folds.stratified(labels, classes: count, folds: Self.folds, stream: random.child(.max))
    let grown = sideBySide(Self.folds, threads: threads) { number in
      Result { () throws(DownstreamError) in
        let training = labels.indices.filter { fold[$0] != number }
        return try RandomForest(trees: 60).fit(
          known.rows(training), .classes(training.map { labels[$0] }, count: count),
          weights: training.map { weights[$0] }, seed: seed &+ UInt64(number), threads: 1)
      }
    }
    var forests: [any FittedDownstreamModel] = [], own = [[Double]](repeating: [], count: count)
    for (number, result) in grown.enumerated() {
      let forest = try result.get(), held = labels.indices.filter { fold[$0] == number }
      let probabilities = forest.predict(known.rows(held))
      for (place, row) in held.enumerated() {
        own[labels[row]].append(probabilities[place * count + labels[row]])
      }
      forests.append(forest)
    }
    self.forests = forests
    self.classes = count
    blindForest = Dictionary(uniqueKeysWithValues: zip(rows, fold))
    ownProbabilities = own.map { $0.sorted() }
  }

  /// The probability of a class for each of some new rows, by the forest that has not seen the row of the table where the
  /// new one begins: those that have would take what is left of it for typical. Rows that begin at none, or at one that no
  /// forest has seen, are dealt to the forests in turn.
  ///
  /// - Parameter bases: the row of the table where each new one begins.
  func probabilities(of place: Int, _ rows: Features, bases: [Int]?, threads: Int) -> [Double] {
    let judges = (0..<rows.rowCount).map { row in
      bases.flatMap { blindForest[$0[row]] } ?? row % forests.count
    }
    let judged = sideBySide(forests.count, threads: threads) { forest -> [(row: Int, probability: Double)] in
      let own = judges.indices.filter { judges[$0] == forest }
      let predicted = forests[forest].predict(rows.rows(own))
      return own.enumerated().map { ($1, predicted[$0 * classes + place]) }
    }
    var probabilities = [Double](repeating: 0, count: rows.rowCount)
    for (row, probability) in judged.joined() { probabilities[row] = probability }
    return probabilities
  }
}

extension FeatureTable {
  /// Some rows as models take them: a missing number is missing.
  func modelled(_ rows: [Int]) -> Features {
    let columns =
      numbers.map { column in
        FeatureColumn.numbers(
          rows.map { column.missing.isEmpty || !column.missing[$0] ? column.values[$0] : .nan })
      }
      + categories.map { .categories(codes: $0.codes, levels: $0.levels.count).rows(rows) }
    return Features(names: columns.indices.map { "\($0)" }, columns: columns, rowCount: rows.count)
  }
}
