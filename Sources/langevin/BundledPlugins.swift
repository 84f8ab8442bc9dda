import ClassImbalance
import DiffusionCore
import ForestFlow
import TabularDDPM
import TabularImputation
import TimeSeriesImputation

/// The plugins that come with the command, in one list: the first method for a task is its default.
public enum BundledPlugins {
  /// All of them.
  public static let all: [any Plugin] = [
    CorePlugin(), TabularDDPMPlugin(), ForestFlowPlugin(), TabularImputationPlugin(), TimeSeriesImputationPlugin(),
    ClassImbalancePlugin(generator: TabularMasked()),
  ]
}
