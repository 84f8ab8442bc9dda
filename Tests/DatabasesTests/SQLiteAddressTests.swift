import Testing

@testable import Databases

@Suite("Addresses of tables in databases")
struct SQLiteAddressTests {
  @Test("A file and a table are read, percent-encoded or not")
  func parts() throws {
    let plain = try SQLiteAddress("sqlite:data/people.db?table=customers")
    #expect(plain.file == "data/people.db" && plain.table == "customers" && !plain.replaces)
    let encoded = try SQLiteAddress("sqlite:/tmp/a%3Fb.db?table=two%20words%26more&replace")
    #expect(encoded.file == "/tmp/a?b.db" && encoded.table == "two words&more" && encoded.replaces)
    #expect(try SQLiteAddress("sqlite:100%.db?table=50%").file == "100%.db")
  }

  @Test("An address reads back as it is written", arguments: ["people.db", "a?b&c=d%20.db", "'quoted' \"#\".db"])
  func roundTrip(name: String) throws {
    let address = SQLiteAddress(file: name, table: name, replaces: false)
    #expect(try SQLiteAddress(address.description) == address)
    #expect(try SQLiteAddress(address.replacing.description) == address.replacing)
  }

  @Test(
    "What is no address says what one looks like",
    arguments: [
      ("people.db", "begin"), ("sqlite:?table=a", "file"), ("sqlite:people.db", "name of the table"),
      ("sqlite:people.db?table=", "'table='"), ("sqlite:people.db?tabel=a", "'tabel=a'"), ("sqlite:people.db?", "''"),
      ("sqlite:people.db?table=a&replace=1", "'replace=1'"),
      ("sqlite:people.db?table=a&table=b", "'table=b'"), ("sqlite:people.db?table=a%00", "'table=a%00'"),
    ])
  func faults(text: String, part: String) {
    let error = #expect(throws: DatabaseError.self) { try SQLiteAddress(text) }
    #expect(error?.problem == .address)
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    #expect(error?.cure.contains("sqlite:people.db?table=customers") == true)
  }
}
