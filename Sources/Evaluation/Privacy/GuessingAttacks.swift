import DownstreamModels
import Foundation
import Neighbours
import Tensors

/// Linkability and inference: attacks by someone who knows some columns of a person and looks for the nearest synthetic row
/// by Gower's distance.
///
/// - *Linkability*: the nearest by one half of the columns and the nearest by the other half are the same synthetic row: it
///   would tell the holder of one half whose the other is. The baseline draws two rows at random.
/// - *Inference*: the nearest row by all columns but one tells the one: exactly for categories, within 5 % of its magnitude
///   or of the column's range, whichever is less, for numbers (of either sign); missing where it is missing. The
///   baseline is the secret of a random synthetic row. The secrets are the columns that vary, the 16 with the most
///   entropy where there are more.
///
/// The control is the same on held-out rows. Rows that repeat count once, and the denominators are the attempts made.
///
/// The figure of inference is the column whose risk has the greatest lower end, with the interval of 1 − 0.05 / m for m
/// columns (O. Dunn, "Multiple comparisons among means", JASA 56, 1961).
///
/// Source: M. Giomi et al., PETS 2023, sections 5.2 and 5.3.
struct GuessingAttacks {
  /// Rows without repetitions.
  let real: Features, synthetic: Features, holdout: Features?
  let columns: [Comparison.Column]
  let random: RandomStream
  let threads: Int
  var wanted = 1_000, mostSecrets = 16, tolerance = 0.05

  /// The places of the tables in the space.
  private static let realPlace = 0, syntheticPlace = 1, holdoutPlace = 2

  /// The attacks, inference once a secret, and the risk of the worst secret.
  struct Result: Sendable {
    var linkability: PrivacyDetails.Attack, inference: [PrivacyDetails.Attack], worst: Figure
  }

  func run() -> Result {
    guard columns.count >= 2, real.rowCount > 0, synthetic.rowCount > 0 else {
      let why = "it takes two columns and rows on both sides"
      return Result(
        linkability: AttackTally.none.attack(.linkability, impossible: why), inference: [],
        worst: Figure(notApplicable: why))
    }
    let tables = [real, synthetic] + (holdout.map { [$0] } ?? [])
    let space = GowerSpace(
      tables: tables.map { table in
        table.columns.map { column in
          switch column {
          case .numbers(let numbers): .numbers(numbers)
          case .categories(let codes, _): .codes(codes)
          }
        }
      }, rowCounts: tables.map(\.rowCount))
    let targets = sample(real, 0), controls = holdout.map { sample($0, 1) }
    let (inference, worst) = inference(space, targets, controls)
    return Result(linkability: linkability(space, targets, controls), inference: inference, worst: worst)
  }

  private func sample(_ table: Features, _ label: UInt64) -> [Int] {
    var stream = random.child(label)
    return Array(stream.permutation(table.rowCount).prefix(wanted))
  }

  private func linkability(_ space: GowerSpace, _ targets: [Int], _ controls: [Int]?) -> PrivacyDetails.Attack {
    // Neighbouring columns are often kin: every other one goes to the other side.
    let one = Array(stride(from: 0, to: columns.count, by: 2)), other = Array(stride(from: 1, to: columns.count, by: 2))
    func links(_ rows: [Int], of table: Int, _ label: UInt64) -> Int {
      let found = [one, other].enumerated().map { side, columns in
        space.nearest(
          among: Self.syntheticPlace, to: rows, of: table, by: columns, random: random.child(label + UInt64(side)),
          threads: threads)
      }
      return zip(found[0], found[1]).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
    }
    var stream = random.child(2)
    let guesses = targets.reduce(0) { sum, _ in
      let first = stream.integer(below: synthetic.rowCount), second = stream.integer(below: synthetic.rowCount)
      return sum + (first == second ? 1 : 0)
    }
    return AttackTally(
      attempts: targets.count, successes: links(targets, of: Self.realPlace, 10),
      control: controls.map { ($0.count, Double(links($0, of: Self.holdoutPlace, 20))) },
      baselineAttempts: targets.count, baselineSuccesses: guesses
    ).attack(.linkability)
  }

