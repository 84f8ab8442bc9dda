import Evaluation

/// Columns of made-up results.
enum ExampleColumns {
  /// A column of numbers, or of categories where it has levels.
  struct Column {
    var name: String
    var levels: [String]?
    var range: ClosedRange<Double> = 0...1
    /// How steeply the distribution falls from its first bin or level.
    var slope = 0.25
    var missing = 0.0
    var dates = false
  }

  static let adult: [Column] = [
    Column(name: "age", range: 17...90, slope: -1),
    Column(
      name: "workclass",
      levels: [
        "Private", "Self-emp-not-inc", "Local-gov", "State-gov", "Self-emp-inc", "Federal-gov", "Without-pay",
        "Never-worked",
      ],
      slope: 0.9, missing: 0.056),
    Column(name: "fnlwgt", range: 12_285...664_108, slope: -1),
    Column(
      name: "education",
      levels: [
        "HS-grad", "Some-college", "Bachelors", "Masters", "Assoc-voc", "11th", "Assoc-acdm", "10th", "7th-8th",
        "Prof-school", "9th", "12th", "Doctorate", "5th-6th", "1st-4th", "Preschool",
      ],
      slope: 0.35),
    Column(name: "education-num", range: 0.5...16.5, slope: -1),
    Column(
      name: "marital-status",
      levels: [
        "Married-civ-spouse", "Never-married", "Divorced", "Separated", "Widowed", "Married-spouse-absent",
        "Married-AF-spouse",
      ]),
    Column(
      name: "occupation",
      levels: [
        "Prof-specialty", "Craft-repair", "Exec-managerial", "Adm-clerical", "Sales", "Other-service",
        "Machine-op-inspct", "Transport-moving", "Handlers-cleaners", "(other)",
      ],
      slope: 0.1, missing: 0.057),
    Column(
      name: "relationship", levels: ["Husband", "Not-in-family", "Own-child", "Unmarried", "Wife", "Other-relative"]),
    Column(name: "race", levels: ["White", "Black", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other"], slope: 1.4),
    Column(name: "sex", levels: ["Male", "Female"], slope: 0.7),
    Column(name: "capital-gain", range: 0...99_999, slope: 2.4),
    Column(name: "capital-loss", range: 0...4356, slope: 2.6),
    Column(name: "hours-per-week", range: 0.5...99.5, slope: -1),
    Column(name: "enrolled-on", range: 10_957...14_609, slope: -1, dates: true),
    Column(name: "income", levels: ["<=50K", ">50K"], slope: 1.1),
  ]

  static func wide(_ index: Int) -> Column {
    let words = ["BILL_AMT", "PAY_STATUS", "days_since_last_", "a quite long column name number ", "x"]
    let name = "\(words[index % words.count])\(index + 1)"
    return index % 3 == 2
      ? Column(
        name: name, levels: (1...(index % 23 + 2)).map { "level \($0)" }, slope: 0.2,
        missing: index % 4 == 0 ? 0.02 * Double(index % 7) : 0)
      : Column(name: name, range: -1000...Double(2000 * (index + 1)), slope: index % 2 == 0 ? -1 : 0.4)
  }

  static func compared(_ column: Column, off: Double, _ numbers: inout ExampleNumbers) -> ColumnComparison {
    let count = column.levels?.count ?? 30
    let peak = numbers.uniform(0.25...0.6) * Double(count)
    let real = numbers.normalized(
      (0..<count).map { index in
        guard column.slope < 0 else { return pow(column.slope, index) }
        let distance = (Double(index) - peak) / (0.16 * Double(count))
        return 1 / (1 + distance * distance * distance * distance) + 0.02 * numbers.uniform()
      })
    let myOff = off * numbers.uniform(0.3...3)
    let synthetic = numbers.near(real, off: myOff), holdout = numbers.near(real, off: 0.03)
    let error = zip(real, synthetic).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    let floor = zip(real, holdout).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    let edges = column.levels == nil ? (0...count).map { edge(column, Double($0) / Double(count)) } : nil
    let labels = column.levels ?? (0..<count).map { label(column, edges![$0], edges![$0 + 1]) }
    return ColumnComparison(
      name: column.name, kind: column.levels == nil ? .number : .category, shapeError: Figure(error, floor: floor),
      missing: .init(
        real: column.missing, synthetic: column.missing * (1 + 4 * off * numbers.normal()),
        holdout: column.missing * 1.02),
      coverage: Figure(numbers.uniform(0.95...1), floor: 0.99),
      rangeViolations: Figure(error > 0.05 ? error / 10 : 0, floor: 0),
      typeViolations: Figure(0, floor: 0), givesAway: numbers.uniform(0.01...0.2),
      distribution: .init(edges: edges, labels: labels, real: real, synthetic: synthetic, holdout: holdout))
  }

  private static func edge(_ column: Column, _ share: Double) -> Double {
    column.range.lowerBound + share * (column.range.upperBound - column.range.lowerBound)
  }

  private static func label(_ column: Column, _ low: Double, _ high: Double) -> String {
    guard column.dates else { return "\(low) – \(high)" }
    let date = { (day: Double) in
      let months = Int((day - 10_957) / 30.44)
      return "\(2000 + months / 12)-\(months % 12 + 1 < 10 ? "0" : "")\(months % 12 + 1)-01"
    }
    return "\(date(low)) – \(date(high))"
  }

  /// e^(−slope · index).
  private static func pow(_ slope: Double, _ index: Int) -> Double {
    (0..<index).reduce(1) { value, _ in value / (1 + slope) }
  }

  static func pairs(_ names: [String], off: Double, _ numbers: inout ExampleNumbers) -> PairDetails {
    let count = names.count
    var real = [[Double?]](repeating: [Double?](repeating: 1, count: count), count: count)
    var synthetic = real, error = [[Double?]](repeating: [Double?](repeating: nil, count: count), count: count)
    for row in 0..<count {
      for column in 0..<row {
        let bond =
          numbers.uniform() < 0.04 && count > 20
          ? nil : max(-1, min(1, numbers.normal() * 0.35 / (1 + 0.1 * Double(row - column))))
        let change = off * numbers.normal()
        real[row][column] = bond
        synthetic[row][column] = bond.map { max(-1, min(1, $0 + change)) }
        error[row][column] = bond == nil ? nil : abs(change) / 2
        real[column][row] = real[row][column]
        synthetic[column][row] = synthetic[row][column]
        error[column][row] = error[row][column]
      }
    }
    return PairDetails(names: names, real: real, synthetic: synthetic, error: error)
  }
}
