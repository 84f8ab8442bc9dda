import CKernels
import Tensors
import Testing

@Suite("Dropout")
struct DropoutTests {
  private func tape(seed: UInt64 = 50) -> Tape {
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    tape.random = RandomStream(seed: seed, stream: 7)
    return tape
  }

  @Test("keeps the stated share, scales it up, and masks the gradient alike", arguments: [0.1, 0.5, 0.9] as [Float])
  func mask(rate: Float) {
    let tape = tape(), rows = 64, columns = 1001, count = Float(rows * columns)
    let x = tape.input(Tensor(repeating: 2, shape: [rows, columns]))
    let y = x.dropout(rate)
    let kept = Float(y.values.filter { $0 != 0 }.count) / count
    // Five standard deviations of a share of 64,064 draws.
    #expect(abs(kept - (1 - rate)) < 5 * (rate * (1 - rate) / count).squareRoot())
    #expect(y.values.allSatisfy { $0 == 0 || abs($0 - 2 / (1 - rate)) < 1e-5 })
    let values = Array(y.values)
    tape.backward(from: y.sum())
    #expect(zip(tape.gradient(of: x).values, values).allSatisfy { abs($0 * 2 - $1) < 1e-5 })
  }

  @Test("two dropouts of one pass differ, the same pass repeats")
  func independence() {
    func draw(_ tape: Tape) -> [[Float]] {
      let x = tape.constant(Tensor(repeating: 1, shape: [3, 333]))
      return (0..<3).map { _ in Array(x.dropout(0.5).values) }
    }
    let first = draw(tape())
    #expect(first == draw(tape()) && first != draw(tape(seed: 51)))
    #expect(first[0] != first[1] && first[1] != first[2])
  }

  @Test("does nothing without randomness or at rate 0")
  func off() {
    let tape = tape()
    let x = tape.constant(Tensor(repeating: 1, shape: [2, 300]))
    #expect(x.dropout(0).values.allSatisfy { $0 == 1 })
    tape.random = nil
    #expect(x.dropout(0.5).values.allSatisfy { $0 == 1 })
    #expect(x.activated(.relu, dropout: 0.5).values.allSatisfy { $0 == 1 })
  }

  @Test("an activation with dropout is the two in turn", arguments: Activation.allCases, [(1, 1), (3, 17), (16, 64)])
  func fused(kind: Activation, shape: (Int, Int)) {
    var stream = RandomStream(seed: 52)
    let input = Matrix(random: shape.0, shape.1, &stream), ones = Tensor(repeating: 1, shape: [shape.0, shape.1])
    // Values live as long as their tape, so the tape has a name.
    let masking = tape()
    let mask = withExtendedLifetime(masking) { Array(masking.constant(ones).dropout(0.3).values) }
    let tape = tape()
    let x = tape.input(input.tensor)
    let y = x.activated(kind, dropout: 0.3)
    for (i, value) in y.values.enumerated() {
      #expect(abs(Double(value) - Double(mask[i]) * Reference.activation(kind, input.values[i])) < 1e-5)
    }
    tape.backward(from: (y + x).sum())
    for (i, slope) in tape.gradient(of: x).values.enumerated() {
      let (high, low) = (input.values[i] + 1e-5, input.values[i] - 1e-5)
      let difference = (Reference.activation(kind, high) - Reference.activation(kind, low)) / 2e-5
      #expect(abs(Double(slope) - 1 - Double(mask[i]) * difference) < 2e-5)
    }
  }

  @Test("a stream that has begun a block goes on with the next")
  func position() {
    let tape = tape()
    tape.random = RandomStream(seed: 53, stream: 1, position: 5)
    _ = tape.constant(Tensor(repeating: 1, shape: [1, 257])).dropout(0.5)
    #expect(tape.random == RandomStream(seed: 53, stream: 1, position: 8 + 256))
  }

  @Test("the C mask draws the Philox words that the Swift stream draws")
  func sharesPhilox() {
    let key: UInt64 = 0x0123_4567_89AB_CDEF, stream: UInt64 = 0xFEDC_BA98_7654_3210, counter: UInt64 = 0xFFFF_FFF0
    for keep in [0.1, 0.5, 0.9] as [Float] {
      var mask = [UInt8](repeating: 9, count: 600)
      kernel_dropout_mask(key, stream, counter, keep, &mask, mask.count)
      let threshold = UInt32(keep * 65536 + 0.5)
      for (i, bit) in mask.enumerated() {
        // 32 blocks make 256 decisions: word by word over the blocks, first the low halves, then the high ones.
        let within = i % 256, word = within % 128 / 32, lane = within % 32
        let block = RandomStream.philox(seed: key, stream: stream, counter: counter + UInt64(i / 256 * 32 + lane))
        let half = within < 128 ? block[word] & 0xFFFF : block[word] >> 16
        #expect((bit == 1) == (half < threshold))
      }
    }
  }
}
