import Foundation
import Testing

/// `impute` and `fit --task impute`, as a person runs them.
@Suite struct ImputeTests {
  /// Hourly readings of two stations with gaps, spelt with care: 2 digits always, a marker, quotes.
  static let readings: String = {
    var text = "station,when,no2,temp,sky\n"
    for hour in 0..<240 {
      for (place, station) in ["north", "\"south, low\""].enumerated() {
        let day = 1 + hour / 24, clock = hour % 24
        let no2 = 30 + 12 * sin(Double(hour) / 4) + Double(place * 5) + Double(hour * 7 % 5)
        let temp = 10 + 6 * cos(Double(hour) / 24 * 2 * .pi) + Double(place)
        let isGap = hour % 40 == 17 || (100..<106).contains(hour + place * 60)
        let when = String(format: "2024-03-%02d %02d:00", day, clock)
        text += "\(station),\(when),\(isGap ? "" : String(format: "%.2f", no2)),"
        text += "\(hour % 31 == 5 ? "" : String(format: "%.1f", temp)),\(["clear", "cloud"][hour / 9 % 2])\n"
      }
    }
    return text
  }()

  /// Lines of cells; no cell of these files holds a line break.
  private func cells(_ text: String) -> [[String]] {
    text.split(separator: "\n").map { line in
      var cells = [""], isQuoted = false
      for letter in line {
        if letter == "\"" { isQuoted.toggle() }
        if letter == ",", !isQuoted { cells.append("") } else { cells[cells.count - 1].append(letter) }
      }
      return cells
    }
  }

