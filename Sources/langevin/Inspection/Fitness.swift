import Tables

/// Whether diffusion is the right tool for a table at all.
enum Fitness {
  static func warnings(_ data: CSVReader.Result) -> [Inspection.Warning] {
    let rows = data.table.rowCount, columns = data.schema.columns
    let modelled = columns.count { $0.isModelled }
    let texts = columns.count { $0.kind == .text }
    var found: [Inspection.Warning] = []
    func warn(_ code: String, _ message: String, _ cure: String) {
      found.append(.init(code: code, message: message, cure: cure))
    }
    if modelled == 0 {
      warn(
        "nothing-to-model", "No column can be modelled: all are identifiers, free text or constants.",
        "Name a column's kind (--kind COLUMN=category), or there is nothing for diffusion to do here.")
    }
    if rows < Trainable.leastRows {
      warn(
        "too-few-rows", "\(Wording.count(rows, "row")): at least \(Trainable.leastRows) are needed to learn from.",
        "Diffusion is not the right tool here: with so few rows, write the new ones by hand.")
    } else if rows < 200 {
      warn(
        "few-rows",
        "Only \(Wording.count(rows, "row")): a model of so few learns the single columns, hardly how they hang together, "
          + "and may repeat rows.",
        "Diffusion is hardly the right tool below 200 rows; resampling with a little noise does as well. Check for copies."
      )
    }
    if modelled > 500 {
      warn(
        "many-columns",
        "\(Wording.count(modelled)) modelled columns: training is slow, and relations between columns blur.",
        "Above 500 columns diffusion on a CPU is hardly the right tool: drop columns that are not needed (--drop COLUMN)."
      )
    } else if modelled > 0, rows >= Trainable.leastRows, rows < modelled * 2 {
      warn(
        "wide", "\(Wording.count(rows, "row")) for \(modelled) columns: fewer than two rows a column.",
        "Drop columns that are not needed (--drop COLUMN), or expect columns to come out nearly independent.")
    }
    if texts > 0, texts * 2 >= columns.count {
      warn(
        "mostly-text", "\(texts) of \(columns.count) columns are free text, which is left empty.",
        "Diffusion over tables is not the right tool for text: a language model is.")
    }
    return found
  }
}
