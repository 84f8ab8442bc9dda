import DiffusionCore
import Foundation
import Tables
import Tensors

/// Two columns of the penguins as a cloud of points, noised and denoised with the core's schedules and samplers.
struct NoisePictures {
  /// Bill length and depth in standard deviations. `[points, 2]`
  let points: Tensor
  /// The species of each point, 0 ... 2.
  let species: [Int]

  init(_ table: Table) {
    guard case .numbers(let length) = table["bill_length_mm"]!.values,
      case .numbers(let depth) = table["bill_depth_mm"]!.values,
      case .categories(let codes, _) = table["species"]!.values
    else { preconditionFailure("the penguins have other columns") }
    let rows = length.indices.filter { !length[$0].isNaN && !depth[$0].isNaN }
    func standardized(_ values: [Double]) -> [Double] {
      let kept = rows.map { values[$0] }
      let mean = kept.reduce(0, +) / Double(kept.count)
      let deviation = (kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(kept.count)).squareRoot()
      return kept.map { ($0 - mean) / deviation }
    }
    let x = standardized(length), y = standardized(depth)
    points = Tensor(zip(x, y).flatMap { [Float($0), Float($1)] }, shape: [rows.count, 2])
    species = rows.map { Int(codes[$0]) }
  }

  /// The table at five noise levels.
  func noising() -> Picture {
    var random = RandomStream(seed: 1)
    let noise = random.normals(points.count)
    let schedule = CosineSchedule()
    var picture = strip(
      "Penguins by bill length and depth, with more and more noise: three clusters melt into one round cloud.")
    for (index, u) in [0, 0.25, 0.5, 0.75, 1].enumerated() {
      let level = schedule.level(at: u)
      let values = zip(points.values, noise).map { Float(level.signal) * $0 + Float(level.noise) * $1 }
      draw(values, in: &picture, at: index, title: "u = \(text(u, 2))", colours: species)
      picture.text(
        "signal \(text(level.signal, 2)), noise \(text(level.noise, 2))", 20 + 156 * Double(index) + 68, 186, .middle,
        .grey)
    }
    return picture
  }

  /// Noise carried back to data by the ancestral sampler.
  func denoising() throws -> Picture {
    let steps = 40
    var states: [(values: [Float], level: NoiseLevel)] = []
    let made = try sampled(spread: 0.2, steps: steps) { states.append(($0.values, $1)) }
    states.append((made.values, .clean))
    var picture = strip("The way back: a round cloud of noise is carried, step by step, to three clusters.")
    for (index, step) in [0, 10, 20, 30, steps].enumerated() {
      draw(states[step].values, in: &picture, at: index, title: "step \(step) of \(steps)", colours: nil)
      let level = states[step].level
      picture.text(
        "signal \(text(level.signal, 2)), noise \(text(level.noise, 2))", 20 + 156 * Double(index) + 68, 186, .middle,
        .grey)
    }
    return picture
  }

  /// What two denoisers make: one that knows the points alone, and one that allows for what lies between.
  ///
  /// - Returns: the picture, and for each denoiser the share of what it made that is a training point.
  func memorising() throws -> (picture: Picture, copies: [Double]) {
    var picture = Picture(
      width: 560, height: 268,
      summary: "Made points over training points: all on them with a spread of 0, between them with a spread of 0.2.")
    var copies: [Double] = []
    for (index, spread) in [0, 0.2].enumerated() {
      // A last step from little noise: a longer one would end between neighbouring points.
      let made = try sampled(spread: spread, steps: 400)
      let isCopy = (0..<made.shape[0]).map { row in
        (0..<points.shape[0]).contains { hypot(made[row, 0] - points[$0, 0], made[row, 1] - points[$0, 1]) < 0.01 }
      }
      copies.append(Double(isCopy.count { $0 }) / Double(isCopy.count))
      let panel = Panel(
        left: 20 + 272 * Double(index), top: 30, width: 248, height: 200, x: -2.6...3.2, y: -2.6...2.8)
      panel.drawFrame(in: &picture, title: "spread \(text(spread, 1))")
      picture.dots(places(points.values, panel), .grey, size: 5)
      picture.dots(places(made.values, panel), .orange, size: 2.5)
      picture.text(
        "\(Int((copies[index] * 100).rounded())) % of what was made is a training row", panel.left + 124, 250, .middle,
        .grey)
    }
    return (picture, copies)
  }

  private func sampled(
    spread: Double, steps: Int, watch: (Tensor, NoiseLevel) -> Void = { _, _ in }
  ) throws -> Tensor {
    let denoiser = CloudDenoiser(points: points, spread: spread)
    let path = CosineSchedule().path(evaluations: steps)
    var random = RandomStream(seed: 2)
    let start = Tensor(random.normals(points.count), shape: points.shape)
    return try AncestralSampler().sample(from: start, along: path, random: &random) { noisy, level in
      watch(noisy, level)
      return denoiser.clean(from: noisy, at: level, known: nil)
    }
  }

  private func strip(_ summary: String) -> Picture { Picture(width: 800, height: 200, summary: summary) }

  private func draw(_ values: [Float], in picture: inout Picture, at index: Int, title: String, colours: [Int]?) {
    let panel = Panel(left: 20 + 156 * Double(index), top: 30, width: 136, height: 140, x: -3...3.4, y: -3.2...3.2)
    panel.drawFrame(in: &picture, title: title)
    guard let colours else { return picture.dots(places(values, panel), .black) }
    for (code, colour) in [Picture.Colour.orange, .purple, .green].enumerated() {
      let own = colours.indices.filter { colours[$0] == code }.flatMap { [values[2 * $0], values[2 * $0 + 1]] }
      picture.dots(places(own, panel), colour)
    }
  }

  private func places(_ values: [Float], _ panel: Panel) -> [(x: Double, y: Double)] {
    stride(from: 0, to: values.count, by: 2).compactMap { i in
      let x = Double(values[i]), y = Double(values[i + 1])
      return panel.contains(x, y) ? panel.at(x, y) : nil
    }
  }
}

/// A number with so many decimals.
func text(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }
