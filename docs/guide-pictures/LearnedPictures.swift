import DiffusionCore
import Foundation
import Tables
import TabularDDPM
import Tensors

/// What trained models say, from the method `tabular-masked` as a program embeds it.
struct LearnedPictures {
  private let table: Table, schema: Schema
  private let method: any CompletingSynthesizer

  init(_ table: Table, schema: Schema) throws {
    self.table = table
    self.schema = schema
    let registry = try PluginRegistry([CorePlugin(), TabularDDPMPlugin()])
    guard let method = try registry.method("tabular-masked") as? any CompletingSynthesizer else {
      preconditionFailure("tabular-masked completes rows")
    }
    self.method = method
  }

  private func fitted(_ options: [String: String] = [:], steps: Int) throws -> any CompletingModel {
    var run = TrainingRun()
    run.seed = 1
    run.steps = steps
    return try method.fit(table, schema: schema, options: method.descriptor.options(parsing: options), run: run)
  }

  /// One row revealed cell by cell, and what the model believes of the body mass meanwhile.
  func revealing() throws -> Picture {
    let model = try fitted(steps: 1000)
    let order = ["flipper_length_mm", "island", "sex", "bill_depth_mm", "species", "bill_length_mm", "body_mass_g"]
    let names = table.columnNames
    var picture = Picture(
      width: 812, height: 384,
      summary: """
        A row of a table, hidden at first and revealed cell by cell. Beside each stage a histogram of the body mass that \
        the model expects: it narrows as more is known.
        """)
    for (column, name) in names.enumerated() {
      let left = 14 + 84 * Double(column)
      let words = name.split(separator: "_").prefix(2).joined(separator: " ")
      picture.text(words, left + 40, 22, .middle, .grey)
    }
    picture.text("body mass expected, g", 712, 22, .middle, .grey)
    var row = table.rows([0])
    for column in row.columns.indices { row.columns[column].values = emptied(row.columns[column].values) }
    for stage in 0...order.count {
      let top = 32 + 42 * Double(stage)
      for (column, name) in names.enumerated() {
        let left = 14 + 84 * Double(column)
        let isNew = stage > 0 && order[stage - 1] == name
        let cell = row.columns[column].isMissing(0) ? nil : written(row.columns[column])
        picture.box(left, top, 80, 30, fill: cell == nil ? "#ececec" : isNew ? "#ffe3c9" : "#ffffff", edge: .pale)
        if let cell { picture.text(cell, left + 40, top + 19, .middle, isNew ? .orange : .black, isBold: isNew) }
      }
      let request = SampleRequest(rows: 4000, seed: UInt64(stage) + 1, includesMissing: false)
      var made = Table()
      try model.complete(row.rows(Array(repeating: 0, count: 4000)), request) {
        made = try made.columns.isEmpty ? $0 : Table.concatenated([made, $0])
      }
      drawMass(made, top: top, in: &picture)
      guard stage < order.count, let column = names.firstIndex(of: order[stage]) else { continue }
      row.columns[column] = made.columns[column].rows([0])
    }
    let axis = massPanel(top: 32 + 42 * Double(order.count))
    for mass in [3000.0, 4000, 5000, 6000] {
      picture.text("\(Int(mass))", axis.at(mass, 0).x, axis.top + axis.height + 16, .middle, .grey)
    }
    return picture
  }

  private func massPanel(top: Double) -> Panel {
    Panel(left: 624, top: top, width: 176, height: 30, x: 2600...6400, y: 0...1)
  }

  private func drawMass(_ made: Table, top: Double, in picture: inout Picture) {
    guard case .numbers(let masses) = made["body_mass_g"]!.values else { return }
    let panel = massPanel(top: top), bins = 38
    var counts = [Double](repeating: 0, count: bins)
    for mass in masses { counts[min(max(Int((mass - 2600) / 100), 0), bins - 1)] += 1 }
    let most = counts.max() ?? 1
    picture.line([(panel.left, top + 30), (panel.left + panel.width, top + 30)], .pale, width: 1)
    for (bin, count) in counts.enumerated() where count > 0 {
      let place = panel.at(2600 + 100 * Double(bin), count / most)
      picture.box(place.x, place.y, panel.width / Double(bins) - 0.5, top + 30 - place.y, fill: "#0b62a4")
    }
  }

  private func emptied(_ values: Column.Values) -> Column.Values {
    switch values {
    case .numbers: .numbers([.nan])
    case .categories(_, let levels): .categories(indices: [-1], levels: levels)
    case .texts: .texts([nil])
    }
  }

  private func written(_ column: Column) -> String {
    switch column.values {
    case .numbers(let numbers): String(format: "%g", numbers[0])
    case .categories(let indices, let levels): levels[Int(indices[0])]
    case .texts(let texts): texts[0] ?? ""
    }
  }

  /// The learning curves of a network that suits the table and of one that does not, and the loss by noise level.
  func learning() throws -> Picture {
    let right = try fitted(["width": "64", "dropout": "0.1"], steps: 1000).report
    let large = try fitted(
      ["width": "512", "dropout": "0", "numbers": "codes", "learning-rate": "0.004"], steps: 1000
    ).report
    var picture = Picture(
      width: 780, height: 300,
      summary: """
        Left: both losses fall together. Middle: the training loss falls while the held-out loss rises. \
        Right: loss per row grows with the share of it that is hidden.
        """)
    draw(right, title: "Right: width 64", y: 0...14, left: 40, in: &picture)
    draw(large, title: "Memorising: width 512", y: 0...60, left: 300, in: &picture)
    let levels = right.training.byNoise ?? []
    let panel = Panel(left: 560, top: 30, width: 200, height: 220, x: 0...1, y: 0...14)
    panel.drawFrame(in: &picture, title: "Width 64, by what is hidden")
    panel.drawTicks(
      in: &picture, x: [(0, "0 %"), (0.5, "50 %"), (1, "100 %")], y: [0, 4, 8, 12].map { ($0, text($0, 0)) },
      below: "share of the row that is hidden")
    panel.draw(
      levels.map { ($0.noise, $0.training) }, .blue, name: "training", beside: 2, dy: 24, in: &picture)
    panel.draw(
      levels.map { ($0.noise, $0.heldOut) }, .orange, name: "held out", beside: 1, dx: -24, dy: -16, in: &picture)
    return picture
  }

  private func draw(_ report: FitReport, title: String, y: ClosedRange<Double>, left: Double, in picture: inout Picture)
  {
    print("\(title): \(report.explanation)")
    let curve = report.training.curve
    let last = Double(curve.last?.step ?? 1)
    let panel = Panel(left: left, top: 30, width: 200, height: 220, x: 0...last, y: y)
    panel.drawFrame(in: &picture, title: title)
    panel.drawTicks(
      in: &picture, x: [0, last / 2, last].map { ($0, text($0, 0)) },
      y: stride(from: y.lowerBound, through: y.upperBound, by: y.upperBound > 20 ? 20 : 4).map { ($0, text($0, 0)) },
      below: "training step")
    let heldOut = curve.compactMap { point in point.heldOut.map { (x: Double(point.step), y: $0) } }
    panel.draw(
      curve.map { (Double($0.step), $0.training) }, .blue, name: "training", beside: curve.count / 2, dy: 22,
      in: &picture)
    panel.draw(heldOut, .orange, name: "held out", beside: heldOut.count / 3, dx: -24, dy: -20, in: &picture)
  }
}
