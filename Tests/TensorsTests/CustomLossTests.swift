import Tensors
import Testing

@Suite("Custom loss")
struct CustomLossTests {
  @Test func `Its value and slope enter the tape`() {
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    let x = tape.input(Tensor([1, -2, 3], shape: [1, 3]))
    // Σ x³, times 2: the slope is 6 x².
    let loss = x.customLoss { values, slope in
      for i in 0..<3 { slope?[i] = 3 * values[i] * values[i] }
      return (0..<3).reduce(0) { $0 + Double(values[$1] * values[$1] * values[$1]) }
    }
    let scaled = loss.scaled(by: 2)
    #expect(loss.values[0] == 20)
    tape.backward(from: scaled)
    #expect(tape.gradient(of: x).values == [6, 24, 54])
  }

  @Test func `It adds to other gradients`() {
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    let x = tape.input(Tensor([1, -2], shape: [1, 2]))
    let loss = x.customLoss { values, slope in
      slope?[0] = 5
      return Double(5 * values[0])
    }
    tape.backward(from: loss + x.sum())
    #expect(tape.gradient(of: x).values == [6, 1])
  }

  @Test func `Constants ask for no slope`() {
    let tape = Tape(store: ParameterStore(layout: ParameterLayout(), values: []))
    let loss = tape.constant(Tensor([4], shape: [1, 1])).customLoss { values, slope in
      #expect(slope == nil)
      return Double(values[0])
    }
    #expect(loss.values[0] == 4)
  }
}
