import Foundation
import Testing

@testable import Databases

/// Tables of databases in the place of files.
@Suite struct DatabaseTests {
  private let scratch = Scratch()

  /// A database with the people of the other tests.
  private func people() throws -> SQLiteConnection {
    let database = try SQLiteConnection(scratch.path("people.db"), writes: true)
    try database.run(
      "CREATE TABLE customers (age INTEGER, city VARCHAR(20), income DOUBLE, owner TEXT, since DATE)")
    let insert = try database.statement("INSERT INTO customers VALUES (?, ?, ?, ?, ?)")
    for line in Sample.people.split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      try insert.bind(cells.map { $0.isEmpty ? nil : String($0) })
      _ = try insert.step()
    }
    return database
  }

  @Test func `synth goes from a table to a table, with the same types`() throws {
    let database = try people()
    let outcome = try Command.run(
      ["synth", "sqlite:people.db?table=customers", "-o", "sqlite:people.db?table=synthetic"] + Sample.quick,
      in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      try database.rows("SELECT type FROM pragma_table_info('synthetic')") == [
        [.text("INTEGER")], [.text("VARCHAR(20)")], [.text("DOUBLE")], [.text("TEXT")], [.text("DATE")],
      ])
    let kinds = try database.rows("SELECT typeof(age), typeof(income), typeof(since) FROM synthetic")
    #expect(kinds.count == 80)
    #expect(kinds.allSatisfy { $0[0] == .text("integer") && $0[2] == .text("text") })
    // A tenth of the incomes is missing.
    #expect(Set(kinds.map { "\($0[1])" }) == [#"text("real")"#, #"text("null")"#])
    #expect(scratch.names == ["people.db"])
  }

  @Test func `impute and sample write tables, and a table is filled as its file is`() throws {
    let database = try people()
    scratch.file("people.csv", Sample.people)
    let options = ["--method", "mean-mode", "--no-check", "--seed", "1", "--quiet"]
    for (data, output) in [
      ("people.csv", "filled.csv"), ("sqlite:people.db?table=customers", "sqlite:people.db?table=filled"),
      ("people.csv", "sqlite:new.db?table=filled"),
    ] {
      let outcome = try Command.run(["impute", data, "-o", output] + options, in: scratch)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let incomes = try scratch.text("filled.csv").split(separator: "\n").dropFirst().map {
      [SQLiteConnection.Value.real(try #require(Double($0.split(separator: ",")[2])))]
    }
    let sql = "SELECT CAST(income AS REAL) FROM filled"
    #expect(try database.rows(sql) == incomes)
    #expect(try SQLiteConnection(scratch.path("new.db")).rows(sql) == incomes)
  }

  @Test func `A table is not replaced unless that is allowed, and never the one that is read`() throws {
    let database = try people()
    try database.run("CREATE TABLE kept (x INTEGER)")
    let data = "sqlite:people.db?table=customers"
    for (output, part) in [
      ("sqlite:people.db?table=kept", "'sqlite:people.db?table=kept&replace'"),
      ("sqlite:people.db?table=Customers&replace", "is an input of this command"),
    ] {
      let outcome = try Command.run(["synth", data, "-o", output] + Sample.quick, in: scratch)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains(part), "\(outcome.errors)")
    }
    let names = "SELECT name FROM pragma_table_info('kept')"
    #expect(try database.rows(names) == [[.text("x")]])
    let outcome = try Command.run(
      ["synth", data, "-o", "sqlite:people.db?table=kept&replace"] + Sample.quick, in: scratch)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try database.rows(names).count == 5)
  }

  @Test func `A database is not overwritten by a file, nor a table through its view`() throws {
    let database = try people()
    try database.run("CREATE VIEW old AS SELECT age, city FROM customers WHERE age > 40")
    for arguments in [
      ["synth", "sqlite:people.db?table=customers", "-o", "people.db"],
      ["synth", "sqlite:people.db?table=customers", "-o", "out.csv", "--report", "people.db"],
      ["synth", "sqlite:people.db?table=old", "-o", "sqlite:people.db?table=customers&replace"],
    ] {
      let outcome = try Command.run(arguments + Sample.quick, in: scratch)
      #expect(outcome.status == 2, "\(outcome.errors)")
    }
    #expect(try database.rows("SELECT count(*) FROM customers") == [[.integer(80)]])
  }

  @Test func `Filled and drawn tables go to one database, and the line that repeats a run does so`() throws {
    let database = try people()
    let filled = "sqlite:people.db?table=filled"
    let impute = try Command.run(
      "impute", "sqlite:people.db?table=customers", "-o", filled, "--draws", "2", "--draws-output",
      "sqlite:people.db?table=draws", "--no-check", "--budget", "1s", "--seed", "1", in: scratch)
    #expect(impute.status == 0, "\(impute.errors)")
    #expect(try database.rows("SELECT count(*), sum(income IS NULL) FROM filled") == [[.integer(80), .integer(0)]])
    #expect(try database.rows("SELECT count(*), count(DISTINCT draw) FROM draws") == [[.integer(160), .integer(2)]])
    let same = try Command.run(
      "impute", "sqlite:people.db?table=customers", "-o", "sqlite:people.db?table=x", "--draws", "2", "--draws-output",
      "sqlite:people.db?table=X", in: scratch)
    #expect(same.status == 2 && same.errors.contains("must be different files"), "\(same.errors)")
    let synth = try Command.run(
      "synth", "sqlite:people.db?table=customers", "-o", "sqlite:people.db?table=made", "--steps", "12", "--set",
      "width=16", in: scratch)
    #expect(synth.errors.contains("-o 'sqlite:people.db?table=made&replace'"), "\(synth.errors)")
    #expect(scratch.names == ["people.db"])
  }

  @Test func `Rows are kept where the database is locked`() throws {
    let database = try people()
    try database.run("BEGIN IMMEDIATE")
    let outcome = try Command.run(
      ["synth", "sqlite:people.db?table=customers", "-o", "sqlite:people.db?table=made"] + Sample.quick, in: scratch)
    #expect(outcome.status == 74)
    #expect(
      outcome.errors.contains("database is locked") && outcome.errors.contains("the rows are in people.db.made.csv"))
    #expect(scratch.text("people.db.made.csv").split(separator: "\n").count == 81)
  }

  @Test(arguments: [
    (["inspect", "sqlite:people.db?table=custmers"], 74, "did you mean 'customers'?"),
    (["inspect", "sqlite:none.db?table=customers"], 74, "there is no such database"),
    (["inspect", "sqlite:people.db"], 2, "sqlite:people.db?table=customers"),
    (["inspect", "sqlite:people.csv?table=customers"], 74, "not an SQLite database"),
    (["fit", "sqlite:people.db?table=customers", "-o", "sqlite:people.db?table=m"], 2, "this result is a file"),
  ])
  func `What is wrong with an address is said`(arguments: [String], status: Int32, part: String) throws {
    _ = try people()
    scratch.file("people.csv", Sample.people)
    let outcome = try Command.run(arguments, in: scratch)
    #expect(outcome.status == status)
    #expect(outcome.errors.contains(part), "\(outcome.errors)")
  }
}
