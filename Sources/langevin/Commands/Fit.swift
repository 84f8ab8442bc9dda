import ArgumentParser
import DiffusionCore

/// Learns a table and writes the model.
struct Fit: TrainingCommand {
  static let name = "fit"
  static let configuration = CommandConfiguration(
    abstract: "Learns a CSV file and writes the model to sample from later.",
    discussion: """
      Examples:
        langevin fit people.csv -o people.langevin
        langevin fit people.csv -o people.langevin --budget 10m --missing '?,NA'

      The model is one safetensors file that holds all it needs. Then:
        langevin sample people.langevin -o synthetic.csv --rows 1000
      """)

  @Argument(
    help: .init("The table: .csv or .csv.gz, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(
    name: [.short, .customLong("output")], parsing: .unconditional,
    help: .init("The model, - for standard output.", valueName: "model.langevin"), completion: .file())
  var output: String

  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Method") var method: MethodOptions
  @OptionGroup(title: "Method") var settings: SettingOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Run") var options: RunOptions
  @OptionGroup(title: "Run") var speaking: SpeakingOptions

  func run() throws {
    let job = try prepared { _ in }.job
    let model = try job.run()
    try ModelFile.write(model, method: job.method.descriptor.id, to: job.place)
    job.removeCheckpoint()
    try tell(job, model)
  }
}
