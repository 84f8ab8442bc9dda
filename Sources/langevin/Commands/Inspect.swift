import ArgumentParser
import Foundation
import Tables

/// Shows what a table is taken for and what to beware of.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what a CSV file is taken for, and what to beware of.",
    discussion: """
      Examples:
        langevin inspect people.csv
        langevin inspect people.csv --target income --json
        langevin inspect people.csv --schema schema.json

      Edit the schema and give it back: langevin synth people.csv -o synthetic.csv --schema schema.json
      """)

  @Argument(
    help: .init(
      "The table: .csv or .csv.gz, sqlite:FILE?table=NAME, - for standard input.", valueName: "data.csv"),
    completion: .file(extensions: ["csv", "gz"]))
  var data: String

  @Option(
    name: .customLong("schema"),
    help: .init("Writes the schema as JSON to this file, - for standard output.", valueName: "schema.json"),
    completion: .file(extensions: ["json"]))
  var schemaOutput: String?

  @Option(
    help: .init("The column that is to be predicted from the others; the last one by default.", valueName: "column"))
  var target: String?

  @OptionGroup(title: "Reading") var reading: FormatOptions

  @Flag(help: "Writes one JSON object.")
  var json = false

  func run() throws {
    var files = RunFiles()
    try files.read(data, as: "the data")
    let place = try schemaOutput.map { try files.place($0, as: "--schema") }
    let found = try CSVReader(at: data, options: try reading.csvOptions()).read()
    if let target { _ = try found.schema.column(named: target) }
    let inspection = Inspection(of: found, file: data, target: target)
    if let place {
      try place.write(try found.schema.json() + "\n")
      if place.isStream { return }
    }
    if json {
      try StandardOutput.write(inspection.line)
    } else {
      try StandardOutput.write(InspectionText(inspection, width: Terminal.width(of: 1), terminal: .standardOutput).text)
    }
  }
}
