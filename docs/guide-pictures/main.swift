import Foundation
import Tables

// The pictures of the guides: guide-pictures DATA.csv FOLDER

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
  FileHandle.standardError.write(Data("usage: guide-pictures penguins.csv folder\n".utf8))
  exit(2)
}
let data = try CSVReader(path: arguments[1]).read()
let noise = NoisePictures(data.table)
let learned = try LearnedPictures(data.table, schema: data.schema)
let memorising = try noise.memorising()
print("copies without and with a spread: \(memorising.copies)")

let pictures = [
  "noising": noise.noising(), "denoising": try noise.denoising(), "memorising": memorising.picture,
  "schedules": CurvePictures.schedules(), "samplers": try CurvePictures.samplers(),
  "revealing": try learned.revealing(), "learning": try learned.learning(),
]
for (name, picture) in pictures.sorted(by: { $0.key < $1.key }) {
  let file = URL(fileURLWithPath: arguments[2]).appendingPathComponent("\(name).svg")
  try Data(picture.svg.utf8).write(to: file)
  print("wrote \(file.relativePath)")
}
