import DiffusionCore
import Tables

extension CellCoding: StoredContents {
  /// Checks the coding by itself; ``check(_:schema:)`` is for one whose schema is known.
  public func check(_ field: StoredField) throws(ArchiveError) {
    try field("forms").count(forms.count, names.count)
    try field("names").distinct(names)
    for (place, form) in forms.enumerated() {
      let own = field("forms")[place]
      switch form {
      case .number(let mean, let deviation, let rounding, let range):
        try own("mean").finite(mean)
        try own("deviation").require(deviation >= 0, "\(deviation)", "a number from 0 on")
        try own("rounding").checked(rounding)
        try own("range").ascending([range.lowerBound, range.upperBound])
      case .levels(let levels):
        try own("levels").require(!levels.isEmpty, "no levels", "at least one")
        try own("levels").distinct(levels)
      case .empty, .unmodelled: break
      }
    }
    let coded = forms.indices.filter {
      switch forms[$0] {
      case .number, .levels: true
      case .empty, .unmodelled: false
      }
    }
    try field("modelled").require(modelled == coded, "\(modelled)", "the columns that have numbers or levels")
    for (place, dependency) in dependencies.enumerated() {
      try field("dependencies")[place].checked(dependency, columns: names.count)
    }
  }

  /// Checks the coding of a table with a schema: each column is held as its kind says.
  public func check(_ field: StoredField, schema: Schema) throws(ArchiveError) {
    try check(field)
    try field("names").require(names == schema.columns.map(\.name), "other names", "those of the schema's columns")
    for (place, column) in schema.columns.enumerated() {
      let own = field("forms")[place]
      switch forms[place] {
      case .number: try own.require(column.kind.isNumeric, "a number", "what a column of kind \(column.kind.name) is")
      case .levels: try own.require(column.kind.isCategorical, "levels", "what a column of kind \(column.kind.name) is")
      case .unmodelled:
        try own.require(
          !column.kind.isNumeric && !column.kind.isCategorical, "nothing",
          "what a column of kind \(column.kind.name) is")
      case .empty:
        // A column with values has some that were seen.
        try own.require(
          column.minimum == nil || column.missingCount > 0, "no values", "those between the schema's ends")
      }
    }
  }
}

extension StoredField {
  /// Checks a value by its own rules.
  public func checked(_ value: some StoredContents) throws(ArchiveError) { try value.check(self) }

  fileprivate func checked(_ dependency: FunctionalDependency, columns: Int) throws(ArchiveError) {
    try self("source").index(dependency.source, below: columns)
    try self("target").index(dependency.target, below: columns)
    try self("target").require(
      dependency.source != dependency.target, "\(dependency.target)", "another column than the source")
    for (place, pair) in dependency.pairs.enumerated() {
      for case .number(let number) in [pair.source, pair.target] { try self("pairs")[place].finite(number) }
    }
  }
}

extension FunctionalDependency {
  /// Checks a dependency of a table with so many columns.
  public func check(_ field: StoredField, columns: Int) throws(ArchiveError) {
    try field.checked(self, columns: columns)
  }

  /// Whether each of some numbers, and of some levels, has a value that follows from it.
  public func covers(numbers: [Double], levels: [String]) -> Bool {
    let known = Set(pairs.map(\.source))
    return numbers.allSatisfy { known.contains(.number($0)) } && levels.allSatisfy { known.contains(.level($0)) }
  }

  /// The values that follow: numbers, and levels.
  public var images: (numbers: [Double], levels: [String]) {
    var numbers: [Double] = [], levels: [String] = []
    for pair in pairs {
      switch pair.target {
      case .number(let number): numbers.append(number)
      case .level(let level): levels.append(level)
      }
    }
    return (numbers, levels)
  }
}
