import DiffusionCore
import Tables
import Tensors
import Testing

@testable import ClassImbalance

/// Numbers whose squares overflow or vanish.
@Suite struct ExtremeNumbersTests {
  private static let most = Double.greatestFiniteMagnitude

  @Test func `A deviation is finite whatever the numbers`() {
    #expect(Moments.deviation([1, 2, 3, 4]) == 1.25.squareRoot())
    #expect(Moments.deviation([-Self.most, Self.most]) == Self.most)
    #expect(abs(Moments.deviation([-1e300, 1e300, 0]) / 1e300 - (2.0 / 3).squareRoot()) < 1e-12)
    #expect(abs(Moments.deviation([1e-310, 3e-310]) / 1e-310 - 1) < 1e-9)
    for isAlone in [true, false] {
      let found = Moments.deviation([0, 1e308, -1e308], rows: [1, 2], isAlone: isAlone)
      #expect(abs(found / 1e308 - 1) < 1e-12)
    }
  }

  /// Two columns and two classes; the rare rows lie apart in the first column.
  private static func table(_ scale: Double) -> (Table, Schema) {
    var random = RandomStream(seed: 3)
    let rows = 60, isRare = (0..<rows).map { $0 % 4 == 0 }
    let wide = isRare.map { ($0 ? 0.6 : -0.6) + 0.3 * (random.uniformDouble() - 0.5) }
    let narrow = isRare.map { _ in Double(random.integer(below: 100)) }
    return Tabular.table([
      Tabular.numbers("wide", wide.map { $0 * scale }, kind: .decimal(digits: 3)),
      Tabular.numbers("narrow", narrow, kind: .integer),
      Tabular.categories("class", isRare.map { $0 ? "rare" : "common" }),
      Tabular.categories("kind", isRare.indices.map { $0 % 2 == 0 ? "a" : "b" }),
    ])
  }

  @Test(
    arguments: [OversamplingMethod.Kind.smote, .smoteNC, .borderlineSMOTE2, .adasyn, .random, .randomSmoothed],
    [1e308, 1e200, 1e19, 1e-300])
  func `New rows are finite and within the range`(kind: OversamplingMethod.Kind, scale: Double) throws {
    var (table, schema) = Self.table(scale)
    if kind != .smoteNC {
      table.columns.removeLast()
      schema.columns.removeLast()
    }
    schema.columns[0].notation = .init(minimumDigits: 0, isShortest: true)
    do {
      let made = try Tabular.balance(table, schema, kind, ratio: "rare=40", seed: 5)
      guard case .numbers(let old)? = table["wide"]?.values, case .numbers(let new)? = made.rows["wide"]?.values else {
        Issue.record("a column changed its kind")
        return
      }
      #expect(new.count == 25)
      #expect(new.allSatisfy { $0 >= old.min()! && $0 <= old.max()! })
    } catch let error as BalanceError {
      // Where no rare row has another class beside it there is nothing to make.
      #expect(kind == .borderlineSMOTE2 || kind == .adasyn)
      guard case .noBase = error else { throw error }
    }
  }

  @Test func `Classes beyond the range of whole numbers are spelt as a file spells them`() throws {
    let values = [1e19, 2e19, 1e19, -5, 9_007_199_254_740_992, -5, 1e19, 1e308]
    let (column, schema) = Tabular.numbers("y", values, kind: .decimal(digits: 0))
    let classes = try ClassCounts(of: "y", in: Table(columns: [column]), schema: Schema(columns: [schema]))
    #expect(classes.labels == ["-5", "9007199254740992", "1e+19", "2e+19", "1e+308"])
    #expect(classes.counts == [2, 1, 3, 1, 1])
  }
}
