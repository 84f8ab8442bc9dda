import Evaluation

/// Made-up results for the report: numbers as a good run on the adult table has them.
enum ExampleResults {
  /// Fifteen columns, everything measured.
  static var adult: EvaluationResult { make(ExampleColumns.adult, seed: 1) }

  /// Fifty columns with long names.
  static var wide: EvaluationResult {
    make((0..<50).map { ExampleColumns.wide($0) }, seed: 2)
  }

  /// A table that is bad in every way.
  static var poor: EvaluationResult {
    var result = make(ExampleColumns.adult, seed: 3, quality: 12)
    result.verdict = Verdict(
      alike: .init(
        .red, "The synthetic rows differ clearly from the real ones.",
        because: "Columns differ by 14% (unseen real rows by 0.6%)."),
      safe: .init(
        .amber, "Some rows are closer to real ones than chance explains: look before you share.",
        because: "1.9% of the rows equal a real one (among unseen real rows 0.0%)."),
      useful: .init(
        .red, "Models trained on the synthetic rows do much worse than models trained on real ones.",
        because: "AUC 0.71 against 0.93."))
    return result
  }

  /// Names that try to break out of the page.
  static let hostileNames = [
    "<script>alert(1)</script>", "a\" onmouseover=\"alert(2)", "it's & <b>bold</b>", "line\nbreak\tand tab",
    "עברית מימין לשמאל",
    "🧑‍🔬 emoji 表 列", "\u{202E}reversed", "{{mustache}} {{{title}}}", "]]> --> </style></svg>", "control\u{1}\u{8}\u{1F}",
    "quote\"\u{301}and <\u{338}i", "   ", String(repeating: "wide ", count: 60), "nil", "https://example.com/a.png",
    "\u{FFFE}\u{0}",
  ]

  static var hostile: EvaluationResult {
    var result = make(
      hostileNames.enumerated().map { index, name in
        index.isMultiple(of: 2)
          ? ExampleColumns.Column(name: name, levels: Array(hostileNames.prefix(5)))
          : ExampleColumns.Column(name: name, range: -1e-7...1e9)
      }, seed: 4)
    result.subject.real = "<real>&\".csv"
    result.subject.leftOut = ["<id>": "an <identifier> & more"]
    result.notes = ["a <note> & \"more\""]
    result.utility?.target = "<target>"
    result.utility?.classes = ["<no>", "<yes> & \"so\""]
    result.verdict.alike.reason = "<b>because</b> & so"
    return result
  }

  /// Nothing that could be left out is there.
  static var empty: EvaluationResult {
    let none = Figure(notApplicable: "there are no held-out rows")
    return EvaluationResult(
      subject: .init(
        real: "one.csv", synthetic: "two.csv", holdout: nil, realRows: 1, syntheticRows: 1, holdoutRows: nil,
        columns: ["x"], leftOut: [:], seed: 0, repeats: 1, seconds: 0, version: "0.1.0"),
      verdict: Verdict(
        alike: .init(.unknown, "How alike the tables are could not be measured.", because: "one row is too few"),
        safe: .init(.unknown, "How safe the rows are cannot be judged.", because: "no held-out rows were given"),
        useful: .init(.unknown, "How useful the rows are was not measured.", because: "no target was given")),
      figures: Dictionary(uniqueKeysWithValues: FigureID.allCases.map { ($0, none) }),
      columns: [
        ColumnComparison(
          name: "x", kind: .number, shapeError: none, missing: .init(real: 0, synthetic: 0, holdout: nil),
          coverage: none,
          rangeViolations: none, typeViolations: none,
          distribution: .init(edges: [0, 1], labels: ["0 – 1"], real: [1], synthetic: [1], holdout: nil))
      ],
      pairs: PairDetails(names: ["x"], real: [[nil]], synthetic: [[nil]], error: [[nil]]), dependencies: [],
      projection: nil, utility: nil, utilityMissing: "no target was given",
      privacy: PrivacyDetails(
        syntheticToReal: [], syntheticToHoldout: nil, holdoutToReal: nil, ratioSynthetic: [], ratioHoldout: nil,
        attacks: [], membership: nil),
      overlaps: overlaps(1, 0), training: nil, notes: [])
  }

  // MARK: Making

