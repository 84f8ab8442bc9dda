import DiffusionCore

extension OversamplingMethod {
  /// The method as data.
  public var descriptor: MethodDescriptor {
    MethodDescriptor(
      id: kind.rawValue, aliases: kind.aliases, tasks: [.balance], summary: kind.summary, rationale: kind.rationale,
      citation: kind.citation, options: kind.options,
      examples: ["balance fraud.csv --target Class -o balanced.csv --method \(kind.rawValue)"])
  }
}

extension OversamplingMethod.Kind {
  fileprivate var aliases: [String] {
    switch self {
    case .borderlineSMOTE1: ["borderline-smote"]
    case .random: ["random-over-sampling"]
    case .randomSmoothed: ["rose"]
    default: []
    }
  }

  fileprivate var summary: String {
    switch self {
    case .smote: "SMOTE: rows between a rare row and one of its nearest of the same class; numbers alone."
    case .smoteNC: "SMOTE for numbers and categories; a category is the one that most neighbours have."
    case .smoteN: "SMOTE for categories alone: each cell is what most of the nearest rows have."
    case .borderlineSMOTE1: "SMOTE that begins at rare rows near the border to other classes."
    case .borderlineSMOTE2: "SMOTE that begins at border rows and goes towards rows of other classes too."
    case .adasyn: "ADASYN: SMOTE with more rows where rare rows stand among other classes."
    case .random: "Copies of rare rows, drawn at random."
    case .randomSmoothed: "Copies of rare rows with noise on their numbers (smoothed bootstrap, ROSE)."
    }
  }

  fileprivate var rationale: String {
    switch self {
    case .smote:
      "The usual baseline. Columns with great numbers decide which rows are near unless scale is standard. It does not make good models rank better, and their probabilities need correction after it."
    case .smoteNC: "For tables with both numbers and categories. Without categories it is SMOTE."
    case .smoteN: "For tables of categories. Rows are compared by how their categories share out over the classes."
    case .borderlineSMOTE1, .borderlineSMOTE2:
      "Where the classes touch. It makes nothing where no rare row lies at the border."
    case .adasyn: "Where some rare rows are harder than others; it also follows outliers and wrong labels."
    case .random: "Any table, missing values and all. As good as SMOTE for most models, and every new row is a copy."
    case .randomSmoothed: "Numbers without copies; the noise is as wide as few rows call for."
    }
  }

  fileprivate var citation: String {
    switch self {
    case .smote, .smoteNC, .smoteN:
      "Chawla, Bowyer, Hall & Kegelmeyer, SMOTE: synthetic minority over-sampling technique, JAIR 16, 2002"
    case .borderlineSMOTE1, .borderlineSMOTE2: "Han, Wang & Mao, Borderline-SMOTE, ICIC 2005"
    case .adasyn: "He, Bai, Garcia & Li, ADASYN: adaptive synthetic sampling approach, IJCNN 2008"
    case .random:
      "Japkowicz & Stephen, The class imbalance problem: a systematic study, Intelligent Data Analysis 6, 2002"
    case .randomSmoothed:
      "Menardi & Torelli, Training and assessing classification rules with imbalanced data, DMKD 28, 2014"
    }
  }

  fileprivate var options: [OptionDescription] {
    var options: [OptionDescription] = []
    if usesNeighbours {
      options.append(
        OptionDescription(
          "neighbours", .integer(1...10_000), default: .integer(5),
          help: "The number of nearest rows of the class that a new row can go towards."))
    }
    if self == .borderlineSMOTE1 || self == .borderlineSMOTE2 {
      options.append(
        OptionDescription(
          "border-neighbours", .integer(1...10_000), default: .integer(10),
          help: "The number of nearest rows that tell whether a row lies at the border."))
    }
    if self == .randomSmoothed {
      options.append(
        OptionDescription(
          "shrinkage", .number(0...1000), default: .number(1),
          help: "The width of the noise, as a share of the rule's; 0 makes copies."))
    }
    if usesNeighbours, self != .smoteN {
      options.append(
        OptionDescription(
          "scale", .choice(["none", "standard"]), default: .text("none"),
          help:
            "What numbers are divided by when rows are compared: nothing, or each column's standard deviation, so that columns count alike."
        ))
    }
    options.append(
      OptionDescription(
        "compatible", .flag, default: .flag(false),
        help:
          "Does all as imbalanced-learn 0.14 with random_state=seed: numbers are not rounded to their column's digits, ties and twins are treated as there."
      ))
    return options
  }
}