  private func inference(
    _ space: GowerSpace, _ targets: [Int], _ controls: [Int]?
  ) -> ([PrivacyDetails.Attack], worst: Figure) {
    let secrets = secretColumns()
    guard !secrets.isEmpty else { return ([], Figure(notApplicable: "no column of the real table varies")) }
    func guesses(_ rows: [Int], of table: Int, _ label: UInt64) -> [[Int32]] {
      space.nearest(
        among: Self.syntheticPlace, to: rows, of: table, leavingOutEach: secrets, random: random.child(label),
        threads: threads)
    }
    let found = guesses(targets, of: Self.realPlace, 30)
    let foundControls = controls.map { guesses($0, of: Self.holdoutPlace, 40) }
    let tallies = secrets.enumerated().map { place, column in
      var stream = random.child(50 + UInt64(column))
      let margin = tolerance * range(real.columns[column])
      func successes(_ table: Features, _ rows: [Int], _ guessed: (Int) -> Int) -> Int {
        rows.indices.reduce(0) {
          $0 + (agrees(table.columns[column], rows[$1], guessed($1), column, margin) ? 1 : 0)
        }
      }
      return AttackTally(
        attempts: targets.count, successes: successes(real, targets) { Int(found[place][$0]) },
        control: holdout.flatMap { holdout in
          controls.map { rows in (rows.count, Double(successes(holdout, rows) { Int(foundControls![place][$0]) })) }
        },
        baselineAttempts: targets.count,
        baselineSuccesses: successes(real, targets) { _ in stream.integer(below: synthetic.rowCount) })
    }
    // The worst of many columns would look risky by chance alone.
    let z = NormalDistribution.quantile(1 - 0.025 / Double(secrets.count))
    let worst = tallies.map { $0.risk(z: z) }.max {
      ($0.interval?.low ?? 0, $0.value ?? 0) < ($1.interval?.low ?? 0, $1.value ?? 0)
    }
    return (
      zip(tallies, secrets).map { $0.attack(.inference, column: columns[$1].name) },
      worst ?? Figure(notApplicable: "no column of the real table varies")
    )
  }

  private func agrees(_ secrets: FeatureColumn, _ row: Int, _ guess: Int, _ column: Int, _ margin: Double) -> Bool {
    switch (secrets, synthetic.columns[column]) {
    case (.numbers(let truths), .numbers(let guesses)):
      let truth = truths[row], guess = guesses[guess]
      guard !truth.isNaN && !guess.isNaN else { return truth.isNaN && guess.isNaN }
      return abs(guess - truth) <= min(margin, tolerance * abs(truth))
    case (.categories(let truths, _), .categories(let guesses, _)): return truths[row] == guesses[guess]
    default: return false
    }
  }

  private func range(_ column: FeatureColumn) -> Double {
    guard case .numbers(let numbers) = column else { return 0 }
    let known = numbers.filter(\.isFinite)
    return (known.max() ?? 0) - (known.min() ?? 0)
  }

  private func secretColumns() -> [Int] {
    let entropies = real.columns.map(Self.entropy)
    let varying = columns.indices.filter { entropies[$0] > 0 }
    return varying.sorted { (entropies[$1], $0) < (entropies[$0], $1) }.prefix(mostSecrets).sorted()
  }

  /// The entropy of a column's values in nats, at most that of 20 that are alike.
  private static func entropy(_ column: FeatureColumn) -> Double {
    var counts: [UInt64: Int] = [:]
    switch column {
    case .numbers(let numbers):
      for number in numbers { counts[number.isNaN ? .max : (number + 0).bitPattern, default: 0] += 1 }
    case .categories(let codes, _): for code in codes { counts[UInt64(UInt32(bitPattern: code)), default: 0] += 1 }
    }
    guard counts.count > 1 else { return 0 }
    // Summed in order: a dictionary's own order is another in every run.
    let total = Double(column.count)
    return min(log(20), counts.values.sorted().reduce(0) { $0 - Double($1) / total * log(Double($1) / total) })
  }
}
