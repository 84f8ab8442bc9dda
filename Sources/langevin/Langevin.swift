import ArgumentParser

/// The `langevin` command: its subcommands are in the files beside this one.
@main
struct Langevin: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "langevin",
    abstract: "Diffusion models for tables and time series.")
}
