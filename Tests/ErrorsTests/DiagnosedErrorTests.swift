import Errors
import Testing

private enum PriceError: DiagnosedError {
  case negative(row: Int), unknown

  var diagnosis: Diagnosis {
    switch self {
    case .negative(let row): Diagnosis("row \(row): the price is negative; it is -3", cure: "correct the cell")
    case .unknown: Diagnosis("nobody knows the price")
    }
  }
}

@Suite struct DiagnosedErrorTests {
  @Test func `An error is told in one sentence, with the cure if there is one`() {
    #expect("\(PriceError.negative(row: 7))" == "row 7: the price is negative; it is -3; correct the cell")
    #expect("\(PriceError.unknown)" == "nobody knows the price" && PriceError.unknown.diagnosis.cure == nil)
  }

  @Test func `Unless it says otherwise, the data are at fault`() { #expect(PriceError.unknown.category == .badData) }
}
