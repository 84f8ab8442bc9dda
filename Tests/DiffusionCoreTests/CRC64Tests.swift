import DiffusionCore
import Testing

@Suite struct CRC64Tests {
  @Test func matchesTheBitwiseDefinition() throws {
    let golden = try Golden.load().crc64
    #expect(golden["123456789"] == "995dc9bbdf1939fa")
    for (text, expected) in golden {
      var check = CRC64()
      // In two pieces, as files come.
      let bytes = Array(text.utf8)
      bytes[..<(bytes.count / 2)].withUnsafeBytes { check.update($0) }
      bytes[(bytes.count / 2)...].withUnsafeBytes { check.update($0) }
      #expect(check.text == expected)
    }
  }
}