  /// Every cell with a text is the same in both, every empty one of the first is filled in the second.
  private func expectKept(_ before: String, _ after: String, filled: Bool = true) {
    let (old, new) = (cells(before), cells(after))
    #expect(old.count == new.count)
    for (a, b) in zip(old, new) {
      #expect(b.count >= a.count)
      for (x, y) in zip(a, b) {
        if x.isEmpty { #expect(!filled || !y.isEmpty) } else { #expect(x == y) }
      }
    }
  }

  private let quick = ["--seed", "3", "--threads", "1", "--method", "linear-interpolation"]

  @Test func `Series are found, filled, and kept byte for byte`() throws {
    let scratch = Scratch()
    scratch.file("readings.csv", Self.readings)
    let outcome = try Command.run(["impute", "readings.csv", "-o", "filled.csv"] + quick, in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("series in the order of 'when', one for each 'station'"))
    #expect(outcome.errors.contains("--table"))
    #expect(outcome.errors.contains("self-check: "))
    #expect(outcome.errors.contains("linear-interpolation"))
    #expect(outcome.output.isEmpty)
    expectKept(Self.readings, scratch.text("filled.csv"))
    #expect(scratch.names == ["filled.csv", "readings.csv"])
  }

  @Test func `The best method is taken, and said`() throws {
    let scratch = Scratch()
    scratch.file("readings.csv", Self.readings)
    let outcome = try Command.run(
      "impute", "readings.csv", "-o", "filled.csv", "--seed", "3", "--budget", "1m", "--json", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let result = try outcome.json()
    let imputation = try #require(result["imputation"] as? [String: Any])
    let check = try #require(imputation["check"] as? [String: Any])
    let methods = try #require(check["methods"] as? [[String: Any]])
    #expect(methods.count > 2)
    let errors = methods.compactMap { $0["relativeError"] as? Double }
    #expect(errors == errors.sorted() && errors.count == methods.count)
    #expect(check["chosen"] as? String == result["method"] as? String)
    // The course of a day beats the mean.
    let mean = try #require(methods.first { $0["id"] as? String == "series-mean" }?["relativeError"] as? Double)
    #expect(try #require(errors.first) < mean / 2)
    expectKept(Self.readings, scratch.text("filled.csv"))
  }

  @Test func `The same seed gives the same bytes, through pipes too`() throws {
    let scratch = Scratch()
    scratch.file("readings.csv", Self.readings)
    let file = try Command.run(["impute", "readings.csv", "-o", "a.csv", "-q"] + quick, in: scratch)
    #expect(file.status == 0 && file.errors.isEmpty)
    let stream = try Command.run(["impute", "-", "-o", "-", "-q"] + quick, input: Self.readings, in: scratch)
    #expect(stream.output == scratch.text("a.csv"))
    #expect(scratch.names == ["a.csv", "readings.csv"])
  }

  @Test func `Intervals, flags and draws are written beside`() throws {
    let scratch = Scratch()
    scratch.file("readings.csv", Self.readings)
    let outcome = try Command.run(
      ["impute", "readings.csv", "-o", "filled.csv", "--interval", "90", "--flags", "--draws", "3"]
        + ["--draws-output", "draws.csv"] + quick, in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rows = cells(scratch.text("filled.csv")), before = cells(Self.readings)
    #expect(
      rows[0]
        == ["station", "when", "no2", "temp", "sky"]
        + ["no2_lower", "no2_upper", "no2_imputed", "temp_lower", "temp_upper", "temp_imputed"])
    for (row, old) in zip(rows, before).dropFirst() {
      #expect(row[7] == (old[2].isEmpty ? "true" : "false"))
      #expect(row[5].isEmpty == !old[2].isEmpty)
      guard old[2].isEmpty else { continue }
      let (low, value, high) = (Double(row[5]), Double(row[2]), Double(row[6]))
      #expect(try #require(low) <= #require(value) && #require(value) <= #require(high))
      #expect(row[2].split(separator: ".").last?.count == 2, "written with two digits, as the column is")
    }
    let drawn = cells(scratch.text("draws.csv"))
    #expect(drawn[0] == ["draw", "station", "when", "no2", "temp", "sky"])
    #expect(drawn.count == 1 + 3 * (before.count - 1))
    #expect(
      drawn.dropFirst().map { $0[0] } == [1, 2, 3].flatMap { [String](repeating: "\($0)", count: before.count - 1) })
    for draw in 0..<3 {
      let part = drawn[(1 + draw * (before.count - 1))..<(1 + (draw + 1) * (before.count - 1))]
      for (row, old) in zip(part, before.dropFirst()) {
        for (x, y) in zip(old, row.dropFirst()) { #expect(x.isEmpty ? !y.isEmpty : x == y) }
      }
    }
  }

  @Test func `Only the named columns are filled, and covariates never`() throws {
    let scratch = Scratch()
    scratch.file("readings.csv", Self.readings)
    let some = try Command.run(
      ["impute", "readings.csv", "-o", "some.csv", "--columns", "temp"] + quick, in: scratch)
    #expect(some.status == 0, "\(some.errors)")
    let (old, new) = (cells(Self.readings), cells(scratch.text("some.csv")))
    for (a, b) in zip(old, new) { #expect(a[2] == b[2] && !b[3].isEmpty) }
    let known = try Command.run(
      ["impute", "readings.csv", "-o", "known.csv", "--covariates", "temp,sky"] + quick, in: scratch)
    #expect(known.status == 0, "\(known.errors)")
    for (a, b) in zip(old, cells(scratch.text("known.csv"))) { #expect(a[3] == b[3] && !b[2].isEmpty) }
  }

  @Test func `Long gaps stay empty and are counted`() throws {
    let scratch = Scratch()
    scratch.file("readings.csv", Self.readings)
    for limit in ["5h", "5"] {
      let outcome = try Command.run(
        ["impute", "readings.csv", "-o", "filled.csv", "--max-gap", limit] + quick, in: scratch)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("12 values in 2 gaps stay empty"))
      let empty = cells(scratch.text("filled.csv")).filter { $0[2].isEmpty }
      #expect(empty.count == 12)
      expectKept(Self.readings, scratch.text("filled.csv"), filled: false)
    }
  }

  @Test func `Missing time steps get rows`() throws {
    let scratch = Scratch()
    let lines = Self.readings.split(separator: "\n", omittingEmptySubsequences: true)
    // Hours 3 and 4 of both stations, and hour 9 of one.
    let kept = lines.enumerated().filter { ![7, 8, 9, 10, 19].contains($0.offset) }.map { String($0.element) }
    scratch.file("holes.csv", kept.joined(separator: "\n") + "\n")
    let told = try Command.run(["impute", "holes.csv", "-o", "told.csv"] + quick, in: scratch)
    #expect(told.errors.contains("5 time steps of 1h have no row; --every 1h adds rows for them"))
    let outcome = try Command.run(["impute", "holes.csv", "-o", "filled.csv", "--every", "1h"] + quick, in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("5 rows added"))
    let rows = cells(scratch.text("filled.csv"))
    #expect(rows.count == lines.count)
    #expect(Set(rows.map { $0[0] + $0[1] }).count == rows.count)
    #expect(rows.allSatisfy { $0.allSatisfy { !$0.isEmpty } })
  }

  @Test func `Times that occur twice are an error with both lines, or become one`() throws {
    let scratch = Scratch()
    let lines = Self.readings.split(separator: "\n").map(String.init)
    scratch.file("twice.csv", (lines + [lines[5].replacing("north", with: "north")]).joined(separator: "\n") + "\n")
    let error = try Command.run(
      ["impute", "twice.csv", "-o", "filled.csv", "--time", "when", "--group", "station"] + quick, in: scratch)
    #expect(error.status == 65)
    #expect(error.errors.contains("lines 6 and 482"))
    #expect(error.errors.contains("--duplicates mean"))
    #expect(scratch.names == ["twice.csv"])
    for rule in ["mean", "first", "last"] {
      let outcome = try Command.run(
        ["impute", "twice.csv", "-o", "filled.csv", "--time", "when", "--group", "station", "--duplicates", rule]
          + quick, in: scratch)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(cells(scratch.text("filled.csv")).count == lines.count)
    }
  }

  @Test func `The hour that is lived twice in autumn is explained`() throws {
    let scratch = Scratch()
    var text = "when,x\n"
    for hour in 0..<72 {
      // Clocks went back on 2024-10-27 from 3:00 to 2:00.
      let local = hour <= 26 ? hour : hour - 1
      text += String(format: "2024-10-%02d %02d:00,%d\n", 26 + local / 24, local % 24, hour * 7 % 11)
    }
    scratch.file("autumn.csv", text.replacing(",5\n", with: ",\n"))
    let outcome = try Command.run(["impute", "autumn.csv", "-o", "filled.csv", "--time", "when"] + quick, in: scratch)
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("clocks were set back"))
    #expect(outcome.errors.contains("lines 28 and 29"))
  }

  @Test func `A model is kept and fills another file`() throws {
    let scratch = Scratch()
    let lines = Self.readings.split(separator: "\n").map(String.init)
    scratch.file("old.csv", lines.prefix(401).joined(separator: "\n") + "\n")
    let new = ([lines[0]] + lines.dropFirst(401)).joined(separator: "\n") + "\n"
    scratch.file("new.csv", new)
    let fit = try Command.run(["fit", "old.csv", "--task", "impute", "-o", "m.langevin"] + quick, in: scratch)
    #expect(fit.status == 0, "\(fit.errors)")
    #expect(fit.errors.contains("self-check: "))
    let fill = try Command.run("impute", "new.csv", "--model", "m.langevin", "-o", "filled.csv", in: scratch)
    #expect(fill.status == 0, "\(fill.errors)")
    #expect(fill.errors.contains("when the model was fitted:"))
    expectKept(new, scratch.text("filled.csv"))

    scratch.file("renamed.csv", new.replacing("no2", with: "no3"))
    let renamed = try Command.run("impute", "renamed.csv", "--model", "m.langevin", "-o", "x.csv", in: scratch)
    #expect(renamed.status == 65)
    #expect(renamed.errors.contains("the model has no such column") && renamed.errors.contains("no2?"))
    let sampled = try Command.run("sample", "m.langevin", "-o", "x.csv", in: scratch)
    #expect(sampled.status == 65 && sampled.errors.contains("langevin impute"))
    #expect(!scratch.has("x.csv"))
  }

  @Test func `A report says how good it is`() throws {
    let scratch = Scratch()
    scratch.file("readings.csv", Self.readings)
    let outcome = try Command.run(
      ["impute", "readings.csv", "-o", "filled.csv", "--report", "report.html"] + quick, in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = scratch.text("report.html")
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.utf8.count < 500_000)
    for word in ["How good are they?", "no2", "temp", "coverage", "linear-interpolation"] {
      #expect(page.contains(word), "\(word)")
    }
    // The intervals of the report are not written into the table.
    #expect(scratch.text("filled.csv").hasPrefix("station,when,no2,temp,sky\n"))
  }

  @Test func `Where nothing is missing the file is copied`() throws {
    let scratch = Scratch()
    let text =
      "when,x\r\n" + (1...30).map { "2024-01-\($0 < 10 ? "0" : "")\($0),\($0 * 7 % 11).50" }.joined(separator: "\r\n")
    scratch.file("full.csv", text)
    let outcome = try Command.run("impute", "full.csv", "-o", "copy.csv", "--interval", "90", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("nothing is missing"))
    #expect(scratch.text("copy.csv") == text)
  }

  @Test(arguments: [
    (["--time", "wen"], Int32(65), "did you mean 'when'?"), (["--time", "sky"], 65, "not a time"),
    (["--time", "when", "--group", "staton"], 65, "did you mean 'station'?"),
    (["--columns", "no"], 65, "no column 'no'"), (["--covariates", "temp,skye"], 65, "did you mean 'sky'?"),
    (["--columns", "when"], 2, "never filled"), (["--max-gap", "soon"], 2, "6h"),
    (["--every", "sometimes"], 2, "1h, 15m or 1d"), (["--table", "--every", "1h"], 2, "--table has no time"),
    (["--interval", "120"], 2, "between 0 and 100"), (["--draws", "5"], 2, "--draws-output"),
    (["--draws-output", "x.csv"], 2, "--draws"), (["--point", "middle"], 2, "median, mean or mode"),
    (["--method", "lineer"], 2, "linear"), (["--table", "--max-gap", "3"], 2, "--max-gap is for series"),
    (["--draws", "2", "--draws-output", "out.csv"], 2, "must be different files"),
    (["--model", "none.langevin"], 74, "none.langevin"),
    (["--model", "m", "--method", "mean"], 2, "a model is trained already"),
    (["--duplicates", "any"], 2, "mean, first or last"),
  ]) func `What is asked wrongly is refused with its cure`(words: [String], status: Int32, message: String) throws {
    let scratch = Scratch()
    scratch.file("readings.csv", Self.readings)
    let outcome = try Command.run(["impute", "readings.csv", "-o", "out.csv"] + words, in: scratch)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(scratch.names == ["readings.csv"])
  }

  @Test(arguments: [
    ("when,x\n2024-01-01,\n2024-01-02,\n", "no value at all"), ("when,x\n2024-01-01,5\n2024-01-02,\n", "single value"),
    ("when,x\n2024-01-01,5\n,3\n2024-01-03,4\n", "line 3, column 'when': the time is missing"),
    ("when,x\n2024-01-01,inf\n2024-01-02,\n2024-01-03,4\n", "finite"),
  ]) func `Data that cannot be filled are refused with their place`(text: String, message: String) throws {
    let scratch = Scratch()
    scratch.file("data.csv", text)
    let outcome = try Command.run(
      "impute", "data.csv", "-o", "out.csv", "--time", "when", "--method", "linear-interpolation", in: scratch)
    #expect(outcome.status == 65, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(scratch.names == ["data.csv"])
  }

  @Test func `A column without values stays empty, with a warning`() throws {
    let scratch = Scratch()
    let text = Self.readings.split(separator: "\n").enumerated().map { $1 + ($0 == 0 ? ",lost" : ",") }.joined(
      separator: "\n")
    scratch.file("readings.csv", text + "\n")
    let outcome = try Command.run(["impute", "readings.csv", "-o", "filled.csv"] + quick, in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("warning: lost: No value at all"))
    for row in cells(scratch.text("filled.csv")).dropFirst() { #expect(row[5].isEmpty && !row[2].isEmpty) }
  }

  @Test func `Rows in any order come back in theirs`() throws {
    let scratch = Scratch()
    var lines = Self.readings.split(separator: "\n").map(String.init)
    let header = lines.removeFirst()
    for place in lines.indices { lines.swapAt(place, place * 7919 % lines.count) }
    let mixed = ([header] + lines).joined(separator: "\n") + "\n"
    scratch.file("mixed.csv", mixed)
    scratch.file("sorted.csv", Self.readings)
    let words = ["--time", "when", "--group", "station"] + quick + ["--no-check"]
    #expect(try Command.run(["impute", "mixed.csv", "-o", "a.csv"] + words, in: scratch).status == 0)
    #expect(try Command.run(["impute", "sorted.csv", "-o", "b.csv"] + words, in: scratch).status == 0)
    expectKept(mixed, scratch.text("a.csv"))
    // Interpolation does not depend on the order of the file.
    #expect(Set(cells(scratch.text("a.csv"))) == Set(cells(scratch.text("b.csv"))))
  }

  // MARK: Tables

  /// A hundred and sixty people with holes in numbers and categories, and a birthday that makes no series.
  static let people: String = {
    var text = "name,born,city,income,owner\n"
    for row in 0..<160 {
      let year = 1950 + row * 37 % 50
      let city = row % 9 == 4 ? "" : ["Oslo", "Bergen", "Trondheim"][row * row % 7 % 3]
      let income = row % 7 == 2 ? "" : "\(20_000 + (2000 - year) * 500 + row * 37 % 1000).50"
      text +=
        "p\(row * 7919 % 1009),\(year)-0\(1 + row % 9)-1\(row % 10),\(city),\(income),\(year < 1975 ? "yes" : "no")\n"
    }
    return text
  }()

  @Test func `Tables are told from series, and filled`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Self.people)
    let outcome = try Command.run(
      "impute", "people.csv", "-o", "filled.csv", "--method", "mean-mode", "--flags", "--seed", "2", in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("table of independent rows"))
    #expect(outcome.errors.contains("in columns that miss together in the data"))
    #expect(outcome.errors.contains("accuracy"))
    expectKept(Self.people, scratch.text("filled.csv"))
    let rows = cells(scratch.text("filled.csv"))
    #expect(rows[0] == ["name", "born", "city", "income", "owner", "city_imputed", "income_imputed"])
    for (row, old) in zip(rows, cells(Self.people)).dropFirst() {
      #expect(["Oslo", "Bergen", "Trondheim"].contains(row[2]))
      #expect(row[5] == (old[2].isEmpty ? "true" : "false") && row[6] == (old[3].isEmpty ? "true" : "false"))
    }
  }

  @Test func `The default of tables fills, draws and gives intervals`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Self.people)
    let words = ["--seed", "2", "--threads", "1", "--steps", "30", "--interval", "80", "--draws", "4"]
    for name in ["a", "b"] {
      let outcome = try Command.run(
        ["impute", "people.csv", "-o", "\(name).csv", "--draws-output", "\(name)-draws.csv"] + words
          + ["--report", "\(name).html"], in: scratch)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(scratch.text("a.csv") == scratch.text("b.csv"))
    #expect(scratch.text("a-draws.csv") == scratch.text("b-draws.csv"))
    expectKept(Self.people, scratch.text("a.csv"))
    #expect(cells(scratch.text("a-draws.csv")).count == 1 + 4 * 160)
    #expect(scratch.text("a.html").contains("The columns"))
  }

  @Test func `A model of a table fills new rows`() throws {
    let scratch = Scratch()
    scratch.file("people.csv", Self.people)
    let fit = try Command.run(
      "fit", "people.csv", "--task", "impute", "-o", "m.langevin", "--steps", "30", "--seed", "2", in: scratch)
    #expect(fit.status == 0, "\(fit.errors)")
    let new = "income,name,born,city,owner\n31000.50,x1,1980-01-11,,no\n,x2,1960-05-17,Oslo,\n"
    scratch.file("new.csv", new)
    let fill = try Command.run("impute", "new.csv", "--model", "m.langevin", "-o", "-", "-q", in: scratch)
    #expect(fill.status == 0, "\(fill.errors)")
    expectKept(new, fill.output)
  }

  @Test func `Options of series are refused with a task that has none`() throws {
    let outcome = try Command.run("fit", "people.csv", "-o", "m", "--time", "born")
    #expect(outcome.status == 2 && outcome.errors.contains("--task impute"))
  }
}
