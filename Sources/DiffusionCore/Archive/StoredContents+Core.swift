import Tables

extension Schema: StoredContents {
  /// Checks names, kinds and details as of a schema that a user wrote.
  public func check(_ field: StoredField) throws(ArchiveError) {
    do {
      try validate()
    } catch {
      throw ArchiveError(
        .field(name: field.path, found: "what cannot be (\(error.problem))", expected: "a valid schema"),
        file: field.file)
    }
    for (place, column) in columns.enumerated() {
      let own = field("columns")[place]
      try own("missingCount").within(column.missingCount, 0...StoredField.mostRows)
      for end in [column.minimum, column.maximum].compactMap({ $0 }) { try own("range").finite(end) }
    }
  }
}

extension Rounding: StoredContents {
  /// Checks that every number has a finite nearest one.
  public func check(_ field: StoredField) throws(ArchiveError) {
    try field("decimals").within(decimals, 0...400)
    try field("step").require(step.isFinite && step > 0, "\(step)", "a number above 0")
    if let significant { try field("significant").within(significant, 1...17) }
  }
}

extension IdentifierGenerator: StoredContents {
  /// Checks the pattern.
  public func check(_ field: StoredField) throws(ArchiveError) {
    try field("pattern").require(pattern.flaw == nil, pattern.flaw ?? "", "a pattern that can be followed")
  }
}

extension FitReport: StoredContents {
  /// Checks what pages and messages compute with.
  public func check(_ field: StoredField) throws(ArchiveError) {
    let counts = [
      ("trainingRows", trainingRows), ("heldOutRows", heldOutRows), ("parameters", parameters),
      ("training.steps", training.steps), ("training.bestStep", training.bestStep),
      ("training.turnedAt", training.turnedAt ?? 0),
    ]
    for (name, count) in counts { try field(name).within(count, 0...StoredField.mostRows) }
    if let seconds = training.seconds { try field("training.seconds").within(seconds, 0...1e12) }
    let curve = field("training.curve")
    for (place, point) in training.curve.enumerated() {
      try curve[place]("step").within(point.step, 0...StoredField.mostRows)
      if place > 0 {
        try curve[place]("step").require(
          point.step >= training.curve[place - 1].step, "\(point.step)", "no earlier step than before")
      }
    }
    // Losses are told and drawn: beyond this they would be of no use, and their squares not finite.
    var losses = [trainingLoss, heldOutLoss, training.initialHeldOut].compactMap { $0 }
    losses += training.curve.flatMap { [$0.training, $0.heldOut].compactMap { $0 } }
    losses += (training.byNoise ?? []).flatMap { [$0.training, $0.heldOut] }
    losses += (training.byColumn ?? []).flatMap { [$0.initial, $0.heldOut] }
    try field("training").require(losses.allSatisfy { abs($0) <= 1e15 }, "a loss beyond 1e15", "losses")
    for (place, loss) in (training.byNoise ?? []).enumerated() {
      try field("training.byNoise")[place]("noise").within(loss.noise, 0...1)
    }
  }
}

extension ComponentChoice: StoredContents {
  /// Its options are checked where the component is made.
  public func check(_ field: StoredField) throws(ArchiveError) {
    try field("options").within(options.count, 0...1000)
  }
}

extension SeriesLayout {
  /// Checks that the columns are the schema's, each named once.
  public func check(_ field: StoredField, schema: Schema) throws(ArchiveError) {
    let names = [time] + groups
    try field.distinct(names)
    for name in names + covariates {
      try field.require(schema[name] != nil, "'\(name)'", "a column of the schema")
    }
  }
}