  private static func make(_ columns: [ExampleColumns.Column], seed: UInt64, quality: Double = 1) -> EvaluationResult {
    var numbers = ExampleNumbers(seed: seed)
    let names = columns.map(\.name)
    let compared = columns.map { ExampleColumns.compared($0, off: 0.03 * quality, &numbers) }
    return EvaluationResult(
      subject: .init(
        real: "adult_train.csv", synthetic: "adult_synthetic.csv", holdout: "adult_test.csv", realRows: 32_561,
        syntheticRows: 32_561, holdoutRows: 16_281, columns: names,
        leftOut: ["record_id": "an identifier: every value occurs once"], seed: 7, repeats: 5, seconds: 214.6,
        version: "0.1.0"),
      verdict: Verdict(
        alike: .init(
          .green, "The synthetic rows look like the real ones: columns and their relations are nearly the same.",
          because:
            "Columns differ by 0.6% (unseen real rows by 0.6%); pairs of columns by 1.5% (unseen real rows by 1.8%)."),
        safe: .init(
          .green, "No sign that real people's rows were copied was found; that is no proof of anonymity.",
          because: "49.9% lie nearer to rows learned from than to unseen ones (50% is ideal)."),
        useful: .init(
          .amber, "Models trained on the synthetic rows work, but not as well as models trained on real ones.",
          because: "A model trained on synthetic rows reaches AUC 0.91 on unseen real rows, trained on real ones 0.93.")
      ),
      figures: figures(quality), columns: compared, pairs: ExampleColumns.pairs(names, off: 0.02 * quality, &numbers),
      dependencies: names.count < 5
        ? []
        : [
          DependencyComparison(determinants: [names[3]], dependent: names[4], real: 1, synthetic: 0.987),
          DependencyComparison(determinants: [names[0], names[1]], dependent: names[2], real: 0.995, synthetic: nil),
        ],
      projection: ExampleDetails.projection(off: 0.05 * quality, &numbers),
      utility: ExampleDetails.utility(names, off: 0.01 * quality, &numbers), utilityMissing: nil,
      privacy: ExampleDetails.privacy(names, off: 0.01 * quality, &numbers),
      overlaps: overlaps(32_561, 4, holdout: 16_281),
      losses: quality < 2
        ? []
        : [
          Loss(.level, columns: [names[1]], what: "\(names[1]) 'Private'", real: 0.7, synthetic: 0),
          Loss(
            .region, columns: [names[0], names[2]], what: "\(names[0]) from 30 and \(names[2]) below 5", real: 0.1,
            synthetic: 0.01),
        ],
      training: ExampleDetails.training(&numbers),
      notes: ["Detection used 20,000 rows of each side.", "Distances used 16,281 rows of each table."])
  }

  private static func overlaps(_ rows: Int, _ copies: Int, holdout: Int? = nil) -> OverlapDetails {
    func overlap(_ rows: Int, _ of: Int) -> OverlapDetails.Overlap {
      .init(
        rows: rows, share: Double(rows) / Double(of), byChance: 0.0009,
        near: .init(auc: 0.51, interval: .init(low: 0.5, high: 0.52), close: 0.012, closeByChance: 0.014, rows: 4_000))
    }
    return OverlapDetails(
      repeats: .init(real: copies, synthetic: copies, holdout: holdout.map { _ in copies }, areNatural: true),
      syntheticInReal: overlap(copies, rows), holdoutInReal: holdout.map { overlap(copies, $0) },
      syntheticInHoldout: holdout.map { _ in overlap(copies, rows) },
      allButOneColumn: copies > 0 ? .init(column: "<b>age</b>", share: 0.03, byChance: 0.001) : nil,
      differentRows: rows - copies, differentRowsByChance: Double(rows - copies), fault: nil)
  }

  private static func figures(_ quality: Double) -> [FigureID: Figure] {
    func figure(_ value: Double, _ floor: Double? = nil, _ spread: Double? = nil) -> Figure {
      Figure(value, floor: floor, interval: spread.map { .init(low: max(0, value - $0), high: min(1, value + $0)) })
    }
    let worse = (quality - 1) / 11
    return [
      .shapeError: figure(0.0055 * quality * 2, 0.0063, 0.0004), .trendError: figure(0.0146 * quality, 0.0178, 0.001),
      .trendErrorThresholded: figure(0.021 * quality, 0.019), .trendErrorSharedBins: figure(0.0121 * quality, 0.0133),
      .detectionLogistic: figure(1 - 0.9 * worse, 0.994), .detectionTrees: figure(0.51 + 0.48 * worse, 0.505, 0.008),
      .alphaPrecision: figure(0.985 - 0.4 * worse, 0.99), .betaRecall: figure(0.478 - 0.4 * worse, 0.49),
      .missingRateError: figure(0.0021 * quality, 0.0017), .categoryCoverage: figure(0.983, 0.992),
      .rangeViolations: figure(0, 0.00003), .typeViolations: figure(0, 0), .dependenciesKept: figure(0.974, 0.999),
      .utilitySynthetic: figure(0.912 - 0.2 * worse, nil, 0.004), .utilityReal: figure(0.927),
      .modelRanking: figure(0.87),
      .featureRanking: figure(0.93), .copies: figure(0.00012 + 0.02 * worse, 0.0009),
      .distanceShare: figure(0.499 + 0.2 * worse, nil, 0.006), .neighbourRatio: figure(0.82, 0.83),
      .neighbourRatioBelowThird: figure(0.012, 0.014), .membershipAUC: figure(0.503 + 0.2 * worse, nil, 0.01),
      .singlingOutUnivariate: figure(0.002, nil, 0.01),
      .singlingOutMultivariate: figure(0.011 + 0.3 * worse, nil, 0.02),
      .linkability: figure(0.0008, nil, 0.004),
      .inference: Figure(notApplicable: "fewer than two columns can be guessed"),
    ]
  }
}
