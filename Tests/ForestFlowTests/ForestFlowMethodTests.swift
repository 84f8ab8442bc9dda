import DiffusionCore
import DiffusionTesting
import ForestFlow
import Testing

@Suite("Forest flow")
struct ForestFlowMethodTests {
  @Test("it keeps the laws of plugins") func laws() throws { try checkPlugin(ForestFlowPlugin()) }
}
