import DownstreamModels
import Tensors

extension Features {
  /// Some rows, in order, drawn without replacement; all where there are no more than that.
  func sample(_ count: Int, _ random: RandomStream) -> Features {
    count < rowCount ? rows(Folds.sample(count, of: rowCount, stream: random)) : self
  }
}
