import Foundation
import NeuralNetworks
import Testing

@Suite("Time embeddings")
struct TimeEmbeddingTests {
  @Test("sinusoids, all sines first")
  func sinusoidal() {
    let times: [Float] = [0, 0.5, 7, 999]
    let features = TimeEmbedding.sinusoidal(times, width: 8)
    #expect(features.shape == [4, 8])
    for (row, time) in times.enumerated() {
      for i in 0..<4 {
        let angle = Double(time) * pow(10000, -Double(i) / 4)
        // An angle near 1,000 rounds at 6e-5 in Float32.
        #expect(abs(Double(features[row, i]) - sin(angle)) < 1e-4)
        #expect(abs(Double(features[row, i + 4]) - cos(angle)) < 1e-4)
      }
    }
  }

  @Test("Fourier features have the drawn frequencies, the same for every row")
  func fourier() {
    var stream = RandomStream(seed: 94)
    let features = TimeEmbedding.fourier([0, 0.25, 0.25], width: 6, scale: 2, random: stream)
    let frequencies = stream.normals(3)
    #expect(Array(features.values[0..<6]) == [0, 0, 0, 1, 1, 1])
    #expect(features.values[6..<12] == features.values[12..<18])
    for i in 0..<3 {
      let angle = 2 * Double.pi * 2 * Double(frequencies[i]) * 0.25
      #expect(abs(Double(features[1, i]) - sin(angle)) < 1e-5 && abs(Double(features[1, i + 3]) - cos(angle)) < 1e-5)
    }
  }
}
