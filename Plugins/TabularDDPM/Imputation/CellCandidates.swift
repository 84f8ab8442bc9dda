import ChainedImputation
import DiffusionCore
import DownstreamModels
import NeuralNetworks
import Tables
import Tensors

/// The guesses of all models for the cells of one column, in the order in which blends weigh them: the network, the
/// trees that refine it, the chain.
enum CellCandidates: Sendable {
  /// By candidate, `[cells]`; and the network's quantiles, `[cells, CellMarginals.quantileCount]`.
  case numbers(medians: [[Double]], means: [[Double]], quantiles: [Double])
  /// By candidate, shares `[cells, count]`.
  case classes([[Float]], count: Int)

  init(_ network: CellMarginals, _ others: [RefinedCells]) {
    switch network {
    case .numbers(let networkMeans, let quantiles):
      var medians = [
        networkMeans.indices.map { CellMarginals.quantile(0.5, CellMarginals.row($0, of: quantiles)) }
      ]
      var means = [networkMeans]
      for case .numbers(let a, let b) in others {
        medians.append(b)
        means.append(a)
      }
      self = .numbers(medians: medians, means: means, quantiles: quantiles)
    case .classes(let shares, let count):
      var all = [shares]
      for case .classes(let other, count: _) in others { all.append(other) }
      self = .classes(all, count: count)
    }
  }
}
