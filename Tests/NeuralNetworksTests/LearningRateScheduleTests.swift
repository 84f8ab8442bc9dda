import Foundation
import NeuralNetworks
import Testing

@Suite("Learning-rate schedules")
struct LearningRateScheduleTests {
  @Test("the warm-up rises in a straight line to 1")
  func warmUp() {
    let schedule = LearningRateSchedule(warmUp: 4, decay: .constant)
    #expect((0..<6).map { schedule.factor(step: $0, progress: 0) } == [0.25, 0.5, 0.75, 1, 1, 1])
    #expect(LearningRateSchedule(decay: .constant).factor(step: 0, progress: 1) == 1)
  }

  @Test("linear and cosine decay over the whole run and over its end")
  func decay() {
    let linear = LearningRateSchedule(decay: .linear)
    #expect([0, 0.25, 1].map { linear.factor(step: 9, progress: $0) } == [1, 0.75, 0])
    let cosine = LearningRateSchedule(decay: .cosine)
    for (progress, factor) in [(0, 1), (0.5, 0.5), (0.25, 0.5 + 0.5 * cos(Double.pi / 4)), (1, 0)] as [(Double, Double)]
    {
      #expect(abs(cosine.factor(step: 9, progress: progress) - factor) < 1e-12)
    }
    let late = LearningRateSchedule(decay: .linear, decayShare: 0.25)
    #expect([0, 0.75, 0.875, 1].map { late.factor(step: 9, progress: $0) } == [1, 1, 0.5, 0])
  }

  @Test("a decay over nothing stays, and progress beyond the run is its end")
  func edges() {
    for decay in LearningRateSchedule.Decay.allCases {
      let none = LearningRateSchedule(decay: decay, decayShare: 0)
      #expect(none.factor(step: 0, progress: 1) == 1 && none.factor(step: 0, progress: 0.5) == 1)
      let all = LearningRateSchedule(decay: decay)
      #expect(all.factor(step: 0, progress: 1.5) == all.factor(step: 0, progress: 1))
    }
    let both = LearningRateSchedule(warmUp: 10, decay: .linear)
    #expect(both.factor(step: 4, progress: 0.5) == 0.25)
  }
}
