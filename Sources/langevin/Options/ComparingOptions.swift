import ArgumentParser

/// Whether arms are compared, and how.
struct ComparingOptions: ParsableArguments {
  @Flag(
    help:
      "Writes no table: compares doing nothing, class weights, a focal loss, random, smote, smote-nc, adasyn and diffusion, as far as they suit the columns, on held-out real rows, and says what to do."
  )
  var compare = false

  @Option(
    help: .init("With --compare, writes the report as one HTML file.", valueName: "report.html"),
    completion: .file(extensions: ["html"]))
  var html: String?

  @Option(
    parsing: .unconditional,
    help: .init("With --compare, the parts of the rows that are held out in turn. 5 by default.", valueName: "number"))
  var folds: Int?

  @Option(
    parsing: .unconditional,
    help: .init(
      "With --compare, how often that is done, each time with other parts. 1 by default.", valueName: "number")
  )
  var repeats: Int?

  @Option(
    parsing: .unconditional,
    help: .init(
      "With --compare, a column that names rows that belong together, such as a patient's: they stay in one part, and models do not learn the column.",
      valueName: "column"))
  var group: String?

  func validate() throws {
    if !compare, html != nil || folds != nil || repeats != nil || group != nil {
      throw ValidationError("--html, --folds, --repeats and --group need --compare")
    }
    if let folds, !(2...20).contains(folds) { throw ValidationError("--folds is a number from 2 to 20") }
    if let repeats, !(1...100).contains(repeats) { throw ValidationError("--repeats is a number from 1 to 100") }
  }
}
