import ArgumentParser
import Evaluation

/// What synthetic rows are judged by.
struct JudgingOptions: ParsableArguments {
  @Option(
    help: .init(
      "The column that models are to predict, or 'none'. The last one that can be predicted by default.",
      valueName: "column"))
  var target: String?

  @Option(
    help: .init(
      "What is predicted: classification or regression. By default classes where the target is a category or has at most \(ComparisonTables.mostClasses) whole numbers.",
      valueName: "task"),
    transform: { text in
      guard let task = UtilityDetails.Task(rawValue: text) else {
        throw ValidationError("--task is classification or regression")
      }
      return task
    })
  var task: UtilityDetails.Task?

  @Option(
    help: .init(
      "Repeats of every figure, for intervals; with one synthetic table on random halves of its rows.",
      valueName: "number"))
  var repeats = 1

  @Option(
    help: .init(
      "A column that names rows that belong together, such as a patient's: held-out rows of a group that was learned judge nothing.",
      valueName: "column"))
  var group: String?

  func validate() throws {
    guard (1...1000).contains(repeats) else { throw ValidationError("--repeats is a number from 1 to 1000") }
  }
}
